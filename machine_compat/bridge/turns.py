"""Keeps users of one adapter apart: a transfer that has begun is finished before the next begins."""

import threading

from machine_compat.clock import Clock

POLL_NS = 100_000


class Turns:
    """A lock between threads, and between a world's tasks, which share a thread.

    As a context manager it waits. `try_take` does not, for whoever can come again later.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._thread = 0
        self._depth = 0

    def __enter__(self) -> None:
        while not self._lock.acquire(blocking=False):
            if self._thread == threading.get_ident():
                # A task of the same thread has it, and goes on only while this one waits on the clock.
                self._clock.wait_until(self._clock.now_ns() + POLL_NS)
            else:
                self._lock.acquire()
                break
        self._thread = threading.get_ident()

    def __exit__(self, *_: object) -> None:
        self._thread = 0
        self._lock.release()

    def try_take(self) -> bool:
        """Take the turn if nobody has it; `give` ends it."""
        if not self._lock.acquire(blocking=False):
            return False
        self._thread = threading.get_ident()
        return True

    def give(self) -> None:
        self.__exit__()
