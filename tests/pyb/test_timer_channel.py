"""pyb.TimerChannel: pulses on the pins that a timer reaches, and calls at a count."""

import re
from itertools import pairwise
from typing import Any

import pytest


def edges_of(board: Any, name: str, ms: float) -> list[tuple[float, int]]:
    """The edges on a wire from now on: time in ms since now, and the level after it."""
    start, seen = board.now, []
    board.wire(name).watch(lambda level, time: seen.append(((time - start) / 1e6, level)))
    board.run_ms(ms)
    return seen


def duty_of(board: Any, name: str) -> float:
    """The part of a millisecond's steps of 1 µs in which a wire is high."""
    high = 0
    for _ in range(1_000):
        high += board.wire(name).level
        board.run_ms(0.001)
    return high / 1_000


def test_pulses_of_a_width(pyboard: Any) -> None:
    Timer, Pin = pyboard.pyb.Timer, pyboard.pyb.Pin
    timer = Timer(2, freq=1000)
    channel = timer.channel(1, Timer.PWM, pin=Pin("X1"), pulse_width=21_000)
    assert repr(channel) == "TimerChannel(timer=2, channel=1, mode=PWM)"
    assert edges_of(pyboard, "X1", 2.5) == [(0.25, 0), (1, 1), (1.25, 0), (2, 1), (2.25, 0)]
    assert repr(Pin("X1")) == "Pin(Pin.cpu.A0, mode=Pin.ALT, alt=Pin.AF1_TIM2)"


@pytest.mark.parametrize(("mode", "high"), [("PWM", 0.3), ("PWM_INVERTED", 0.7)])
def test_active_low_is_the_other_way_round(either: Any, mode: str, high: float) -> None:
    Timer = either.pyb.Timer
    timer = Timer(2, freq=1000)
    timer.channel(1, getattr(Timer, mode), pin=either.pyb.Pin("X1"), pulse_width_percent=30)
    assert duty_of(either, "X1") == pytest.approx(high, abs=0.002)


@pytest.mark.parametrize(("percent", "shown"), [(0, 0), (25, 25), (12.5, 12.5), (100, 100), (-3, 0), (120, 100)])
def test_widths_in_percent(pyboard: Any, percent: float, shown: float) -> None:
    Timer = pyboard.pyb.Timer
    channel = Timer(2, freq=1000).channel(1, Timer.PWM, pin=pyboard.pyb.Pin("X1"), pulse_width_percent=percent)
    assert channel.pulse_width_percent() == shown
    assert isinstance(channel.pulse_width_percent(), float)
    assert duty_of(pyboard, "X1") == pytest.approx(shown / 100, abs=0.002)


def test_one_value_by_many_names(pyboard: Any) -> None:
    Timer = pyboard.pyb.Timer
    channel = Timer(2, freq=1000).channel(2, Timer.PWM, pin=pyboard.pyb.Pin("X2"), pulse_width_us=250)
    assert (channel.pulse_width(), channel.compare(), channel.capture()) == (21_000, 21_000, 21_000)
    assert (channel.pulse_width_us(), channel.pulse_width_ns()) == (250, 250_000)
    channel.pulse_width_ns(500_000)
    assert channel.pulse_width() == 42_000
    channel.pulse_width(8_400)
    assert channel.pulse_width_percent() == 10
    assert duty_of(pyboard, "X2") == pytest.approx(0.1, abs=0.002)


def test_another_frequency_keeps_the_width_in_ticks(pyboard: Any) -> None:
    Timer = pyboard.pyb.Timer
    timer = Timer(2, freq=1000)
    channel = timer.channel(1, Timer.PWM, pin=pyboard.pyb.Pin("X1"), pulse_width=42_000)
    timer.freq(500)
    assert channel.pulse_width() == 42_000
    assert channel.pulse_width_percent() == 25


def test_counting_both_ways_halves_the_frequency(pyboard: Any) -> None:
    Timer = pyboard.pyb.Timer
    timer = Timer(2, prescaler=83, period=1_000, mode=Timer.CENTER)
    timer.channel(1, Timer.PWM, pin=pyboard.pyb.Pin("X1"), pulse_width=500)
    rises = [time for time, level in edges_of(pyboard, "X1", 5) if level]
    assert [round(after - before, 3) for before, after in pairwise(rises)] == [2.0]


def test_complementary_outputs_are_inverted(pyboard: Any) -> None:
    Timer = pyboard.pyb.Timer
    # Y6 is TIM1_CH1N.
    Timer(1, freq=1000).channel(1, Timer.PWM, pin=pyboard.pyb.Pin("Y6"), pulse_width_percent=20)
    assert duty_of(pyboard, "Y6") == pytest.approx(0.8, abs=0.002)


def test_two_channels_share_a_timer(pyboard: Any) -> None:
    Timer = pyboard.pyb.Timer
    timer = Timer(2, freq=1000)
    one = timer.channel(1, Timer.PWM, pin=pyboard.pyb.Pin("X1"), pulse_width_percent=20)
    two = timer.channel(2, Timer.PWM, pin=pyboard.pyb.Pin("X2"), pulse_width_percent=60)
    assert (timer.channel(1), timer.channel(2), timer.channel(3)) == (one, two, None)
    assert duty_of(pyboard, "X1") == pytest.approx(0.2, abs=0.002)
    assert duty_of(pyboard, "X2") == pytest.approx(0.6, abs=0.002)


