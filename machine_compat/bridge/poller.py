"""Watches lines of an adapter that cannot report edges by itself, by reading them at a stated rate."""

import threading
from collections.abc import Callable

from machine_compat.clock import Clock
from machine_compat.contract import Edge, EdgeHandler
from machine_compat.errors import BusError, ConfigError

RATE_HZ = 200
"""How often lines are read unless the URL says otherwise: ``?poll=1000``."""
AFTER_ERROR_NS = 1_000_000_000


class Poller:
    """Reads all watched lines at once, `rate_hz` times a second, and calls handlers for those that changed.

    A pulse shorter than 1/rate_hz may be missed, and edges carry the time of the poll that found them. read: the levels
    of all lines as one number, or None if the adapter is busy: then the next poll finds the change. While an adapter
    is unplugged it is asked once a second.
    """

    def __init__(self, clock: Clock, rate_hz: int, read: Callable[[], int | None]) -> None:
        self._clock = clock
        self._period_ns = 1_000_000_000 // rate_hz
        self._read = read
        self._watched: dict[int, tuple[Edge, EdgeHandler]] = {}
        self._levels = 0
        self._cancel: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def watch(self, bit: int, level: int, edges: Edge, handler: EdgeHandler | None) -> None:
        """Call the handler on edges of a line that now has `level`; None ends it."""
        with self._lock:
            self._watched.pop(bit, None)
            if handler is not None and edges:
                self._levels = self._levels & ~(1 << bit) | level << bit
                self._watched[bit] = (edges, handler)
            if self._watched and self._cancel is None:
                self._arm(self._period_ns)
            elif not self._watched:
                self._disarm()

    def close(self) -> None:
        with self._lock:
            self._watched.clear()
            self._disarm()

    def _arm(self, delay_ns: int) -> None:
        self._cancel = self._clock.call_at(self._clock.now_ns() + delay_ns, self._poll)

    def _disarm(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _poll(self) -> None:
        delay = self._period_ns
        try:
            levels = self._read()
        except (BusError, ConfigError):
            # Nobody waits for this poll: the next call of a script raises what is wrong.
            levels, delay = None, max(delay, AFTER_ERROR_NS)
        events: list[tuple[EdgeHandler, Edge]] = []
        with self._lock:
            if levels is not None:
                events = [
                    (handler, edge)
                    for bit, (edges, handler) in self._watched.items()
                    if (levels ^ self._levels) >> bit & 1 and (edge := Edge(1 if levels >> bit & 1 else 2)) & edges
                ]
                self._levels = levels
            self._cancel = None
            if self._watched:
                self._arm(delay)
        now = self._clock.now_ns()
        for handler, edge in events:
            handler(edge, now)
