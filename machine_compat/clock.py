"""The seam between the library and time: every sleep, timeout and wake-up goes through a Clock."""

import threading
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Time as a board sees it, in integer nanoseconds since the board was switched on."""

    def now_ns(self) -> int:
        """The time now."""

    def wait_until(self, deadline_ns: int | None, /) -> None:
        """Return at the deadline, or earlier when `wake` is called; None waits for `wake` alone."""

    def wake(self) -> None:
        """End the board's `wait_until` now. May be called from any thread."""

    def spend(self, ns: int, /) -> None:
        """Account for work that takes `ns` on a board: simulated time moves, real time passes by itself."""

    def call_at(self, time_ns: int, action: Callable[[], object], /) -> Callable[[], None]:
        """Have `action()` called at a time, wherever the clock does such things; returns what cancels it.

        The action must do no more than post to an interrupt queue: on real time it is called from another thread.
        """


class RealClock:
    """The computer's own monotonic clock."""

    def __init__(self) -> None:
        self._start = time.monotonic_ns()
        self._woken = threading.Event()

    def now_ns(self) -> int:
        return time.monotonic_ns() - self._start

    def wait_until(self, deadline_ns: int | None, /) -> None:
        timeout = None if deadline_ns is None else max(0, deadline_ns - self.now_ns()) / 1e9
        if self._woken.wait(timeout):
            self._woken.clear()

    def wake(self) -> None:
        self._woken.set()

    def spend(self, ns: int, /) -> None:
        """Real time passes by itself."""

    def call_at(self, time_ns: int, action: Callable[[], object], /) -> Callable[[], None]:
        timer = threading.Timer(max(0, time_ns - self.now_ns()) / 1e9, action)
        timer.daemon = True
        timer.start()
        return timer.cancel