def test_a_pin_of_another_channel_shows_nothing_of_this_one(pyboard: Any) -> None:
    Timer = pyboard.pyb.Timer
    Timer(2, freq=1000).channel(2, Timer.PWM, pin=pyboard.pyb.Pin("X1"), pulse_width_percent=50)
    assert duty_of(pyboard, "X1") == 0


def test_the_script_takes_the_pin_back(pyboard: Any) -> None:
    Timer, Pin = pyboard.pyb.Timer, pyboard.pyb.Pin
    channel = Timer(2, freq=1000).channel(1, Timer.PWM, pin=Pin("X1"), pulse_width_percent=50)
    pin = Pin("X1", Pin.OUT_PP, value=1)
    channel.pulse_width_percent(10)
    assert duty_of(pyboard, "X1") == 1
    assert repr(pin) == "Pin(Pin.cpu.A0, mode=Pin.OUT)"


def test_deinit_ends_pulses_and_calls(pyboard: Any) -> None:
    Timer, calls = pyboard.pyb.Timer, []
    timer = Timer(2, freq=1000)
    timer.channel(1, Timer.PWM, pin=pyboard.pyb.Pin("X1"), pulse_width_percent=50, callback=calls.append)
    timer.deinit()
    assert duty_of(pyboard, "X1") == 0
    assert calls == []
    assert timer.channel(1) is None


# ---- calls


@pytest.mark.parametrize("mode", ["PWM", "OC_TIMING"])
def test_the_callback_comes_at_the_count_with_the_timer(either: Any, mode: str) -> None:
    Timer, calls = either.pyb.Timer, []
    timer = Timer(2, prescaler=83, period=999)
    channel = timer.channel(1, getattr(Timer, mode))
    channel.compare(300)
    channel.callback(lambda timer: calls.append((timer, either.now_ms)))
    either.run_ms(2.5)
    assert calls == [(timer, 0.3), (timer, 1.3), (timer, 2.3)]
    channel.callback(None)
    either.run_ms(5)
    assert len(calls) == 3


def test_another_count_is_called_at(pyboard: Any) -> None:
    Timer, calls = pyboard.pyb.Timer, []
    timer = Timer(2, prescaler=83, period=999, mode=Timer.DOWN)
    channel = timer.channel(3, Timer.OC_TIMING, compare=900, callback=lambda _: calls.append(round(pyboard.now_ms, 2)))
    pyboard.run_ms(1)
    channel.compare(2_000)
    pyboard.run_ms(5)
    channel.compare(499)
    pyboard.run_ms(2)
    assert calls == [0.1, 6.5, 7.5]


def test_channels_and_timer_call_side_by_side(pyboard: Any) -> None:
    Timer, calls = pyboard.pyb.Timer, []
    timer = Timer(2, prescaler=83, period=999, callback=lambda _: calls.append("over"))
    timer.channel(1, Timer.OC_TIMING, compare=200, callback=lambda _: calls.append("one"))
    timer.channel(2, Timer.OC_TIMING, compare=600, callback=lambda _: calls.append("two"))
    pyboard.run_ms(2.1)
    assert calls == ["one", "two", "over"] * 2


def test_a_channel_set_up_again_is_another(pyboard: Any) -> None:
    Timer, calls = pyboard.pyb.Timer, []
    timer = Timer(2, prescaler=83, period=999)
    old = timer.channel(1, Timer.OC_TIMING, compare=200, callback=lambda _: calls.append("old"))
    new = timer.channel(1, mode=Timer.OC_TIMING, compare=200)
    assert new is not old
    pyboard.run_ms(3)
    assert calls == []


# ---- what it refuses


@pytest.mark.parametrize(
    ("number", "options", "message"),
    [
        (0, {}, "invalid channel (0)"),
        (5, {"mode": 0}, "invalid channel (5)"),
        (1, {"mode": 12}, "invalid mode (12)"),
        (1, {"mode": 0, "pin": "X1"}, "pin argument needs to be a Pin type"),
        (1, {"mode": 2, "polarity": 5}, "invalid polarity (5)"),
        (1, {"mode": 2, "callback": 7}, "callback must be None or a callable object"),
    ],
)
def test_wrong_arguments(pyboard: Any, number: int, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        pyboard.pyb.Timer(2, freq=1000).channel(number, **options)


def test_a_pin_the_timer_does_not_reach(pyboard: Any) -> None:
    Timer = pyboard.pyb.Timer
    with pytest.raises(ValueError, match=re.escape("Pin(B6) doesn't have an alt for Timer(2)")):
        Timer(2, freq=1000).channel(1, Timer.PWM, pin=pyboard.pyb.Pin("X9"))


def test_a_mode_is_needed_with_options(pyboard: Any) -> None:
    with pytest.raises(TypeError, match="'mode' argument required"):
        pyboard.pyb.Timer(2, freq=1000).channel(1, pulse_width=5)
