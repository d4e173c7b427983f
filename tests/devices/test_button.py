"""Holds push buttons to what a pin sees of them: level, pulls, chatter."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.button import Button
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World

MS = 1_000_000


def hang(button: Button, pull: int | None) -> tuple[World, Terminal]:
    world = World()
    pin = Terminal(world, "board.GP14")
    button.install(world, "button")
    connect(pin, button.legs["pin"])
    pin.pull(pull)
    return world, pin


def test_it_ties_the_pin_to_ground() -> None:
    button = Button()
    _, pin = hang(button, pull=1)
    assert pin.level == 1
    button.press()
    assert (pin.level, button.pressed) == (0, True)
    button.release()
    assert (pin.level, button.pressed) == (1, False)


def test_active_high() -> None:
    button = Button(active=1, pulldown=1)
    _, pin = hang(button, pull=None)
    assert pin.level == 0
    button.press()
    assert pin.level == 1
    button.release()
    assert pin.level == 0


def test_pullup_is_the_boards_own_matter_unless_asked_for() -> None:
    assert hang(Button(), pull=None)[1].level == 0
    assert hang(Button(pullup=1), pull=None)[1].level == 1


def test_press_for_a_while() -> None:
    button = Button()
    world, pin = hang(button, pull=1)
    button.press(ms=50)
    world.run(49 * MS)
    assert pin.level == 0
    world.run(50 * MS)
    assert pin.level == 1


def test_the_last_word_counts() -> None:
    button = Button()
    world, pin = hang(button, pull=1)
    button.press(ms=50)
    button.press()
    world.run(100 * MS)
    assert pin.level == 0


def test_bounce() -> None:
    button = Button(bounce_us=800)
    world, pin = hang(button, pull=1)
    before = len(pin.net.edges)
    button.press()
    world.run(10 * MS)
    assert pin.net.edges[before:] == [0, 100_000, 200_000, 400_000, 800_000]
    assert pin.level == 0
    button.release()
    world.run(20 * MS)
    assert len(pin.net.edges) - before == 10
    assert pin.level == 1


def test_a_release_while_it_still_chatters() -> None:
    button = Button(bounce_us=800)
    world, pin = hang(button, pull=1)
    button.press()
    world.run(250_000)
    button.release()
    world.run(10 * MS)
    assert pin.level == 1


def test_set_up_mistakes() -> None:
    with pytest.raises(ConfigError, match="button: active=2 is none of 0, 1"):
        Button(active=2)
    with pytest.raises(ConfigError, match="choose one"):
        Button(pullup=1, pulldown=1)
    with pytest.raises(ConfigError, match="bounce_us=-1"):
        Button(bounce_us=-1)
    with pytest.raises(ConfigError, match="not attached"):
        Button().press(ms=5)
