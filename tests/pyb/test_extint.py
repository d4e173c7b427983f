"""pyb.ExtInt: edges on pins, one handler a line."""

import re
from typing import Any

import pytest


def test_edges_call_with_the_line(pyboard: Any) -> None:
    pyb, lines = pyboard.pyb, []
    ext = pyb.ExtInt(pyb.Pin("X5"), pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_DOWN, lines.append)
    for level in (1, 0, 1, 0):
        pyboard.drive("X5", level)
    assert lines == [4, 4]
    assert ext.line() == 4
    assert repr(ext) == "<ExtInt line=4>"


@pytest.mark.parametrize(("mode", "calls"), [("IRQ_RISING", 2), ("IRQ_FALLING", 1), ("IRQ_RISING_FALLING", 3)])
def test_which_edges_call(either: Any, mode: str, calls: int) -> None:
    pyb, lines = either.pyb, []
    pyb.ExtInt("X5", getattr(pyb.ExtInt, mode), pyb.Pin.PULL_DOWN, lines.append)
    for level in (1, 0, 1):
        either.drive("X5", level)
    assert len(lines) == calls


@pytest.mark.parametrize("mode", ["EVT_RISING", "EVT_FALLING", "EVT_RISING_FALLING"])
def test_events_call_nothing(pyboard: Any, mode: str) -> None:
    pyb, lines = pyboard.pyb, []
    ext = pyb.ExtInt("X5", getattr(pyb.ExtInt, mode), pyb.Pin.PULL_DOWN, lines.append)
    pyboard.drive("X5", 1)
    ext.swint()
    assert lines == []


def test_software_can_trigger_it_while_it_is_enabled(pyboard: Any) -> None:
    pyb, lines = pyboard.pyb, []
    ext = pyb.ExtInt(pyb.Pin.cpu.A4, pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_DOWN, lines.append)
    ext.swint()
    ext.disable()
    ext.swint()
    pyboard.drive("X5", 1)
    assert lines == [4]
    ext.enable()
    pyboard.drive("X5", 0)
    pyboard.drive("X5", 1)
    ext.swint()
    assert lines == [4, 4, 4]


def test_it_pulls_the_pin(pyboard: Any) -> None:
    pyb = pyboard.pyb
    pyb.ExtInt("X5", pyb.ExtInt.IRQ_FALLING, pyb.Pin.PULL_UP, lambda line: None)
    assert pyboard.wire("X5").level == 1
    assert repr(pyb.Pin("X5")) == "Pin(Pin.cpu.A4, mode=Pin.IN, pull=Pin.PULL_UP)"


def test_pins_of_one_number_share_a_line(pyboard: Any) -> None:
    pyb, lines = pyboard.pyb, []
    pyb.ExtInt("X5", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lines.append)
    with pytest.raises(ValueError, match="ExtInt vector 4 is already in use"):
        pyb.ExtInt("X11", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lines.append)
    pyb.ExtInt("X5", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, None)
    pyb.ExtInt("X11", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lines.append)
    for name in ("X5", "X11"):
        pyboard.drive(name, 1)
    assert lines == [4]


def test_irq_of_a_pin_takes_its_line_as_well(pyboard: Any) -> None:
    pyb = pyboard.pyb
    pyb.Pin("X5", pyb.Pin.IN).irq(lambda pin: None)
    with pytest.raises(OSError, match=re.escape("IRQ resource already taken by Pin('A4')")):
        pyb.Pin("X11", pyb.Pin.IN).irq(lambda pin: None)
    with pytest.raises(ValueError, match="ExtInt vector 4 is already in use"):
        pyb.ExtInt("X5", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lambda line: None)
    pyb.Pin("X5").irq(None)
    pyb.ExtInt("X5", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lambda line: None)
    with pytest.raises(OSError, match="ExtInt vector 4 is already in use"):
        pyb.Pin("X11", pyb.Pin.IN).irq(lambda pin: None)


def test_a_pin_may_set_its_own_irq_again(pyboard: Any) -> None:
    pyb, seen = pyboard.pyb, []
    pin = pyb.Pin("X5", pyb.Pin.IN, pyb.Pin.PULL_DOWN)
    pin.irq(lambda pin: seen.append("one"))
    pin.irq(lambda pin: seen.append("two"), pyb.Pin.IRQ_RISING, hard=True)
    pyboard.drive("X5", 1)
    assert seen == ["two"]


def test_a_reset_frees_the_lines(pyboard: Any) -> None:
    pyb, lines = pyboard.pyb, []
    pyb.ExtInt("X5", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lines.append)
    pyboard.board.power_cycle("SOFT")
    pyboard.drive("X5", 1)
    assert lines == []
    pyb.ExtInt("X11", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lines.append)


def test_a_handler_that_raises_is_told_of_and_gives_the_line_back(pyboard: Any) -> None:
    pyb = pyboard.pyb
    ext = pyb.ExtInt("X5", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_DOWN, lambda: None)
    ext.swint()
    ext.swint()
    assert [type(failure) for failure in pyboard.failures] == [TypeError]
    pyb.ExtInt("X11", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_DOWN, lambda line: None)


def test_lines_inside_the_chip_are_numbers(pyboard: Any) -> None:
    pyb, lines = pyboard.pyb, []
    pyb.ExtInt(22, pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lines.append).swint()
    assert lines == [22]
    with pytest.raises(ValueError, match="ExtInt vector 4 < 16, use a Pin object"):
        pyb.ExtInt(4, pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lines.append)
    with pytest.raises(ValueError, match="ExtInt vector 23 >= max of 23"):
        pyb.ExtInt(23, pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lines.append)


def test_wrong_modes_pulls_and_pins(pyboard: Any) -> None:
    pyb = pyboard.pyb
    with pytest.raises(ValueError, match="invalid ExtInt Mode: 1"):
        pyb.ExtInt("X5", 1, pyb.Pin.PULL_NONE, None)
    with pytest.raises(ValueError, match="invalid ExtInt Pull: 3"):
        pyb.ExtInt("X5", pyb.ExtInt.IRQ_RISING, 3, None)
    with pytest.raises(ValueError, match=re.escape("Pin(Z9) doesn't exist")):
        pyb.ExtInt("Z9", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, None)


def test_registers_show_the_lines_of_both_kinds(pyboard: Any) -> None:
    pyb = pyboard.pyb
    ext = pyb.ExtInt("X5", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_NONE, lambda line: None)
    pyb.Pin("X1").irq(lambda pin: None, pyb.Pin.IRQ_FALLING)
    pyb.ExtInt.regs()
    ext.disable()
    pyb.ExtInt.regs()
    shown = pyboard.output.getvalue().splitlines()
    assert shown[:4] == ["EXTI_IMR   00000011", "EXTI_EMR   00000000", "EXTI_RTSR  00000010", "EXTI_FTSR  00000001"]
    assert [line.split()[0] for line in shown[4:6]] == ["EXTI_SWIER", "EXTI_PR"]
    assert shown[6] == "EXTI_IMR   00000001"
