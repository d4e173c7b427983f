"""The functions of `machine`: interrupts, clock, sleep, reset.

# Ref: MicroPython extmod/modmachine.c; modmachine.c of ports/rp2, ports/esp32 and ports/stm32; ports/stm32/irq.c
"""

import random
from collections.abc import Callable
from typing import NoReturn, cast

from machine_compat.board import Board
from machine_compat.errors import ConfigError
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.rtc import wake_timer
from machine_compat.machine.rtc_alarm import wake_ns
from machine_compat.machine.timer import stop_alarms
from machine_compat.ports.stm32 import STM32

Function = Callable[..., object]
WakeSource = Callable[[Callable[[int], None]], None]
MS = 1_000_000
FREQUENCY = ("frequency",)
WOKEN = ("wake reason",)
WAKE_SOURCES = ("wake sources",)
"""What may end a deep sleep besides its time: functions that get what to call, with the number of the reason."""
PYBOARD = STM32.frequency
"""The clocks of a board that is no stm32, and has one, as `info` tells them."""
IDLE_NS = MS
"""The longest idle(): the system tick of most ports interrupts it."""


def frequency_of(board: Board) -> int | tuple[int, ...]:
    """The CPU clock in Hz; on stm32 the system, core and both bus clocks."""
    default = board.port.frequency
    if isinstance(default, int):
        default = board.profile.limits.get("frequency", default)
    return cast("int | tuple[int, ...]", board.singletons.get(FREQUENCY, default))


def functions(board: Board) -> dict[str, Function]:
    """The functions of a board's `machine`, by name."""
    return {**_interrupts(board), **_chip(board), **_starts(board), **_power(board)}


def _interrupts(board: Board) -> dict[str, Function]:
    interrupts, as_bool = board.interrupts, board.port.irq_state_bool

    def disable_irq() -> int:
        """Hold all handlers back; returns the state to give to enable_irq."""
        masked = interrupts.disable()
        return not masked if as_bool else masked

    def enable_irq(state: int, /) -> None:
        """Go back to a state; handlers that waited run now."""
        interrupts.enable(int(not state) if as_bool else to_int(state))

    return {"disable_irq": disable_irq, "enable_irq": enable_irq}


def _chip(board: Board) -> dict[str, Function]:
    port = board.port

    def unique_id() -> bytes:
        return port.unique_id

    def freq(*hertz: int) -> int | tuple[int, ...] | None:
        """The CPU clock; with arguments, set it: ValueError for one the chip cannot make."""
        now = frequency_of(board)
        if not hertz:
            return now
        board.singletons[FREQUENCY] = port.set_frequency(now, [to_int(one) for one in hertz])
        return None

    def rng() -> int:
        """A random number of 30 bits."""
        return random.getrandbits(30)

    def info(dump: object = None, /) -> None:
        """Print what the chip is and how fast its clocks run (stm32)."""
        id, clocks = port.unique_id.hex(), frequency_of(board)
        print(f"ID={id[:8]}:{id[8:16]}:{id[16:]}", file=board.stdout)
        for name, hertz in zip(("S", "H", "P1", "P2"), clocks if isinstance(clocks, tuple) else PYBOARD, strict=True):
            print(f"{name}={hertz}", file=board.stdout)

    def mem_backup(region: int = 0, /) -> memoryview | tuple[memoryview, ...]:
        """Memory that outlives a reset, a region of it, or with -1 all; ValueError "invalid region"."""
        regions = backup_regions(board)
        if to_int(region) == -1:
            return regions
        if not 0 <= region < len(regions):
            raise ValueError("invalid region")
        return regions[region]

    return {
        "unique_id": unique_id, "freq": freq, "rng": rng, "info": info, "mem_backup": mem_backup,
    }  # fmt: skip


def _starts(board: Board) -> dict[str, Function]:
    port = board.port

    def reset_cause() -> int:
        return _cause(board)

    def wake_reason() -> int:
        """Why the board woke from its last sleep: TIMER_WAKE, EXT0_WAKE, ..., or 0 if it did not sleep (esp32)."""
        slept = board.reset_cause == "DEEPSLEEP" or WOKEN in board.singletons
        timer = port.constants.get("machine", {}).get("TIMER_WAKE", 4)
        return cast(int, board.retained.get("woken by", timer)) if slept else 0

    def wake_pins() -> tuple[int, ...]:
        """The pins that ended the last sleep by EXT1 or GPIO, by their numbers (esp32)."""
        return cast("tuple[int, ...]", board.retained.get("wake pins", ()))

    return {"reset_cause": reset_cause, "wake_reason": wake_reason, "wake_pins": wake_pins}


