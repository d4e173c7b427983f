"""machine.Signal and PinBase: exact rules of what is a pin, and what is inverted when."""

from collections.abc import Callable
from typing import Any

import pytest

On = Callable[[str], Any]
ALL = pytest.mark.parametrize("name", ["pico", "esp32", "mock"])


@ALL
def test_an_inverted_signal_drives_the_other_way(switch_on: On, name: str) -> None:
    machine = switch_on(name).machine
    pin = machine.Pin(4, machine.Pin.OUT)
    signal = machine.Signal(pin, invert=True)
    signal.on()
    assert (pin.value(), signal.value(), signal()) == (0, 1, 1)
    signal.off()
    assert (pin.value(), signal.value()) == (1, 0)
    assert signal.value(5) is None
    assert pin.value() == 0
    signal(0)
    assert pin.value() == 1
    assert repr(signal) == "<Signal>"


def test_a_plain_signal_follows_its_pin(switch_on: On) -> None:
    machine = switch_on("pico").machine
    pin = machine.Pin(4, machine.Pin.OUT, value=1)
    signal = machine.Signal(pin)
    assert signal() == 1
    signal.off()
    assert pin() == 0
    for name in ("toggle", "irq", "init", "high"):
        assert not hasattr(signal, name)


def test_makes_its_own_pin_with_an_inverted_value(switch_on: On) -> None:
    machine = switch_on("pico").machine
    signal = machine.Signal(25, machine.Pin.OUT, value=0, invert=True)
    assert machine.Pin(25).value() == 1
    assert signal.value() == 0
    machine.Signal("LED", machine.Pin.OUT, value=1)
    assert machine.Pin("LED").value() == 1


def test_pyboard_names(switch_on: On) -> None:
    machine = switch_on("pyboard").machine
    signal = machine.Signal("X1", machine.Pin.OUT, invert=True)
    signal.on()
    assert machine.Pin("X1").value() == 0


def test_signal_of_a_signal(switch_on: On) -> None:
    machine = switch_on("pico").machine
    pin = machine.Pin(4, machine.Pin.OUT)
    twice = machine.Signal(machine.Signal(pin, invert=True), invert=True)
    twice.on()
    assert (pin(), twice()) == (1, 1)


def test_constructor_errors(switch_on: On) -> None:
    machine = switch_on("pico").machine
    pin = machine.Pin(4, machine.Pin.OUT)
    for call in (
        lambda: machine.Signal(pin, True),
        lambda: machine.Signal(pin, machine.Pin.OUT),
        lambda: machine.Signal(pin, value=1),
        lambda: machine.Signal(pin, invert=True, value=1),
        machine.Signal,
        lambda: machine.Signal(object()),
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(ValueError, match=r"^invalid pin$"):
        machine.Signal(99, machine.Pin.OUT)


def test_a_pin_of_the_scripts_own(switch_on: On) -> None:
    machine = switch_on("pico").machine

    class Latch(machine.PinBase):
        def __init__(self, bit: int) -> None:
            self.bit = bit
            self.level = 0
            self.written: list[object] = []

        def value(self, v: object = None) -> int | None:
            if v is None:
                return self.level
            self.written.append(v)
            self.level = int(bool(v))
            return None

    latch = Latch(3)
    signal = machine.Signal(latch, invert=True)
    assert signal.value() == 1
    signal.on()
    signal.off()
    # The protocol writes True and False, nothing else.
    assert [value is expected for value, expected in zip(latch.written, (False, True), strict=True)] == [True, True]
    assert signal() == 0


def test_pinbase_alone_has_no_value(switch_on: On) -> None:
    machine = switch_on("pico").machine
    with pytest.raises(AttributeError):
        machine.Signal(machine.PinBase()).value()
