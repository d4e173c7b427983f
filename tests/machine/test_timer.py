"""machine.Timer in board time: when it goes off, and what may be done to it."""

from collections.abc import Callable
from typing import Any

import pytest

On = Callable[[str], Any]
ALL = pytest.mark.parametrize("name", ["pico", "esp32", "pyboard", "mock"])


class Ticks:
    """A callback that keeps the times it was called at, in ms."""

    def __init__(self, on: Any) -> None:
        self.on = on
        self.times: list[float] = []
        self.timers: list[object] = []

    def __call__(self, timer: object) -> None:
        self.times.append(self.on.now / 1e6)
        self.timers.append(timer)


@ALL
def test_periodic(switch_on: On, name: str) -> None:
    on = switch_on(name)
    ticks = Ticks(on)
    timer = on.machine.Timer(-1)
    timer.init(period=100, mode=on.machine.Timer.PERIODIC, callback=ticks)
    on.run_ms(350)
    assert ticks.times == [100, 200, 300]
    assert ticks.timers == [timer] * 3
    timer.deinit()
    timer.deinit()
    on.run_ms(500)
    assert len(ticks.times) == 3


@ALL
def test_one_shot(switch_on: On, name: str) -> None:
    on = switch_on(name)
    ticks = Ticks(on)
    on.machine.Timer(-1, period=40, mode=on.machine.Timer.ONE_SHOT, callback=ticks)
    on.run_ms(200)
    assert ticks.times == [40]


@ALL
def test_frequency_may_be_a_float_and_beats_the_period(switch_on: On, name: str) -> None:
    on = switch_on(name)
    ticks = Ticks(on)
    on.machine.Timer(-1, freq=2.5, period=10, callback=ticks)
    on.run_ms(1000)
    assert ticks.times == [400, 800]


@ALL
def test_tick_hz(switch_on: On, name: str) -> None:
    on = switch_on(name)
    ticks = Ticks(on)
    on.machine.Timer(-1, period=5, tick_hz=100, callback=ticks)
    on.run_ms(120)
    assert ticks.times == [50, 100]


@ALL
def test_init_in_its_own_callback_starts_anew(switch_on: On, name: str) -> None:
    on = switch_on(name)
    ticks = Ticks(on)
    timer = on.machine.Timer(-1)

    def longer(t: Any) -> None:
        ticks(t)
        t.init(period=50, mode=on.machine.Timer.ONE_SHOT, callback=ticks)

    timer.init(period=10, callback=longer)
    on.run_ms(200)
    assert ticks.times == [10, 60]


@ALL
def test_deinit_in_its_own_callback_ends_it(switch_on: On, name: str) -> None:
    on = switch_on(name)
    ticks = Ticks(on)

    def third_is_last(timer: Any) -> None:
        ticks(timer)
        if len(ticks.times) == 3:
            timer.deinit()

    on.machine.Timer(-1, period=10, callback=third_is_last)
    on.run_ms(200)
    assert ticks.times == [10, 20, 30]


@ALL
def test_does_not_drift_when_its_handler_is_late(switch_on: On, name: str) -> None:
    on = switch_on(name)
    ticks = Ticks(on)
    on.machine.Timer(-1, period=10, callback=ticks)
    for _ in range(3):
        state = on.machine.disable_irq()
        on.board.clock.wait_until(on.now + 14_000_000)
        on.machine.enable_irq(state)
        on.run_ms(6)
    assert ticks.times == [14, 20, 34, 40, 54, 60]


def test_missed_periods_are_not_made_up_for(switch_on: On) -> None:
    """On real time the clock may be far beyond when a timer's turn comes."""
    on = switch_on("pico")
    ticks = Ticks(on)
    calls: list[tuple[int, Callable[[], object]]] = []
    real = on.board.clock

    class LateClock:
        now = 0

        def now_ns(self) -> int:
            return self.now

        def wait_until(self, deadline_ns: int | None, /) -> None:
            real.wait_until(deadline_ns)

        def wake(self) -> None:
            real.wake()

        def spend(self, ns: int, /) -> None:
            self.now += ns

        def call_at(self, time_ns: int, action: Callable[[], object], /) -> Callable[[], None]:
            calls.append((time_ns, action))
            return calls.clear

    on.board.clock = clock = LateClock()
    on.machine.Timer(period=10, callback=ticks)
    clock.now = 34_000_000
    calls.pop()[1]()
    assert [time for time, _ in calls] == [40_000_000]
    assert len(ticks.times) == 1


@pytest.mark.parametrize("hard", [False, True])
def test_an_exception_in_the_callback(switch_on: On, hard: bool) -> None:
    on = switch_on("pico")
    calls = []

    def fails(timer: object) -> None:
        calls.append(timer)
        raise ValueError("oops")

    on.machine.Timer(period=10, callback=fails, hard=hard)
    on.run_ms(35)
    # A soft one goes on; a hard one is not called again.
    assert len(calls) == (1 if hard else 3)
    assert [str(error) for error in on.failures] == ["oops"] * len(calls)