def backup_regions(board: Board) -> tuple[memoryview, ...]:
    """The regions of a board's backup memory, which begin as zeros when it is first switched on."""
    regions = board.retained.get("backup memory")
    if regions is None:
        regions = tuple(
            memoryview(bytearray(count)) if code == "B" else memoryview(bytearray(4 * count)).cast("I")
            for code, count in board.port.backup_regions
        )
        board.retained["backup memory"] = regions
    return cast("tuple[memoryview, ...]", regions)


def _cause(board: Board) -> int:
    """The number of the last reset; one that the port's hardware does not see leaves that of the reset before."""
    causes = board.port.reset_causes
    before = cast(int, board.retained.get("reset cause", causes["PWRON"]))
    return causes.get(board.reset_cause, before)


def _power(board: Board) -> dict[str, Function]:
    def idle() -> None:
        """Wait for the next interrupt, a millisecond at most."""
        board.interrupts.run()
        board.clock.wait_until(board.clock.now_ns() + IDLE_NS)
        board.interrupts.run()

    def lightsleep(*time_ms: int) -> None:
        """Sleep so many milliseconds; without, until an interrupt."""
        ns = _sleep_ns(time_ms)
        if ns is not None:
            board.sleep_ns(ns)
        else:
            board.clock.wait_until(wake_timer(board).due_ns)
            board.interrupts.run()
        board.singletons[WOKEN] = True

    def deepsleep(*time_ms: int) -> NoReturn:
        """Sleep so many milliseconds, or until the calendar's wake-up timer, and start again from boot.py."""
        ns = _sleep_ns(time_ms)
        if ns is None:
            alarms = (wake_timer(board).due_ns, wake_ns(board))
            due = min((time for time in alarms if time is not None), default=None)
        else:
            due = board.clock.now_ns() + ns
        sources = cast("list[WakeSource]", board.singletons.get(WAKE_SOURCES, []))
        if due is None and not sources:
            raise ConfigError("deepsleep() without a time: nothing would ever wake the board; say deepsleep(ms)")
        # Asleep, the chip has no timers and no interrupts; what comes in between is lost.
        board.interrupts.disable()
        stop_alarms(board)
        _sleep_until(board, due, sources)
        _reset(board, "DEEPSLEEP")

    def reset() -> NoReturn:
        """Start again as with the reset button."""
        _reset(board, "HARD")

    def soft_reset() -> NoReturn:
        """Start the script again; what the hardware remembers stays."""
        _reset(board, "SOFT")

    def bootloader(*_: object) -> NoReturn:
        """Leave MicroPython for the chip's boot loader, which has nothing to load here: a reset."""
        _reset(board, "BOOTLOADER")

    return {
        "idle": idle, "lightsleep": lightsleep, "sleep": lightsleep, "deepsleep": deepsleep, "reset": reset,
        "soft_reset": soft_reset, "bootloader": bootloader,
    }  # fmt: skip


def _sleep_until(board: Board, due: int | None, sources: list[WakeSource]) -> None:
    """Wait for a time, or for a source to wake the board."""
    reasons: list[int] = []
    board.retained.pop("wake pins", None)

    def wake(reason: int) -> None:
        reasons.append(reason)
        board.clock.wake()

    for arm in sources:
        arm(wake)
    while not reasons and (due is None or board.clock.now_ns() < due):
        board.clock.wait_until(due)
    board.retained.pop("woken by", None)
    if reasons:
        board.retained["woken by"] = reasons[0]


def _sleep_ns(time_ms: tuple[int, ...]) -> int | None:
    if len(time_ms) > 1:
        raise TypeError(f"function expected at most 1 arguments, got {len(time_ms)}")
    return max(0, to_int(time_ms[0])) * MS if time_ms else None


def _reset(board: Board, cause: str) -> NoReturn:
    board.retained["reset cause"] = _cause(board)
    board.reset(cause)
    raise AssertionError("a reset does not return")
