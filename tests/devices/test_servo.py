"""Holds the servo to its pulses, made by hand and by a PWM output."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.servo import Servo
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.pulse_train import PulseTrain
from machine_compat.mock.world import World

US = 1_000
FRAME = 20_000 * US


def hang(servo: Servo) -> tuple[World, Terminal]:
    world = World()
    pin = Terminal(world, "board.GP0")
    servo.install(world, "servo")
    connect(pin, servo.legs["signal"])
    return world, pin


def pulse(world: World, pin: Terminal, us: int) -> None:
    pin.drive(1)
    world.run(world.now + us * US)
    pin.drive(0)
    world.run(world.now + FRAME - us * US)


@pytest.mark.parametrize(("us", "angle"), [(500, 0), (1500, 90), (2500, 180), (400, 0), (2600, 180), (2000, 135)])
def test_pulses_by_hand(us: int, angle: float) -> None:
    servo = Servo()
    pulse(*hang(servo), us)
    assert (servo.pulse_us, servo.angle) == (us, angle)


def test_it_rests_until_the_first_pulse() -> None:
    assert (Servo().pulse_us, Servo().angle) == (0, 90)
    assert Servo(angle=10).angle == 10


@pytest.mark.parametrize("us", [100, 5000])
def test_what_is_no_command_does_not_move_it(us: int) -> None:
    servo = Servo()
    world, pin = hang(servo)
    pulse(world, pin, 1000)
    pulse(world, pin, us)
    assert servo.angle == 45


def test_a_wave_moves_it_and_it_stays_when_the_wave_ends() -> None:
    servo = Servo(min_us=1000, max_us=2000, degrees=270)
    world, pin = hang(servo)
    pin.modulate(PulseTrain(FRAME, 1600 * US, world.now))
    assert servo.angle == pytest.approx(162)
    world.run(3 * FRAME)
    pin.modulate(PulseTrain(FRAME, 1200 * US, world.now))
    world.run(6 * FRAME)
    pin.modulate(None)
    assert servo.pulse_us == 1200
    assert servo.angle == pytest.approx(54)


def test_set_up_mistakes() -> None:
    with pytest.raises(ConfigError, match="servo: min_us=2000 is not below max_us=1000"):
        Servo(min_us=2000, max_us=1000)
    with pytest.raises(ConfigError, match="servo: angle=200"):
        Servo(angle=200)
