"""Holds the HC-SR04 to its timing diagram."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.hcsr04 import HCSR04
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World


class Board:
    def __init__(self, sensor: HCSR04) -> None:
        self.world = World()
        self.trig, self.echo = Terminal(self.world, "board.GP2"), Terminal(self.world, "board.GP3")
        sensor.install(self.world, "hcsr04")
        connect(self.trig, sensor.legs["trig"])
        connect(self.echo, sensor.legs["echo"])
        self.trig.drive(0)

    def wait(self, us: float) -> None:
        self.world.run(self.world.now + round(us * 1000))

    def trigger(self, us: float = 10) -> list[int]:
        """The echo's edges after a trigger of so many µs, in ns from the trigger's end."""
        seen = len(self.echo.net.edges)
        self.trig.drive(1)
        self.wait(us)
        self.trig.drive(0)
        end = self.world.now
        self.wait(60_000)
        return [time - end for time in self.echo.net.edges[seen:]]


@pytest.mark.parametrize(
    ("cm", "celsius", "us"),
    # 343.4 m/s at 20 °C: 58.24 µs per cm there and back.
    [(100, 20, 5823.7), (10, 20, 582.4), (100, 0, 6036.8), (400, 20, 23295.1)],
)
def test_width_of_the_echo(cm: float, celsius: float, us: float) -> None:
    rise, fall = Board(HCSR04(distance=cm, temperature=celsius)).trigger()
    assert rise == 450_000
    assert (fall - rise) / 1000 == pytest.approx(us, abs=0.1)


@pytest.mark.parametrize("distance", [None, 401])
def test_nothing_in_range(distance: float | None) -> None:
    sensor = HCSR04(distance=50)
    sensor.distance = distance
    rise, fall = Board(sensor).trigger()
    assert fall - rise == 38_000_000


def test_too_near_reads_as_the_nearest() -> None:
    assert HCSR04(distance=0.5).echo_ns == HCSR04(distance=2).echo_ns


def test_a_trigger_that_is_too_short() -> None:
    assert Board(HCSR04()).trigger(9) == []


def test_triggers_during_a_measurement_are_ignored() -> None:
    board = Board(HCSR04(distance=100))
    for _ in range(3):
        board.trig.drive(1)
        board.wait(10)
        board.trig.drive(0)
        board.wait(1000)
    board.wait(60_000)
    assert len(board.echo.net.edges) == 2
    assert len(board.trigger()) == 2


def test_set_up_mistakes() -> None:
    with pytest.raises(ConfigError, match="hcsr04: distance=-1 is not within"):
        HCSR04(distance=-1)
