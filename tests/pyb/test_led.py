"""pyb.LED on its pin's wire."""

from typing import Any

import pytest


@pytest.fixture(params=[1, 2, 3, 4])
def id(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


def wire_of(board: Any, id: int) -> Any:
    return board.wire(board.profile.roles[f"led{id}"])


def test_on_off_and_toggle(either: Any, id: int) -> None:
    led, wire = either.pyb.LED(id), wire_of(either, id)
    assert (wire.level, led.intensity()) == (0, 0)
    led.on()
    assert (wire.level, led.intensity()) == (1, 255)
    led.off()
    assert (wire.level, led.intensity()) == (0, 0)
    led.toggle()
    assert wire.level == 1
    led.toggle()
    assert wire.level == 0


def test_there_is_one_of_each(either: Any, id: int) -> None:
    led = either.pyb.LED(id)
    led.on()
    assert either.pyb.LED(id) is led
    assert led.intensity() == 255
    assert repr(led) == f"LED({id})"
    assert either.pyb.LED(True) is either.pyb.LED(1)


@pytest.mark.parametrize("id", [0, 5, -1])
def test_no_such_led(either: Any, id: int) -> None:
    with pytest.raises(ValueError, match=rf"LED\({id}\) doesn't exist"):
        either.pyb.LED(id)


def test_an_led_is_a_number(pyboard: Any) -> None:
    with pytest.raises(TypeError, match="can't convert str to int"):
        pyboard.pyb.LED("LED_RED")


@pytest.mark.parametrize("id", [3, 4])
def test_yellow_and_blue_can_be_dimmed(pyboard: Any, id: int) -> None:
    led, wire = pyboard.pyb.LED(id), wire_of(pyboard, id)
    for brightness in range(256):
        led.intensity(brightness)
        assert led.intensity() == brightness
    led.intensity(64)
    start = pyboard.now
    levels = []
    for _ in range(1_000):
        levels.append(wire.level)
        pyboard.run_ms(0.01)
    assert pyboard.now - start == 10_000_000
    assert sum(levels) == pytest.approx(1_000 * 64 / 255, abs=3)


@pytest.mark.parametrize("id", [1, 2])
def test_red_and_green_cannot(pyboard: Any, id: int) -> None:
    led = pyboard.pyb.LED(id)
    led.intensity(1)
    assert led.intensity() == 255
    led.intensity(0)
    assert led.intensity() == 0


@pytest.mark.parametrize(("call", "level"), [("on", 1), ("off", 0), ("toggle", 0)])
def test_a_dimmed_led_becomes_all_on_or_off(pyboard: Any, call: str, level: int) -> None:
    led, wire = pyboard.pyb.LED(4), wire_of(pyboard, 4)
    led.intensity(100)
    getattr(led, call)()
    for _ in range(20):
        assert wire.level == level
        pyboard.run_ms(0.7)
    assert led.intensity() == 255 * level


@pytest.mark.parametrize(("brightness", "shown"), [(-5, 0), (300, 255)])
def test_intensities_beyond_are_off_and_on(pyboard: Any, brightness: int, shown: int) -> None:
    led = pyboard.pyb.LED(3)
    led.intensity(brightness)
    assert led.intensity() == shown


def test_the_pin_is_the_script_s_too(pyboard: Any) -> None:
    led, pin = pyboard.pyb.LED(1), pyboard.pyb.Pin("LED_RED")
    led.on()
    assert pin() == 1
    pin.low()
    assert led.intensity() == 0
