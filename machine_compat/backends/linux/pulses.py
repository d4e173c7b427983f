"""Measures pulses on a line by the kernel's own timestamps of its edges, however late the measurement is asked for."""

from collections.abc import Callable

from machine_compat.backends.linux.clock import LinuxClock

LATE_NS = 5_000_000
"""A pulse that began so long before it was asked for is not the one that is meant."""

Edges = list[tuple[int, int]]
"""Times in ns, and the level from then on."""


class PulseMeter:
    """The pulses of a line from now on, one after the other; edges are kept from one call to the next.

    taken: gives the edges that the kernel has kept on `fd`, which has some then. answered: whether the line has just
    been let go for somebody to answer (a DHT22), whose answer begins by pulling it low.
    """

    __slots__ = ("_answered", "_clock", "_edges", "_fd", "_taken")

    def __init__(self, clock: LinuxClock, fd: int, taken: Callable[[], Edges], answered: bool = False) -> None:
        self._clock = clock
        self._fd = fd
        self._taken = taken
        self._answered = answered
        self._edges: Edges = []

    def measure(self, level: int, read: Callable[[], int], timeout_ns: int) -> int:
        """As Line.measure_pulse; each half of it, the wait and the pulse, may take the whole timeout."""
        now = self._clock.now_ns()
        deadline = now + timeout_ns
        if self._answered:
            while (edge := self._next(deadline)) is None or edge[1]:
                if edge is None:
                    return -2
            self._answered = False
        is_on = not self._edges and read() == level and not self._comes(0)
        began = now if is_on else None
        while (edge := self._next(deadline)) is not None:
            time_ns, now_at = edge
            if now_at == level:
                began = time_ns if time_ns >= now - LATE_NS else None
                deadline = max(deadline, time_ns + timeout_ns)
            elif began is not None:
                return time_ns - began
        return -2 if began is None else -1

    def _next(self, deadline_ns: int) -> tuple[int, int] | None:
        return self._edges.pop(0) if self._edges or self._comes(deadline_ns) else None

    def _comes(self, deadline_ns: int) -> bool:
        """Whether an edge came, waiting for it."""
        clock = self._clock
        while not clock.wait_for(self._fd, deadline_ns):
            if clock.now_ns() >= deadline_ns:
                return False
        self._edges += self._taken()
        return True
