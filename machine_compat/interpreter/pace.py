"""Keeps board time with the wall clock: the world takes no event before its time has come.

Board time may lag behind a computer that is busy, and catches up; what it has lost beyond a second is given up, so that
a board that was held for an hour does not run an hour in no time.
"""

import time
from collections.abc import Callable

from machine_compat.mock.world import Event, World

TICK_NS = 5_000_000
"""How far a script that spins may run ahead: each tick is an event that it cannot pass."""
SLICE_NS = 20_000_000
"""The longest single sleep: CPython puts a signal's handler off until a sleep on some systems is over."""
MAX_LAG_NS = 1_000_000_000


class Pacer:
    """What a World calls with the time that is about to be; it returns when the wall clock is there.

    alive: whether a script runs that could spin; ticks are made only while it does. now_ns, sleep: the wall clock, and
    a sleep in seconds on it.
    """

    def __init__(
        self,
        world: World,
        alive: Callable[[], bool] = lambda: True,
        *,
        now_ns: Callable[[], int] = time.monotonic_ns,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._world = world
        self._alive = alive
        self._now_ns = now_ns
        self._sleep = sleep
        self._start = 0
        self._tick: Event | None = None
        self.waiting = False
        """Whether it sleeps just now."""

    def start(self) -> None:
        """Board time goes with the wall clock from here on."""
        self.rebase()
        self._world.pacer = self
        self.arm()

    def stop(self) -> None:
        """Board time goes as fast as it can again."""
        self._world.pacer = None
        self.rest()

    def rebase(self) -> None:
        """The board's time now is the wall clock's now, whatever has been before."""
        self._start = self._now_ns() - self._world.now

    @property
    def board_ns(self) -> int:
        """What board time would be if it kept pace exactly."""
        return self._now_ns() - self._start

    def __call__(self, time: int, /) -> None:
        lag = self.board_ns - time
        if lag > MAX_LAG_NS:
            self._start += lag
            return
        self.waiting = True
        try:
            # While it sleeps, a signal may bring an event that is due before.
            while (left := time - self.board_ns) > 0 and self._world.due >= time:
                self._sleep(min(left, SLICE_NS) / 1e9)
        finally:
            self.waiting = False

    def arm(self) -> None:
        """Hold back, from now on and while a script is alive, what would not wait by itself."""
        self.rest()
        if self._alive():
            self._tick = self._world.after(TICK_NS, self._again)

    def rest(self) -> None:
        """Make no more ticks: what is left to happen in the world are its own events."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _again(self) -> None:
        self._tick = None
        self.arm()
