"""pyb.Timer: counters, what a frequency becomes, and calls at overflows."""

import re
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("id", "freq", "shown"),
    [
        (4, 100, "freq=100, prescaler=24, period=33599, mode=UP, div=1"),
        (2, 10, "freq=10, prescaler=0, period=8399999, mode=UP, div=1"),
        (2, 1000, "freq=1000, prescaler=0, period=83999, mode=UP, div=1"),
        (4, 2_000_000, "freq=2000000, prescaler=0, period=41, mode=UP, div=1"),
        (9, 1000, "freq=1000, prescaler=4, period=33599, mode=UP, div=1"),
        (1, 1, "freq=1, prescaler=3124, period=53759, mode=UP, div=1, deadtime=0, brk=BRK_OFF"),
    ],
)
def test_prescaler_and_period_of_a_frequency(either: Any, id: int, freq: int, shown: str) -> None:
    timer = either.pyb.Timer(id, freq=freq)
    assert repr(timer) == f"Timer({id}, {shown})"
    assert timer.freq() == freq


@pytest.mark.parametrize("freq", [0.02, 0.5, 12.5, 440.0, 3, 7, 1_000_003])
def test_the_frequency_is_as_near_as_the_registers_get(either: Any, freq: float) -> None:
    for id in (2, 4):
        assert either.pyb.Timer(id, freq=freq).freq() == pytest.approx(freq, rel=0.02)


def test_a_frequency_that_is_exact_is_an_int(pyboard: Any) -> None:
    timer = pyboard.pyb.Timer(2, freq=100)
    assert (timer.freq(), type(timer.freq())) == (100, int)
    timer.freq(0.01)
    assert f"{timer.freq():.2f}" == "0.01"
    timer = pyboard.pyb.Timer(4, prescaler=0, period=6)
    assert timer.freq() == 12_000_000
    timer.period(7)
    assert timer.freq() == 10_500_000
    timer.prescaler(10)
    assert timer.freq() == pytest.approx(84e6 / 88)


def test_period_in_ticks(pyboard: Any) -> None:
    assert pyboard.pyb.Timer(4, period=20).freq() == 50
    assert pyboard.pyb.Timer(4, period=250, tick_hz=1_000_000).freq() == 4_000


