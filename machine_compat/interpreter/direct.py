"""Runs a program on real hardware: on this process's main thread, through its resets, and gives everything back.

Interrupt handlers come between two lines of the script. Where it waits by the board's own means the wait ends for them;
anywhere else a signal interrupts it. A handler is never called in the middle of the library's own code, nor of
CPython's: only a line of the script is interrupted, as on a board, where the code in C is not.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from machine_compat import registry
from machine_compat.board import Board, Restart, use
from machine_compat.clock import RealClock
from machine_compat.interpreter.life import Life, Program
from machine_compat.interpreter.terminal import Input, Output
from machine_compat.profile import Profile
from machine_compat.traces import is_script

WAKE = getattr(signal, "SIGURG", None)
"""The signal that interrupts the script: by default it is ignored, so that one that comes late harms nobody."""
AGAIN_NS = 500_000
"""When to try again where the script could not be interrupted."""
SWITCH_S = 0.0005
"""How long the script's thread may keep an edge from being taken; CPython's own 5 ms would be felt."""
DEPTH = 1024
"""Handlers that may wait: as many as the kernel keeps edges for a line, where a board's queue has eight."""
TERMINATED = 143


class Ended(BaseException):
    """The run ends here, by a signal or because its time is over; the script's own handlers must not stop that."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def open_board(profile: Profile, flash: Path | None = None) -> Board:
    """A board with its backend; ConfigError when that cannot be had. No device is opened yet."""
    return Board(profile, registry.open_backend(profile.backend, profile.wiring()), flash)


class DirectRun:
    """One run of a program on a board.

    standing_by: whether the script has ended and its handlers may still be called. life: the present interpreter.
    """

    def __init__(self, board: Board, program: Program) -> None:
        program.files()
        self.board = board
        self.program = program
        self.life: Life | None = None
        self.standing_by = False
        self._end: BaseException | None = None
        self._thread = threading.get_ident()
        self._on_main = threading.current_thread() is threading.main_thread()

    def run(self, seconds: float | None = None) -> object:
        """Run until the script and its handlers have ended, or for so many seconds; what it gave to sys.exit.

        Raises what the script raises, and KeyboardInterrupt. However it ends, all lines and devices are given back.
        """
        board = self.board
        board.interrupts.depth = DEPTH
        board.restart = self._restart
        if board.stdout is None:
            board.stdout = Output(sys.stdout)
        if board.stdin is None:
            board.stdin = Input(board, sys.stdin)
        before = use(board)
        try:
            with self._signals(), self._time_limit(seconds):
                return self._lives()
        except Ended as end:
            return end.status
        finally:
            use(before)
            self._closed()

    def _lives(self) -> object:
        while True:
            try:
                self._live()
                return None
            except SystemExit as leave:
                return leave.code
            except Restart as restart:
                self.standing_by = False
                self.board.power_cycle(restart.cause)
                if restart.cause == "BOOTLOADER":
                    return None

    def _live(self) -> None:
        board = self.board
        self.life = life = Life(board, self.program)
        life.run()
        self.standing_by = True
        while board.listening:
            if not board.interrupts.due:
                board.clock.wait_until(None)
            board.interrupts.run()
        self.standing_by = False

    def _closed(self) -> None:
        self.board.restart = None
        self.board.close()

    # ---- what comes from outside the script's thread

    def _restart(self, cause: str) -> None:
        """Reset the board; another thread of the script's has the main thread do it, and ends."""
        if threading.get_ident() == self._thread:
            raise Restart(cause)
        self._finish(Restart(cause))
        raise SystemExit

    def _finish(self, end: BaseException) -> None:
        """Have an exception raised in the script's thread."""
        self._end = end
        self._nudge()

    def _nudge(self) -> None:
        if self._on_main and WAKE is not None:
            signal.pthread_kill(self._thread, WAKE)
        elif self._end is not None:
            self.board.clock.wake()

    def _woken(self, number: int, frame: FrameType | None) -> None:
        """On the script's thread, wherever it is."""
        end, self._end = self._end, None
        if end is not None:
            raise end
        board = self.board
        if frame is not None and is_script(frame):
            board.interrupts.run()
        elif board.interrupts.due:
            board.clock.call_at(board.clock.now_ns() + AGAIN_NS, self._nudge)

    def _terminated(self, number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        raise Ended(128 + number)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Handlers run by signal, and SIGTERM ends the run in order; only the main thread can have that."""
        clock = self.board.clock
        if not self._on_main or WAKE is None:
            yield
            return
        ending = [signal.SIGTERM, signal.SIGHUP]
        before: dict[int, Any] = {number: signal.signal(number, self._terminated) for number in ending}
        before[WAKE] = signal.signal(WAKE, self._woken)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        if isinstance(clock, RealClock):
            clock.nudge = self._nudge
        try:
            yield
        finally:
            if isinstance(clock, RealClock):
                clock.nudge = nothing
            sys.setswitchinterval(interval)
            for number, handler in before.items():
                signal.signal(number, signal.SIG_DFL if handler is None else handler)

    @contextmanager
    def _time_limit(self, seconds: float | None) -> Iterator[None]:
        if seconds is None:
            yield
            return
        clock = self.board.clock
        cancel: Callable[[], None] = clock.call_at(
            clock.now_ns() + round(seconds * 1e9), lambda: self._finish(Ended(0))
        )
        try:
            yield
        finally:
            cancel()


def nothing() -> None:
    """What a clock does to a script that nobody runs."""
