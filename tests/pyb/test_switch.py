"""pyb.Switch: a button against ground on SW, or what the board's file names."""

from typing import Any

import pytest


@pytest.fixture
def button(either: Any) -> Any:
    return either.attach(f"button@{either.profile.roles['switch']}")


def test_it_is_pressed_or_not(either: Any, button: Any) -> None:
    switch = either.pyb.Switch()
    assert (switch(), switch.value()) == (False, False)
    button.press()
    assert (switch(), switch.value()) == (True, True)
    button.release()
    assert switch() is False


def test_there_is_one(either: Any) -> None:
    assert either.pyb.Switch() is either.pyb.Switch()
    assert repr(either.pyb.Switch()) == "Switch()"


def test_the_callback_comes_with_each_press_and_without_arguments(either: Any, button: Any) -> None:
    pressed: list[float] = []
    either.pyb.Switch().callback(lambda: pressed.append(either.now_ms))
    button.after(10_000_000, lambda: button.press(5))
    button.after(30_000_000, lambda: button.press(5))
    either.run_ms(50)
    assert pressed == [10, 30]


def test_none_ends_the_callback(either: Any, button: Any) -> None:
    pressed: list[int] = []
    switch = either.pyb.Switch()
    switch.callback(lambda: pressed.append(1))
    switch.callback(None)
    button.press()
    assert pressed == []


def test_another_callback_takes_its_place(either: Any, button: Any) -> None:
    pressed: list[str] = []
    switch = either.pyb.Switch()
    switch.callback(lambda: pressed.append("one"))
    switch.callback(lambda: pressed.append("two"))
    button.press()
    assert pressed == ["two"]


def test_a_callback_that_raises_is_told_of_and_ended(either: Any, button: Any) -> None:
    switch = either.pyb.Switch()
    switch.callback(lambda: 1 // 0)
    button.press()
    button.release()
    button.press()
    assert [type(failure) for failure in either.failures] == [ZeroDivisionError]
    pressed: list[int] = []
    button.release()
    switch.callback(lambda: pressed.append(1))
    button.press()
    assert pressed == [1]


def test_it_takes_the_line_from_an_extint(pyboard: Any) -> None:
    pyb, edges = pyboard.pyb, []
    button = pyboard.attach("button@SW")
    pyb.ExtInt("X4", pyb.ExtInt.IRQ_FALLING, pyb.Pin.PULL_UP, edges.append)
    pressed: list[int] = []
    pyb.Switch().callback(lambda: pressed.append(1))
    pyboard.drive("X4", 1)
    pyboard.drive("X4", 0)
    button.press()
    assert (edges, pressed) == ([], [1])
