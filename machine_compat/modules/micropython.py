"""`micropython`: const, the emitters' decorators, the scheduler, and what is asked of the heap and stack.

# Ref: MicroPython py/modmicropython.c, py/scheduler.c
"""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from machine_compat.board import Board
from machine_compat.machine.peripheral import to_int
from machine_compat.modules.ring import RingIO

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])
OPT_LEVEL = ("opt_level",)


def const(value: T, /) -> T:
    """The value itself; on a board a hint to the compiler."""
    return value


def native(function: F, /) -> F:
    """The function itself: code emitters change speed, not results."""
    return function


viper = bytecode = native


def asm_thumb(function: Callable[..., object], /) -> Callable[..., NoReturn]:
    """A function in ARM assembler, which only an ARM can run: calling it says so."""

    def refuse(*_: object) -> NoReturn:
        raise NotImplementedError(
            f"{function.__name__} is ARM machine code (asm_thumb) and cannot run on this computer"
        )

    return refuse


def names(board: Board) -> dict[str, object]:
    runtime = Runtime(board)
    own = (
        "alloc_emergency_exception_buf",
        "heap_lock",
        "heap_locked",
        "heap_unlock",
        "kbd_intr",
        "mem_info",
        "opt_level",
    )
    return {
        "RingIO": RingIO,
        "asm_thumb": asm_thumb,
        "bytecode": bytecode,
        "const": const,
        "native": native,
        "viper": viper,
        **{name: getattr(runtime, name) for name in (*own, "qstr_info", "schedule", "stack_use")},
    }


def opt_level(board: Board) -> int:
    """The level that scripts compiled now have."""
    level = board.singletons.get(OPT_LEVEL, 0)
    assert isinstance(level, int)
    return level


class Runtime:
    """The functions of `micropython` for one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._locks = 0
        self._interrupting = False

    def schedule(self, function: Callable[[object], object], arg: object, /) -> None:
        """Have ``function(arg)`` run soon, between bytecodes; RuntimeError when the queue is full.

        ``schedule(kbd_intr, None)`` interrupts the script as Ctrl-C does, once however often it is asked for.
        """
        if not callable(function):
            raise TypeError("function must be callable")
        if function == self.kbd_intr:
            if self._interrupting:
                return
            self._interrupting = True
            function = self._interrupt
        board = self._board
        if board.interrupts.handling:
            # So that time passes in functions that schedule themselves again and again.
            board.clock.spend(board.profile.call_ns)

        def run() -> None:
            try:
                function(arg)
            except Exception as error:
                board.handler_failed(error)

        if not board.interrupts.schedule(run):
            raise RuntimeError("schedule queue full")

    def _interrupt(self, _: object) -> NoReturn:
        self._interrupting = False
        raise KeyboardInterrupt

    def opt_level(self, level: int | None = None, /) -> int | None:
        """The level; or set it for what is compiled from now on: from 1 on without assertions, and __debug__ False."""
        if level is None:
            return opt_level(self._board)
        self._board.singletons[OPT_LEVEL] = to_int(level)
        return None

    def mem_info(self, verbose: object = None, /) -> None:
        """Print a summary of stack and heap in the form of a board's."""
        print("stack: 628 out of 7936", file=self._board.stdout)
        print("GC: total: 192064, used: 3072, free: 188992", file=self._board.stdout)
        print(" No. of 1-blocks: 64, 2-blocks: 16, max blk sz: 32, max free sz: 11812", file=self._board.stdout)
        if verbose is not None:
            print("GC memory layout; from 20004000:", file=self._board.stdout)
            print("       (192 blocks used, 11812 free)", file=self._board.stdout)

    def qstr_info(self, verbose: object = None, /) -> None:
        print("qstr pool: n_pool=1, n_qstr=0, n_str_data_bytes=0, n_total_bytes=0", file=self._board.stdout)

    def stack_use(self) -> int:
        return 628

    def heap_lock(self) -> None:
        self._locks += 1

    def heap_unlock(self) -> int:
        self._locks = max(0, self._locks - 1)
        return self._locks

    def heap_locked(self) -> int:
        return self._locks

    def alloc_emergency_exception_buf(self, size: int, /) -> None:
        """Accepted: exceptions in interrupt handlers always find memory here."""

    def kbd_intr(self, char: int, /) -> None:
        """Which byte from a USB terminal stops the script; -1: none. Ctrl-C at this computer always does."""
        self._board.interrupt_char = to_int(char)
