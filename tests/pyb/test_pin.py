"""What stm32's Pin knows of names: the script's own, the board's, the chip's, and alternate functions."""

import re
from typing import Any

import pytest


def test_names_are_looked_up_in_order(pyboard: Any) -> None:
    Pin = pyboard.pyb.Pin
    asked: list[object] = []

    def mapper(name: object) -> Any:
        asked.append(name)
        return Pin.board.X3 if name == "X1" else None

    assert Pin("X1") is Pin.cpu.A0
    Pin.dict({"X1": Pin.cpu.A1, "left": Pin.cpu.B3, 7: Pin.cpu.A7})
    assert (Pin("X1"), Pin("left"), Pin(7)) == (Pin.cpu.A1, Pin.cpu.B3, Pin.cpu.A7)
    Pin.mapper(mapper)
    assert (Pin("X1"), Pin("left"), Pin("X2"), Pin("A2")) == (Pin.cpu.A2, Pin.cpu.B3, Pin.cpu.A1, Pin.cpu.A2)
    assert asked == ["X1", "left", "X2", "A2"]
    assert Pin(Pin.cpu.A0) is Pin.cpu.A0
    assert len(asked) == 4


def test_mapper_and_dict_are_there_to_be_read(pyboard: Any) -> None:
    Pin, table = pyboard.pyb.Pin, {"left": pyboard.pyb.Pin("X1")}
    assert (Pin.mapper(), Pin.dict()) == (None, None)
    Pin.dict(table)
    assert Pin.dict() is table
    Pin.dict(None)
    with pytest.raises(ValueError, match=re.escape("Pin(left) doesn't exist")):
        Pin("left")


def test_a_mapper_must_give_pins(pyboard: Any) -> None:
    pyboard.pyb.Pin.mapper(lambda name: "A0")
    with pytest.raises(ValueError, match="didn't return a Pin object"):
        pyboard.pyb.Pin("X1")


def test_other_classes_take_the_script_s_names(pyboard: Any) -> None:
    pyb = pyboard.pyb
    pyb.Pin.dict({"level": pyb.Pin.board.X19, "clock": pyb.Pin.board.X1, "data": pyb.Pin.board.X2})
    assert repr(pyb.ADC("level")) == "<ADC on level channel=10>"
    assert repr(pyboard.machine.SoftI2C("clock", "data")).startswith("SoftI2C(scl=A0, sda=A1")


def test_a_reset_forgets_the_names(pyboard: Any) -> None:
    Pin = pyboard.pyb.Pin
    Pin.dict({"left": Pin.cpu.B3})
    pyboard.board.power_cycle("SOFT")
    assert Pin.dict() is None


def test_debug_tells_how_a_name_was_found(pyboard: Any) -> None:
    Pin = pyboard.pyb.Pin
    assert Pin.debug() is False
    Pin.dict({"left": Pin.cpu.B3})
    Pin.debug(True)
    assert Pin.debug() is True
    for name in ("left", "X1", "A1", Pin("X1")):
        Pin(name)
    Pin.debug(False)
    Pin("X2")
    lines = pyboard.output.getvalue().splitlines()
    assert [line.split(" to ")[0] for line in lines] == [
        "Pin.board maps 'X1'",
        "Pin.map_dict maps 'left'",
        "Pin.board maps 'X1'",
        "Pin.cpu maps 'A1'",
        "Pin map passed pin Pin(Pin.cpu.A0, mode=Pin.IN)",
    ]


def test_a_pin_knows_its_names_and_place(pyboard: Any) -> None:
    pin = pyboard.pyb.Pin("Y3")
    assert (pin.name(), pin.names(), pin.port(), pin.pin()) == ("B8", ["B8", "Y3"], 1, 8)
    assert pin.gpio() == 0x4002_0400
    assert pyboard.pyb.Pin("SW").names() == ["B3", "X17", "SW"]


def test_alternate_functions(pyboard: Any) -> None:
    Pin = pyboard.pyb.Pin
    functions = Pin.board.X3.af_list()
    assert repr(functions) == "[Pin.AF1_TIM2, Pin.AF2_TIM5, Pin.AF3_TIM9, Pin.AF7_USART2]"
    assert [(af.name(), af.index(), hex(af.reg())) for af in functions[:2]] == [
        ("AF1_TIM2", 1, "0x40000000"), ("AF2_TIM5", 2, "0x40000c00"),
    ]  # fmt: skip
    assert (Pin.AF1_TIM2, Pin.AF7_USART2) == (1, 7)
    assert Pin.board.X17.af_list()[0].name() == "AF1_TIM2"


@pytest.mark.parametrize("arguments", [{"af": 1}, {"alt": 1}, {"af": 7, "alt": 1}])
def test_an_alternate_function_is_chosen(pyboard: Any, arguments: dict[str, int]) -> None:
    Pin = pyboard.pyb.Pin
    pin = Pin("X3", Pin.AF_PP, **arguments)
    assert repr(pin) == "Pin(Pin.cpu.A2, mode=Pin.ALT, alt=Pin.AF1_TIM2)"
    assert (pin.af(), pin.mode()) == (1, Pin.ALT)
    assert repr(Pin("X3", Pin.AF_OD, af=15)) == "Pin(Pin.cpu.A2, mode=Pin.ALT_OPEN_DRAIN, alt=15)"


@pytest.mark.parametrize("af", [-1, 16])
def test_a_wrong_alternate_function(pyboard: Any, af: int) -> None:
    Pin = pyboard.pyb.Pin
    with pytest.raises(ValueError, match=f"invalid pin af: {af}"):
        Pin("X3", Pin.AF_PP, af=af)


def test_an_analog_pin_shows_no_pull(pyboard: Any) -> None:
    Pin = pyboard.pyb.Pin
    assert repr(Pin("X3", Pin.ANALOG, Pin.PULL_UP)) == "Pin(Pin.cpu.A2, mode=Pin.ANALOG)"
