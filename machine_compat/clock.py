"""The seam between the library and time: every sleep, timeout and wake-up goes through a Clock."""

import heapq
import itertools
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
    """The computer's own monotonic clock.

    waiting: whether the script is inside a wait, which `wake` ends. nudge: called by `wake` when it is not; a runner
    has it interrupt the script, so that handlers run between two of its lines.
    """

    def __init__(self) -> None:
        self._start = time.monotonic_ns()
        self._woken = threading.Event()
        self._alarms: Alarms | None = None
        self.waiting = False
        self.nudge: Callable[[], object] = lambda: None

    def now_ns(self) -> int:
        return time.monotonic_ns() - self._start

    def wait_until(self, deadline_ns: int | None, /) -> None:
        timeout = None if deadline_ns is None else max(0, deadline_ns - self.now_ns()) / 1e9
        self.waiting = True
        try:
            if self._woken.wait(timeout):
                self._woken.clear()
        finally:
            self.waiting = False

    def wake(self) -> None:
        self._woken.set()
        if not self.waiting:
            self.nudge()

    def spend(self, ns: int, /) -> None:
        """Real time passes by itself."""

    def call_at(self, time_ns: int, action: Callable[[], object], /) -> Callable[[], None]:
        if self._alarms is None:
            self._alarms = Alarms(self.now_ns)
        return self._alarms.add(time_ns, action)

    def close(self) -> None:
        """End the thread that `call_at` has started."""
        if self._alarms is not None:
            self._alarms.close()
            self._alarms = None


class Alarms:
    """Calls actions at their times of a clock, from one thread of its own."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._queue: list[tuple[int, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._cancelled: set[int] = set()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="machine-compat alarms", daemon=True)
        self._thread.start()

    def add(self, time_ns: int, action: Callable[[], object]) -> Callable[[], None]:
        """Have `action()` called; returns what cancels it."""
        with self._changed:
            number = next(self._numbers)
            heapq.heappush(self._queue, (time_ns, number, action))
            if self._queue[0][1] == number:
                self._changed.notify()

        def cancel() -> None:
            with self._changed:
                if any(number == queued for _, queued, _ in self._queue):
                    self._cancelled.add(number)

        return cancel

    def close(self) -> None:
        with self._changed:
            self._open = False
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while (action := self._next()) is not None:
            action()

    def _next(self) -> Callable[[], object] | None:
        """The next action, when its time has come; None at the end."""
        with self._changed:
            while self._open:
                left = self._queue[0][0] - self._now_ns() if self._queue else None
                if left is not None and left <= 0:
                    _, number, action = heapq.heappop(self._queue)
                    if number not in self._cancelled:
                        return action
                    self._cancelled.discard(number)
                else:
                    self._changed.wait(None if left is None else left / 1e9)
        return None
