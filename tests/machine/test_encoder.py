"""machine.Encoder: a quadrature encoder's position, with one, two or four counts a cycle."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.mock.attach import attach_spec

On = Callable[[str], Any]


class Shaft:
    """Two pins of the board as outputs, wired by themselves to the inputs that are counted: both high at first."""

    def __init__(self, on: Any) -> None:
        Pin = on.machine.Pin
        self.pins = [Pin(number, Pin.OUT, value=1) for number in (4, 5)]
        self.position = 0

    def rotate(self, quarters: int) -> None:
        """Turn by quarters of a cycle; forwards the first phase falls first."""
        step = 1 if quarters > 0 else -1
        for _ in range(abs(quarters)):
            self.position += step
            first = bool(self.position % 2) == (step > 0)
            pin = self.pins[0 if first else 1]
            pin.value(1 - pin.value())


@pytest.fixture
def esp32(switch_on: On) -> Any:
    return switch_on("esp32")


@pytest.fixture
def shaft(esp32: Any) -> Shaft:
    return Shaft(esp32)


@pytest.fixture
def encoders(esp32: Any, shaft: Shaft) -> list[Any]:
    return [esp32.machine.Encoder(id, 4, 5, phases=phases) for id, phases in ((0, 1), (1, 2), (2, 4))]


def values(encoders: list[Any]) -> list[int]:
    return [encoder.value() for encoder in encoders]


def test_many_turns_and_back(encoders: list[Any], shaft: Shaft) -> None:
    shaft.rotate(100)
    assert values(encoders) == [25, 50, 100]
    shaft.rotate(-100)
    assert values(encoders) == [0, 0, 0]


def test_quarter_by_quarter(encoders: list[Any], shaft: Shaft) -> None:
    seen = []
    for _ in range(4):
        shaft.rotate(1)
        seen.append(values(encoders))
    assert seen == [[1, 1, 1], [1, 1, 2], [1, 2, 3], [1, 2, 4]]
    shaft.rotate(-4)
    seen = []
    for _ in range(4):
        shaft.rotate(-1)
        seen.append(values(encoders))
    assert seen == [[0, 0, -1], [0, -1, -2], [0, -1, -3], [-1, -2, -4]]


def test_phases(encoders: list[Any], esp32: Any) -> None:
    assert [encoder.phases() for encoder in encoders] == [1, 2, 4]
    with pytest.raises(ValueError, match="phases"):
        esp32.machine.Encoder(3, 4, 5, phases=3)


def test_a_simulated_knob(switch_on: On) -> None:
    on = switch_on("esp32")
    knob = attach_spec(on.backend, "rotary@GPIO18,GPIO19")
    encoder = on.machine.Encoder(0, 18, 19, filter_ns=10_000)
    knob.turn(3)
    on.run_ms(100)
    assert encoder.value() == 3
    knob.turn(-5)
    on.run_ms(200)
    assert encoder.value() == -2


def test_bouncing_contacts_need_a_filter(switch_on: On) -> None:
    on = switch_on("esp32")
    knob = attach_spec(on.backend, "rotary@GPIO18,GPIO19,bounce_us=8")
    encoder = on.machine.Encoder(0, 18, 19, filter_ns=12_000, phases=4)
    knob.turn(4)
    on.run_ms(200)
    assert encoder.value() == 16


def test_value_sets_and_deinit_ends(encoders: list[Any], shaft: Shaft) -> None:
    encoder = encoders[2]
    shaft.rotate(6)
    assert encoder.value(0) == 6
    shaft.rotate(1)
    assert encoder.value() == 1
    encoder.deinit()
    with pytest.raises(RuntimeError, match="not initialised"):
        encoder.value()


def test_a_range_on_the_board_that_has_everything(switch_on: On) -> None:
    on = switch_on("mock")
    shaft = Shaft(on)
    encoder = on.machine.Encoder(0, 4, 5, phases=4, max=3)
    shaft.rotate(9)
    assert (encoder.value(), encoder.cycles()) == (1, 2)