def test_registers_are_set_and_read(pyboard: Any) -> None:
    timer = pyboard.pyb.Timer(4, prescaler=100, period=200)
    assert (timer.prescaler(), timer.period()) == (100, 200)
    timer.prescaler(300)
    timer.period(0x1_0190)
    assert (timer.prescaler(), timer.period()) == (300, 0x190)
    assert timer.source_freq() == 84_000_000
    assert pyboard.pyb.Timer(8).source_freq() == 168_000_000
    assert repr(pyboard.pyb.Timer(5, prescaler=83, period=0x0FFF_FFFF)).startswith("Timer(5, freq=0, prescaler=83")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"freq": 0}, ValueError, "must have positive freq"),
        ({"freq": -1.5}, ValueError, "must have positive freq"),
        ({"freq": 0.0001}, ValueError, "freq too small"),
        ({"freq": "fast"}, TypeError, "can't convert str to int"),
        ({"period": 1_000_000}, ValueError, "period too large"),
        ({"prescaler": 83}, TypeError, "must specify either freq, period, or prescaler and period"),
        ({"mode": 0}, TypeError, "must specify either freq, period, or prescaler and period"),
        ({"freq": 10, "mode": 7}, ValueError, "invalid mode (7)"),
        ({"freq": 10, "callback": 1}, ValueError, "callback must be None or a callable object"),
    ],
)
def test_what_it_refuses(pyboard: Any, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        pyboard.pyb.Timer(4, **arguments)


@pytest.mark.parametrize("id", [0, 15, -1])
def test_no_such_timer(either: Any, id: int) -> None:
    with pytest.raises(ValueError, match=re.escape(f"Timer({id}) doesn't exist")):
        either.pyb.Timer(id)


def test_there_is_one_of_each(either: Any) -> None:
    timer = either.pyb.Timer(4)
    assert repr(timer) == "Timer(4)"
    assert either.pyb.Timer(4, freq=10) is timer
    assert either.pyb.Timer(4).freq() == 10
    timer.deinit()
    assert repr(timer) == "Timer(4)"


@pytest.mark.parametrize(("given", "kept"), [(0, 0), (100, 100), (129, 128), (300, 296), (600, 592), (2000, 1008)])
def test_dead_time_is_coarser_the_longer_it_is(pyboard: Any, given: int, kept: int) -> None:
    Timer = pyboard.pyb.Timer
    timer = Timer(8, freq=1000, deadtime=given, brk=Timer.BRK_LOW, div=4)
    assert repr(timer).endswith(f"div=4, deadtime={kept}, brk=BRK_LOW)")


# ---- the counter


def test_up_down_and_both_ways(pyboard: Any) -> None:
    Timer, counts = pyboard.pyb.Timer, {}
    for mode in ("UP", "DOWN", "CENTER"):
        # A tick a millisecond.
        timer = Timer(4, prescaler=41_999, period=9, mode=getattr(Timer, mode))
        timer.prescaler(41_999)
        counts[mode] = []
        for _ in range(24):
            counts[mode].append(timer.counter())
            pyboard.run_ms(0.5)
    assert counts["UP"] == [step % 10 for step in range(24)]
    assert counts["DOWN"] == [9 - step % 10 for step in range(24)]
    assert counts["CENTER"] == [*range(9), 9, *range(8, 0, -1), *range(6)]


def test_the_counter_can_be_set(pyboard: Any) -> None:
    timer = pyboard.pyb.Timer(2, prescaler=83, period=0x3FFF_FFFF)
    pyboard.run_ms(1)
    assert timer.counter() == 1_000
    timer.counter(5)
    pyboard.run_ms(0.02)
    assert timer.counter() == 25


def test_another_period_lets_the_counter_go_on(pyboard: Any) -> None:
    timer = pyboard.pyb.Timer(2, prescaler=83, period=99_999)
    pyboard.run_ms(2)
    timer.period(9_999)
    assert timer.counter() == 2_000
    timer.period(999)
    assert timer.counter() == 0


def test_a_timer_that_was_never_started_stands_still(pyboard: Any) -> None:
    timer = pyboard.pyb.Timer(4)
    pyboard.run_ms(1)
    assert timer.counter() == 0
    timer.init(prescaler=83, period=999)
    pyboard.run_ms(0.25)
    timer.deinit()
    pyboard.run_ms(1)
    assert timer.counter() == 250


# ---- calls


def test_the_callback_comes_at_every_overflow_with_the_timer(either: Any) -> None:
    calls: list[tuple[Any, float]] = []
    timer = either.pyb.Timer(4, freq=100, callback=lambda timer: calls.append((timer, either.now_ms)))
    either.run_ms(35)
    assert calls == [(timer, 10), (timer, 20), (timer, 30)]


def test_a_frequency_that_does_not_divide_does_not_drift(pyboard: Any) -> None:
    times: list[int] = []
    counts: list[int] = []
    timer = pyboard.pyb.Timer(2, freq=300)
    period = timer.period() + 1

    def note(timer: Any) -> None:
        times.append(pyboard.now)
        counts.append(timer.counter())

    timer.callback(note)
    pyboard.run_ms(1_001)
    assert len(times) == 300
    assert times == [-(-n * period * 1_000_000_000 // 84_000_000) for n in range(1, 301)]
    assert counts == [0] * 300


def test_counting_both_ways_overflows_at_both_ends(pyboard: Any) -> None:
    Timer, times = pyboard.pyb.Timer, []
    Timer(4, prescaler=83, period=1_000, mode=Timer.CENTER, callback=lambda _: times.append(pyboard.now_ms))
    pyboard.run_ms(3.5)
    assert times == [1, 2, 3]


def test_none_ends_the_calls_but_not_the_timer(pyboard: Any) -> None:
    calls: list[int] = []
    timer = pyboard.pyb.Timer(4, prescaler=83, period=9_999, callback=lambda _: calls.append(1))
    pyboard.run_ms(15)
    timer.callback(None)
    pyboard.run_ms(100)
    assert len(calls) == 1
    assert timer.counter() == 5_000


def test_a_callback_may_end_itself_or_the_timer(pyboard: Any) -> None:
    calls: list[str] = []

    def once(timer: Any) -> None:
        calls.append("once")
        timer.callback(None)

    def last(timer: Any) -> None:
        calls.append("last")
        timer.deinit()

    pyboard.pyb.Timer(4, freq=100, callback=once)
    pyboard.pyb.Timer(7, freq=100, callback=last)
    pyboard.run_ms(55)
    assert calls == ["once", "last"]


def test_a_callback_alone_starts_the_timer(pyboard: Any) -> None:
    calls: list[int] = []
    pyboard.pyb.Timer(4).callback(lambda _: calls.append(1))
    pyboard.run_ms(2)
    assert len(calls) == 2e-3 * 84e6 // 65_536


def test_init_and_freq_change_when_the_calls_come(pyboard: Any) -> None:
    times: list[float] = []
    timer = pyboard.pyb.Timer(2, freq=100, callback=lambda _: times.append(pyboard.now_ms))
    pyboard.run_ms(10)
    timer.freq(1_000)
    pyboard.run_ms(2)
    timer.init(freq=200)
    pyboard.run_ms(10)
    assert times == [10, 11, 12, 17, 22]


def test_masked_overflows_are_one(pyboard: Any) -> None:
    calls: list[float] = []
    pyboard.pyb.Timer(4, freq=100, callback=lambda _: calls.append(pyboard.now_ms))
    state = pyboard.pyb.disable_irq()
    pyboard.run_ms(95)
    pyboard.pyb.enable_irq(state)
    pyboard.run_ms(10)
    assert calls == [95, 100]


@pytest.mark.parametrize(("hard", "calls"), [(True, 1), (False, 3)])
def test_a_callback_that_raises_is_ended_where_it_is_hard(pyboard: Any, hard: bool, calls: int) -> None:
    pyboard.pyb.Timer(4, freq=100, callback=lambda: None, hard=hard)
    pyboard.run_ms(35)
    assert [type(failure) for failure in pyboard.failures] == [TypeError] * calls


def test_a_reset_stops_it(pyboard: Any) -> None:
    calls: list[int] = []
    timer = pyboard.pyb.Timer(4, freq=100, callback=lambda _: calls.append(1))
    pyboard.board.power_cycle("SOFT")
    pyboard.run_ms(50)
    assert calls == []
    assert pyboard.pyb.Timer(4) is not timer