def test_soft_ones_wait_for_each_other_and_hard_ones_do_not(switch_on: On) -> None:
    on = switch_on("pico")
    order = []
    on.machine.Timer(period=5, mode=0, callback=lambda t: order.append("hard"), hard=True)

    def slow(timer: object) -> None:
        order.append("soft begins")
        on.board.clock.spend(1)
        on.machine.Timer(period=1, mode=0, callback=lambda t: order.append("soft too"))
        order.append("soft ends")

    on.machine.Timer(period=1, mode=0, callback=slow)
    on.run_ms(20)
    assert order == ["soft begins", "soft ends", "soft too", "hard"]


def test_a_reset_stops_it(switch_on: On) -> None:
    on = switch_on("pico")
    ticks = Ticks(on)
    on.machine.Timer(period=10, callback=ticks)
    on.run_ms(15)
    on.board.power_cycle("HARD")
    on.run_ms(100)
    assert ticks.times == [10]


def test_a_running_timer_needs_nobody_to_hold_it(switch_on: On) -> None:
    on = switch_on("pico")
    ticks = Ticks(on)
    for period in (10, 15):
        on.machine.Timer(period=period, mode=0, callback=ticks)
    on.run_ms(20)
    assert ticks.times == [10, 15]


# ---- ports


def test_rp2_ids_and_repr(switch_on: On) -> None:
    machine = switch_on("pico").machine
    assert machine.Timer() is not machine.Timer(-1)
    with pytest.raises(ValueError, match=r"^Timer doesn't exist$"):
        machine.Timer(0)
    timer = machine.Timer(freq=2, callback=print)
    assert repr(timer) == "Timer(mode=PERIODIC, tick_hz=1000000, period=500000)"
    timer.init(mode=machine.Timer.ONE_SHOT, period=3)
    assert repr(timer) == "Timer(mode=ONE_SHOT, tick_hz=1000000, period=3000)"
    assert not hasattr(timer, "value")
    with pytest.raises(TypeError):
        timer.init(1000)
    with pytest.raises(TypeError):
        machine.Timer(period=10, interval=3)


def test_rp2_without_a_period_never_ends(switch_on: On) -> None:
    on = switch_on("pico")
    ticks = Ticks(on)
    timer = on.machine.Timer(mode=0, callback=ticks)
    on.run_ms(10_000_000)
    assert ticks.times == []
    timer.deinit()


def test_rp2_microseconds(switch_on: On) -> None:
    on = switch_on("pico")
    ticks = Ticks(on)
    on.machine.Timer(freq=3000, callback=ticks)
    on.run_ms(1)
    assert ticks.times == [0.333, 0.666, 0.999]


def test_esp32_hardware_timers(switch_on: On) -> None:
    on = switch_on("esp32")
    machine = on.machine
    assert machine.Timer(0) is machine.Timer(0)
    assert machine.Timer(-1) is not machine.Timer(-1)
    with pytest.raises(ValueError, match=r"^Timer\(4\) doesn't exist, there are only 4 hardware timers$"):
        machine.Timer(4)
    with pytest.raises(ValueError, match=r"^hard Timers are not implemented$"):
        machine.Timer(0, period=10, hard=True)
    with pytest.raises(ValueError, match=r"^Timer period is too short for this timer$"):
        machine.Timer(0, period=0)
    timer = machine.Timer(0, period=1000, mode=machine.Timer.PERIODIC, callback=lambda t: None)
    # The port prints the other mode's word.
    assert repr(timer) == "Timer(0, mode=ONE_SHOT, period=1000)"
    on.run_ms(300)
    assert timer.value() == 300
    on.run_ms(900)
    assert timer.value() == 200


def test_stm32_keeps_what_it_is_not_given(switch_on: On) -> None:
    on = switch_on("pyboard")
    ticks = Ticks(on)
    timer = on.machine.Timer()
    assert repr(timer) == "Timer(mode=ONE_SHOT, period=1000)"
    timer.init(period=20, callback=ticks)
    on.run_ms(50)
    timer.init()
    on.run_ms(50)
    assert ticks.times == [20, 40, 70, 90]
    assert repr(timer) == "Timer(mode=PERIODIC, period=20)"
    timer.init(callback=None)
    on.run_ms(100)
    assert len(ticks.times) == 4


def test_stm32_counts_milliseconds(switch_on: On) -> None:
    on = switch_on("pyboard")
    machine = on.machine
    ticks = Ticks(on)
    machine.Timer(freq=5000, callback=ticks)
    on.run_ms(3)
    assert ticks.times == [1, 2, 3]
    assert repr(machine.Timer(freq=300, callback=None)) == "Timer(mode=PERIODIC, period=3)"
    with pytest.raises(ValueError, match=r"^period too large$"):
        machine.Timer(period=1 << 30)


def test_mock_has_every_ports_ids(switch_on: On) -> None:
    machine = switch_on("mock").machine
    assert machine.Timer(1) is machine.Timer(1)
    assert machine.Timer() is not machine.Timer()
    assert machine.Timer(14).value() == 0
