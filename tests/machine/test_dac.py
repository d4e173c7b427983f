"""machine.DAC of esp32: numbers as voltages."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.board import Board, using
from machine_compat.contract import DACChannel
from machine_compat.errors import Unsupported
from machine_compat.machine import build
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.nets import connect
from machine_compat.profile import load

On = Callable[[str], Any]


def test_starts_at_zero_and_follows_writes(switch_on: On) -> None:
    esp = switch_on("esp32")
    dac = esp.machine.DAC(esp.machine.Pin(25))
    assert esp.wire("GPIO25").volts == 0
    dac.write(255)
    assert esp.wire("GPIO25").volts == pytest.approx(3.3)
    dac.write(128)
    assert esp.wire("GPIO25").volts == pytest.approx(3.3 * 128 / 255)
    assert repr(dac) == "DAC(Pin(25))"


def test_an_adc_measures_what_a_dac_puts_out(switch_on: On) -> None:
    esp = switch_on("esp32")
    connect(esp.wire("GPIO26"), esp.wire("GPIO32"))
    dac, adc = esp.machine.DAC(26), esp.machine.ADC(32)
    for level in (0, 51, 102, 255):
        dac.write(level)
        assert adc.read() == pytest.approx(level / 255 * 4095, abs=1)


def test_one_object_a_pin_and_errors(switch_on: On) -> None:
    machine = switch_on("esp32").machine
    dac = machine.DAC(25)
    assert machine.DAC(machine.Pin(25)) is dac
    for value in (-1, 256):
        with pytest.raises(ValueError, match=r"^value out of range$"):
            dac.write(value)
    with pytest.raises(TypeError):
        dac.write(1.5)
    with pytest.raises(ValueError, match=r"^invalid Pin for DAC$"):
        machine.DAC(27)


def test_the_pin_can_be_taken_back(switch_on: On) -> None:
    esp = switch_on("esp32")
    esp.machine.DAC(25).write(255)
    pin = esp.machine.Pin(25, esp.machine.Pin.OUT, value=0)
    assert pin.value() == 0


def test_ports_without(switch_on: On) -> None:
    for name in ("pico", "pyboard"):
        assert not hasattr(switch_on(name).machine, "DAC")
    switch_on("mock").machine.DAC("GP54").write(9)


class WithoutDAC(MockBackend):
    """A board whose pins have no analog output."""

    def dac(self, ref: str, /) -> DACChannel:
        raise Unsupported("no analog output")


def test_a_backend_without_analog_outputs_leaves_the_pin_as_it_was() -> None:
    profile = load("mock")
    board = Board(profile, WithoutDAC(profile.wiring()))
    with using(board):
        machine = build(board)
        pin = machine.Pin(4, machine.Pin.OUT, value=1)
        with pytest.raises(OSError, match="EOPNOTSUPP"):
            machine.DAC(4)
        assert pin() == 1
        pin.init(machine.Pin.IN)
