"""Real time for a Linux board: a clock whose waits end when an edge, a byte or a timer wants the script.

It counts as the kernel does when it stamps edges: CLOCK_MONOTONIC.
"""

import os
import select
import threading

from machine_compat.clock import RealClock

SPIN_NS = 120_000
"""The end of a wait is spun away: the kernel lets a sleeper oversleep by its timer slack of 50 us, and the rest."""
SLICE_S = 0.005
"""How long a thread of the script's that is not the main one waits at a time: nothing else ends its waits."""


class LinuxClock(RealClock):
    """A clock with a file that becomes readable when it is woken, so that one wait can be for a device as well."""

    def __init__(self) -> None:
        super().__init__()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._rung = False
        self._script = threading.main_thread().ident

    @property
    def start_ns(self) -> int:
        """When the board's time began, by the kernel's clock."""
        return self._start

    def wake(self) -> None:
        if not self._rung and self._bell >= 0:
            os.eventfd_write(self._bell, 1)
            self._rung = True
        if not self.waiting:
            self.nudge()

    def wait_until(self, deadline_ns: int | None, /) -> None:
        self.wait_for(None, deadline_ns)

    def wait_for(self, fd: int | None, deadline_ns: int | None) -> bool:
        """Wait as `wait_until` does, or until a file can be read; whether it can."""
        if threading.get_ident() != self._script:
            return self._wait_elsewhere(fd, deadline_ns)
        self.waiting = True
        try:
            while not self._rung:
                left = None if deadline_ns is None else deadline_ns - self.now_ns()
                if left is not None and left <= SPIN_NS:
                    return self._spin(fd, deadline_ns or 0)
                files = [self._bell] if fd is None else [self._bell, fd]
                if fd in select.select(files, [], [], None if left is None else (left - SPIN_NS) / 1e9)[0]:
                    return True
            self._silence()
            return fd is not None and readable(fd)
        finally:
            self.waiting = False

    def _silence(self) -> None:
        self._rung = False
        try:
            os.eventfd_read(self._bell)
        except BlockingIOError:
            return  # another thread said that it rang after this one had heard it

    def _spin(self, fd: int | None, deadline_ns: int) -> bool:
        while self.now_ns() < deadline_ns and not self._rung:
            if fd is not None and readable(fd):
                return True
        return fd is not None and readable(fd)

    def _wait_elsewhere(self, fd: int | None, deadline_ns: int | None) -> bool:
        left = SLICE_S if deadline_ns is None else min(SLICE_S, max(0, deadline_ns - self.now_ns()) / 1e9)
        return bool(select.select([] if fd is None else [fd], [], [], left)[0])

    def close(self) -> None:
        super().close()
        if self._bell >= 0:
            os.close(self._bell)
            self._bell = -1
            self._rung = True


def readable(fd: int) -> bool:
    return bool(select.select([fd], [], [], 0)[0])
