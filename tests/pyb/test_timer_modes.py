"""pyb.TimerChannel: outputs that change at a count, edges that are captured, and encoders that are counted."""

from itertools import pairwise
from typing import Any

import pytest

US = 1_000


def timer_of_us(board: Any, id: int, period: int = 999) -> Any:
    """A timer that counts microseconds."""
    return board.pyb.Timer(id, prescaler=83, period=period)


def edges_of(board: Any, name: str, us: int) -> list[tuple[int, int]]:
    """The edges on a wire from now on: time in µs since now, and the level after it."""
    start, seen = board.now, []
    board.wire(name).watch(lambda level, time: seen.append(((time - start) // US, level)))
    board.run_ms(us / 1_000)
    return seen


# ---- output compare


def test_a_pin_becomes_active_at_the_count_and_stays(either: Any) -> None:
    Timer, timer = either.pyb.Timer, timer_of_us(either, 2)
    timer.channel(1, Timer.OC_ACTIVE, pin=either.pyb.Pin("X1"), compare=300)
    assert either.wire("X1").level == 0
    assert edges_of(either, "X1", 5_000) == [(300, 1)]


def test_a_pin_becomes_inactive_at_the_count(pyboard: Any) -> None:
    Timer, timer = pyboard.pyb.Timer, timer_of_us(pyboard, 2)
    timer.channel(1, Timer.OC_FORCED_ACTIVE, pin=pyboard.pyb.Pin("X1"))
    pyboard.run_ms(5)
    timer.counter(0)
    timer.channel(1, Timer.OC_INACTIVE, pin=pyboard.pyb.Pin("X1"), compare=300)
    assert pyboard.wire("X1").level == 1
    assert edges_of(pyboard, "X1", 5_000) == [(300, 0)]


def test_a_pin_that_was_never_active_stays_inactive(pyboard: Any) -> None:
    Timer, timer = pyboard.pyb.Timer, timer_of_us(pyboard, 2)
    timer.channel(1, Timer.OC_INACTIVE, pin=pyboard.pyb.Pin("X1"), compare=300)
    assert edges_of(pyboard, "X1", 5_000) == []
    assert pyboard.wire("X1").level == 0


def test_toggling_makes_a_square_wave_of_half_the_frequency(pyboard: Any) -> None:
    Timer, timer, calls = pyboard.pyb.Timer, timer_of_us(pyboard, 2), []
    timer.channel(
        1, Timer.OC_TOGGLE, pin=pyboard.pyb.Pin("X1"), compare=200, callback=lambda _: calls.append(pyboard.now_ms)
    )
    assert edges_of(pyboard, "X1", 3_500) == [(200, 1), (1_200, 0), (2_200, 1), (3_200, 0)]
    assert calls == [0.2, 1.2, 2.2, 3.2]


@pytest.mark.parametrize(
    ("mode", "polarity", "level"),
    [
        ("OC_FORCED_ACTIVE", "HIGH", 1),
        ("OC_FORCED_INACTIVE", "HIGH", 0),
        ("OC_FORCED_ACTIVE", "LOW", 0),
        ("OC_FORCED_INACTIVE", "LOW", 1),
    ],
)
def test_forced_levels(either: Any, mode: str, polarity: str, level: int) -> None:
    Timer, timer = either.pyb.Timer, timer_of_us(either, 2)
    timer.channel(1, getattr(Timer, mode), pin=either.pyb.Pin("X1"), polarity=getattr(Timer, polarity))
    either.run_ms(5)
    assert either.wire("X1").level == level


def test_no_change_once_another_channel_is_there(pyboard: Any) -> None:
    Timer, timer = pyboard.pyb.Timer, timer_of_us(pyboard, 2)
    timer.channel(1, Timer.OC_TOGGLE, pin=pyboard.pyb.Pin("X1"), compare=200)
    timer.channel(1, Timer.OC_TIMING, compare=200)
    assert edges_of(pyboard, "X1", 3_000) == []


# ---- input capture


@pytest.mark.parametrize(("polarity", "captured"), [("RISING", [100]), ("FALLING", [350]), ("BOTH", [100, 350])])
def test_the_count_at_an_edge(either: Any, polarity: str, captured: list[int]) -> None:
    Timer, timer, seen = either.pyb.Timer, timer_of_us(either, 2, 0xFFFF), []
    either.drive("X1", 0)
    channel = timer.channel(
        1,
        Timer.IC,
        pin=either.pyb.Pin("X1"),
        polarity=getattr(Timer, polarity),
        callback=lambda t: seen.append((t is timer, channel.capture())),
    )
    timer.counter(0)
    start = either.now
    for us, level in ((100, 1), (350, 0)):
        either.run_ms((start + us * US - either.now) / 1e6)
        either.drive("X1", level)
    either.run_ms(1)
    assert seen == [(True, count) for count in captured]


def test_a_pulse_is_measured_with_an_output_of_another_timer(pyboard: Any) -> None:
    Timer, Pin, edges = pyboard.pyb.Timer, pyboard.pyb.Pin, []
    pyboard.attach_probe("X1")
    other = timer_of_us(pyboard, 4, 9_999)
    other.channel(1, Timer.PWM, pin=Pin("X9"), pulse_width=1_500)
    pyboard.wire("X9").watch(lambda level, time: pyboard.drive("X1", level))
    timer = timer_of_us(pyboard, 2, 0xFFFF)
    channel = timer.channel(1, Timer.IC, pin=Pin("X1"), polarity=Timer.BOTH)
    channel.callback(lambda _: edges.append(channel.capture()))
    pyboard.run_ms(25)
    widths = [after - before for before, after in pairwise(edges)]
    assert 1_500 in widths
    assert set(widths) <= {1_500, 8_500}


def test_a_pin_that_was_an_output_is_let_go(pyboard: Any) -> None:
    Timer, Pin = pyboard.pyb.Timer, pyboard.pyb.Pin
    Pin("X1", Pin.OUT_PP).high()
    timer_of_us(pyboard, 2).channel(1, Timer.IC, pin=Pin("X1"))
    pyboard.drive("X1", 0)
    assert pyboard.wire("X1").level == 0


def test_no_captures_after_deinit(pyboard: Any) -> None:
    Timer, timer, seen = pyboard.pyb.Timer, timer_of_us(pyboard, 2), []
    pyboard.drive("X1", 0)
    timer.channel(1, Timer.IC, pin=pyboard.pyb.Pin("X1"), callback=seen.append)
    timer.deinit()
    pyboard.drive("X1", 1)
    pyboard.run_ms(1)
    assert seen == []


# ---- encoders

FORWARD = ((1, 0), (1, 1), (0, 1), (0, 0))
"""X1 and X2 through one cycle, X1 first."""


def turn(board: Any, cycle: tuple[tuple[int, int], ...]) -> None:
    for first, second in cycle:
        board.drive("X1", first)
        board.drive("X2", second)
        board.run_ms(0.1)


def encoder(board: Any, mode: str, **settings: int) -> Any:
    Timer, Pin = board.pyb.Timer, board.pyb.Pin
    turn(board, ((0, 0),))
    timer = Timer(2, **{"prescaler": 0, "period": 0xFFFF, **settings})
    timer.channel(1, getattr(Timer, mode), pin=Pin("X1"))
    timer.channel(2, getattr(Timer, mode), pin=Pin("X2"))
    return timer


@pytest.mark.parametrize(("mode", "counts"), [("ENC_A", 2), ("ENC_B", 2), ("ENC_AB", 4)])
def test_forward_and_back(either: Any, mode: str, counts: int) -> None:
    timer = encoder(either, mode)
    turn(either, FORWARD * 3)
    assert timer.counter() == 3 * counts
    turn(either, (*reversed(FORWARD[:3]), (0, 0)) * 2)
    assert timer.counter() == counts


def test_pins_that_the_script_has_connected(pyboard: Any) -> None:
    Timer, Pin = pyboard.pyb.Timer, pyboard.pyb.Pin
    turn(pyboard, ((0, 0),))
    for name in ("X1", "X2"):
        Pin(name, Pin.AF_PP, pull=Pin.PULL_NONE, af=Pin.AF1_TIM2)
    timer = Timer(2, prescaler=0, period=0xFFFF)
    timer.channel(1, Timer.ENC_AB)
    turn(pyboard, FORWARD)
    assert timer.counter() == 4


def test_time_does_not_count(pyboard: Any) -> None:
    timer = encoder(pyboard, "ENC_AB")
    pyboard.run_ms(50)
    assert timer.counter() == 0
    timer.counter(17)
    turn(pyboard, FORWARD)
    assert timer.counter() == 21


def test_it_goes_round_its_period_and_calls(pyboard: Any) -> None:
    timer, calls = encoder(pyboard, "ENC_AB", period=9), []
    timer.callback(calls.append)
    turn(pyboard, FORWARD * 3)
    assert timer.counter() == 2
    assert calls == [timer]


def test_the_prescaler_divides_edges(pyboard: Any) -> None:
    timer = encoder(pyboard, "ENC_AB", prescaler=1)
    turn(pyboard, FORWARD * 4)
    assert timer.counter() == 8


def test_the_timer_counts_time_again_after_another_channel(pyboard: Any) -> None:
    Timer = pyboard.pyb.Timer
    timer = encoder(pyboard, "ENC_AB")
    timer.channel(1, Timer.OC_TIMING)
    timer.channel(2, Timer.OC_TIMING)
    timer.init(prescaler=83, period=0xFFFF)
    pyboard.run_ms(1)
    assert timer.counter() == pytest.approx(1_000, abs=5)


def test_a_timer_without_encoder(pyboard: Any) -> None:
    Timer = pyboard.pyb.Timer
    with pytest.raises(ValueError, match="encoder not supported on timer 9"):
        Timer(9, freq=10).channel(1, Timer.ENC_AB)
