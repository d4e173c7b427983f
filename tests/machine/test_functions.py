"""The functions of machine: interrupts, clock, sleep and reset, as numbers and in board time."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.board import Restart
from machine_compat.errors import ConfigError

On = Callable[[str], Any]
ALL = pytest.mark.parametrize("name", ["pico", "esp32", "pyboard", "mock"])
MS = 1_000_000


# ---- interrupts


@ALL
def test_handlers_wait_while_interrupts_are_off(switch_on: On, name: str) -> None:
    on = switch_on(name)
    machine = on.machine
    calls: list[int] = []
    machine.Timer(-1, period=5, mode=machine.Timer.ONE_SHOT, callback=lambda t: calls.append(on.now // MS))
    outer = machine.disable_irq()
    on.board.clock.wait_until(10 * MS)
    inner = machine.disable_irq()
    machine.enable_irq(inner)
    assert calls == []
    machine.enable_irq(outer)
    assert calls == [10]


def test_states_of_disable_irq(switch_on: On) -> None:
    machine = switch_on("pyboard").machine
    assert machine.disable_irq() is True
    assert machine.disable_irq() is False
    machine.enable_irq(True)
    assert machine.disable_irq() is True
    machine = switch_on("pico").machine
    assert (machine.disable_irq(), machine.disable_irq()) == (0, 1)
    with pytest.raises(TypeError):
        machine.enable_irq()


# ---- the chip


def test_unique_ids(switch_on: On) -> None:
    for name, length in (("pico", 8), ("esp32", 6), ("pyboard", 12)):
        found = switch_on(name).machine.unique_id()
        assert isinstance(found, bytes)
        assert len(found) == length


def test_rp2_frequencies(switch_on: On) -> None:
    machine = switch_on("pico").machine
    assert machine.freq() == 125_000_000
    for hertz in (133_000_000, 48_000_000, 250_000_000, 270_000_000):
        assert machine.freq(hertz) is None
        assert machine.freq() == hertz
    for hertz in (1, 125_001_000, 999_000_000):
        with pytest.raises(ValueError, match=r"^cannot change frequency$"):
            machine.freq(hertz)
    assert machine.freq() == 270_000_000
    with pytest.raises(ValueError, match="peripheral freq"):
        machine.freq(125_000_000, 50_000_000)
    with pytest.raises(TypeError):
        machine.freq(125e6)


def test_esp32_frequencies(switch_on: On) -> None:
    machine = switch_on("esp32").machine
    assert machine.freq() == 160_000_000
    machine.freq(240_000_000)
    assert machine.freq() == 240_000_000
    with pytest.raises(ValueError, match=r"^frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz$"):
        machine.freq(100_000_000)


def test_stm32_frequencies(switch_on: On) -> None:
    machine = switch_on("pyboard").machine
    assert machine.freq() == (168_000_000, 168_000_000, 42_000_000, 84_000_000)
    machine.freq(84_000_000)
    assert machine.freq() == (84_000_000, 84_000_000, 21_000_000, 42_000_000)
    machine.freq(168_000_000, 84_000_000, 21_000_000, 42_000_000)
    assert machine.freq() == (168_000_000, 84_000_000, 21_000_000, 42_000_000)
    # What the PLL cannot make becomes the next lower one it can.
    machine.freq(100_000_000)
    assert machine.freq()[0] == 96_000_000
    with pytest.raises(ValueError, match=r"^invalid freq$"):
        machine.freq(11_000_000)


def test_rng_has_thirty_bits(switch_on: On) -> None:
    machine = switch_on("pyboard").machine
    assert all(0 <= machine.rng() < 1 << 30 for _ in range(100))
    assert not hasattr(switch_on("pico").machine, "rng")


# ---- sleep


@ALL
def test_idle_lets_time_go_on_to_the_next_event(switch_on: On, name: str) -> None:
    on = switch_on(name)
    machine = on.machine
    machine.idle()
    assert on.now == 1 * MS
    calls: list[int] = []
    machine.Timer(-1, period=3, mode=machine.Timer.ONE_SHOT, callback=lambda t: calls.append(on.now))
    while not calls:
        machine.idle()
    assert calls == [4 * MS]


@ALL
def test_lightsleep(switch_on: On, name: str) -> None:
    on = switch_on(name)
    assert on.machine.lightsleep(250) is None
    assert on.now == 250 * MS
    on.machine.lightsleep(0)
    assert on.now == 250 * MS
    for bad in (None, 1.5):
        with pytest.raises(TypeError):
            on.machine.lightsleep(bad)


def test_sleep_is_lightsleeps_old_name(switch_on: On) -> None:
    for name in ("esp32", "pyboard"):
        on = switch_on(name)
        on.machine.sleep(10)
        assert on.now == 10 * MS
    assert not hasattr(switch_on("pico").machine, "sleep")


@ALL
def test_deepsleep_sleeps_and_resets(switch_on: On, name: str) -> None:
    on = switch_on(name)
    calls: list[object] = []
    on.machine.Timer(-1, period=10, callback=calls.append)
    with pytest.raises(Restart) as reset:
        on.machine.deepsleep(3000)
    assert reset.value.cause == "DEEPSLEEP"
    assert on.now == 3000 * MS
    assert calls == []


@ALL
def test_deepsleep_with_nothing_to_wake_it_says_so(switch_on: On, name: str) -> None:
    with pytest.raises(ConfigError, match="nothing would ever wake the board"):
        switch_on(name).machine.deepsleep()


def test_the_calendar_wakes_a_pyboard(switch_on: On) -> None:
    on = switch_on("pyboard")
    on.machine.RTC().wakeup(5000)
    with pytest.raises(Restart):
        on.machine.deepsleep()
    assert on.now == 5000 * MS


def test_wake_reason(switch_on: On) -> None:
    on = switch_on("esp32")
    assert on.machine.wake_reason() == 0
    on.machine.lightsleep(1)
    assert on.machine.wake_reason() == on.machine.TIMER_WAKE
    on.board.power_cycle("HARD")
    assert on.machine.wake_reason() == 0
    on.board.power_cycle("DEEPSLEEP")
    assert on.machine.wake_reason() == on.machine.TIMER_WAKE


# ---- reset


def reset(on: Any, function: str, *arguments: int) -> int:
    """Call something that resets, let the board go through it, and ask why it did."""
    with pytest.raises(Restart) as restart:
        getattr(on.machine, function)(*arguments)
    on.board.power_cycle(restart.value.cause)
    cause: int = on.machine.reset_cause()
    return cause


@pytest.mark.parametrize("name", ["esp32", "pyboard", "mock"])
def test_reset_causes(switch_on: On, name: str) -> None:
    on = switch_on(name)
    machine = on.machine
    assert machine.reset_cause() == machine.PWRON_RESET
    assert reset(on, "reset") == machine.HARD_RESET
    assert reset(on, "soft_reset") == machine.SOFT_RESET
    assert reset(on, "deepsleep", 10) == machine.DEEPSLEEP_RESET
    on.board.power_cycle("WDT")
    assert machine.reset_cause() == machine.WDT_RESET


def test_rp2_knows_two_causes(switch_on: On) -> None:
    on = switch_on("pico")
    machine = on.machine
    assert machine.reset_cause() == machine.PWRON_RESET == 1
    # A soft reset is none of the hardware's.
    assert reset(on, "soft_reset") == machine.PWRON_RESET
    # The others are by the watchdog, which is how the port resets.
    assert reset(on, "reset") == machine.WDT_RESET == 3
    assert reset(on, "soft_reset") == machine.WDT_RESET
    assert reset(on, "deepsleep", 10) == machine.WDT_RESET
    assert not hasattr(machine, "HARD_RESET")


def test_bootloader_does_not_return(switch_on: On) -> None:
    on = switch_on("pico")
    with pytest.raises(Restart):
        on.machine.bootloader()
