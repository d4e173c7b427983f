"""Holds the LED to what an eye sees: lit or not, how bright, how it has blinked."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.led import LED
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.pulse_train import PulseTrain
from machine_compat.mock.world import World

MS = 1_000_000


def hang(led: LED) -> tuple[World, Terminal]:
    world = World()
    pin = Terminal(world, "board.LED")
    led.install(world, "led")
    connect(pin, led.legs["anode"])
    pin.drive(0)
    return world, pin


def test_lit() -> None:
    led = LED()
    _, pin = hang(led)
    assert (led.lit, led.brightness) == (False, 0)
    pin.drive(1)
    assert (led.lit, led.brightness) == (True, 1)


def test_active_low() -> None:
    led = LED(active=0)
    _, pin = hang(led)
    assert led.lit
    pin.drive(1)
    assert not led.lit


@pytest.mark.parametrize(("duty", "invert", "brightness"), [(250, False, 0.25), (250, True, 0.75), (0, False, 0),
                                                            (1000, False, 1)])  # fmt: skip
def test_brightness_is_the_duty_cycle(duty: int, invert: bool, brightness: float) -> None:
    led, upside_down = LED(), LED(active=0)
    world, pin = hang(led)
    upside_down.install(world, "other")
    connect(pin, upside_down.legs["anode"])
    pin.release()
    pin.modulate(PulseTrain(1000, duty, world.now, invert))
    for time in (1, 300, 1999):
        world.run(time)
        assert led.brightness == pytest.approx(brightness)
        assert upside_down.brightness == pytest.approx(1 - brightness)


def test_blinks() -> None:
    led = LED()
    world, pin = hang(led)
    for time, level in ((10, 1), (30, 0), (60, 1), (65, 0), (100, 1)):
        world.run(time * MS)
        pin.drive(level)
    assert led.blinks == [(20, 30), (5, 35)]


def test_a_pin_that_only_has_an_led_keeps_its_fast_path() -> None:
    _, pin = hang(LED())
    assert pin.alone is pin.net


def test_set_up_mistakes() -> None:
    with pytest.raises(ConfigError, match="led: active='low' is none of 0, 1"):
        LED(active="low")
