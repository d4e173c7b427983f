"""The functions that only pyb has: its old names for waiting and for the time, and the console's UART.

# Ref: MicroPython ports/stm32/modpyb.c, extmod/modtime.c
"""

from collections.abc import Callable

from machine_compat.board import MAIN_SCRIPT, Board
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.uart import UART

Function = Callable[..., object]
WRAP = 0x3FFF_FFFF
"""Ticks count 30 bits, so that they stay small ints on a board."""
PROMPT = ("prompt",)


def functions(board: Board) -> dict[str, Function]:
    """The functions of a board's pyb, by name."""
    return {**_waits(board), **_ticks(board), **_system(board)}


def _waits(board: Board) -> dict[str, Function]:
    def wait(ns: int) -> None:
        if ns > 0:
            board.sleep_ns(ns)
        else:
            board.clock.spend(board.profile.call_ns)

    def delay(ms: int, /) -> None:
        """Wait for milliseconds; not at all for a negative number."""
        wait(to_int(ms) * 1_000_000)

    def udelay(us: int, /) -> None:
        """Wait for microseconds; not at all for a negative number."""
        wait(to_int(us) * 1_000)

    return {"delay": delay, "udelay": udelay}


def _ticks(board: Board) -> dict[str, Function]:
    clock = board.clock

    def since_boot_us() -> int:
        clock.spend(board.profile.call_ns)
        return (clock.now_ns() - board.booted_ns) // 1_000

    def millis() -> int:
        """Milliseconds since the board started, 30 bits of them."""
        return since_boot_us() // 1_000 & WRAP

    def micros() -> int:
        """Microseconds since the board started, 30 bits of them."""
        return since_boot_us() & WRAP

    def elapsed_millis(start: int, /) -> int:
        """Milliseconds since a time that millis() gave, right across one wrap."""
        return millis() - to_int(start) & WRAP

    def elapsed_micros(start: int, /) -> int:
        """Microseconds since a time that micros() gave, right across one wrap."""
        return micros() - to_int(start) & WRAP

    return {
        "millis": millis, "micros": micros, "elapsed_millis": elapsed_millis, "elapsed_micros": elapsed_micros,
    }  # fmt: skip


def _system(board: Board) -> dict[str, Function]:
    def disable_irq() -> bool:
        """Hold all handlers back; returns the state to give to enable_irq, True for "they were not held"."""
        return not board.interrupts.disable()

    def enable_irq(state: object = True, /) -> None:
        """Let handlers run again; with False, go on holding them back."""
        board.interrupts.enable(int(not state))

    def repl_uart(*uart: object) -> object:
        """The UART that was named for the prompt, or None; with an argument, name it. Prints stay on the console."""
        if not uart:
            return board.singletons.get(PROMPT)
        if uart[0] is not None and not isinstance(uart[0], UART):
            raise ValueError("need a UART object")
        board.singletons[PROMPT] = uart[0]
        return None

    def fault_debug(value: object, /) -> None:
        """Whether a hard fault stops the chip or resets it: none ever happens here."""

    def country(code: object = None, /) -> None:
        """The country whose radio rules hold: a pyboard has no radio."""

    def main(filename: object, opt: int = 0) -> None:
        """Have boot.py followed by that file instead of main.py; what is no str changes nothing."""
        if isinstance(filename, str):
            board.singletons[MAIN_SCRIPT] = filename

    def repl_info(value: object, /) -> None:
        """Whether the prompt tells how long each line took: it never does here."""

    def sync() -> None:
        """Write out the flash's cache: here files are written as they are closed."""
        board.clock.spend(board.profile.call_ns)

    return {
        "country": country, "disable_irq": disable_irq, "enable_irq": enable_irq, "fault_debug": fault_debug,
        "main": main, "repl_info": repl_info, "repl_uart": repl_uart, "sync": sync,
    }  # fmt: skip
