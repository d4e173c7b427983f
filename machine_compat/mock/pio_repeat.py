"""Finds out when a state machine repeats itself, so that nobody has to execute what is known to come.

A machine whose whole state comes back, with nothing from outside in between, will do the same again for ever. From
then on its pins are waves, as those of a PWM are: their edges happen one by one only while somebody watches, and
where the machine is at any time is a division. A loop that counts X or Y down, and does not look at it but for that,
is the same but for the count, and lasts until it is 0. So a delay loop costs nothing, however long.
"""

from bisect import bisect_right
from collections import deque
from typing import NamedTuple, Protocol

LOG = 1024
"""How many edges of its pins are remembered: a loop with more in it is executed."""

WORTH = 64
"""Cycles that a loop must go on for before it is worth an event of its own."""

State = tuple[int, ...]


class Timebase(Protocol):
    """From cycles to ns and back."""

    def time_of(self, cycle: int) -> int: ...

    def cycle_at(self, time: int) -> int: ...


class Snapshot(NamedTuple):
    """A machine when it came to an address. steps: what it has executed; looks: how often X and Y were used other than
    to count."""

    cycle: int
    steps: int
    state: State
    x: int
    y: int
    x_looks: int
    y_looks: int
    edges: int


class Loop(NamedTuple):
    """What a machine does over and over: from a cycle on, so many cycles long, `times` times or for ever.

    steps: instructions in it. dx, dy: what each time takes from X and Y. edges: of each GPIO, (cycle, level).
    """

    first: int
    period: int
    steps: int
    times: int | None
    dx: int
    dy: int
    edges: dict[int, list[tuple[int, int]]]

    @property
    def end(self) -> int | None:
        return None if self.times is None else self.first + self.times * self.period


class Memory:
    """What one machine did of late: its edges, and how it was when it came to each address by a jump backwards."""

    __slots__ = ("_edges", "_here", "edge_count")

    def __init__(self) -> None:
        self._edges: deque[tuple[int, int, int]] = deque(maxlen=LOG)
        self.edge_count = 0
        self._here: dict[int, Trail] = {}

    def edge(self, cycle: int, gpio: int, level: int) -> None:
        self._edges.append((cycle, gpio, level))
        self.edge_count += 1

    def clear(self) -> None:
        self._edges.clear()
        self.edge_count = 0
        self._here.clear()

    def find(self, address: int, now: Snapshot) -> Loop | None:
        """The loop that a machine is in when it comes to an address again."""
        trail = self._here.get(address)
        if trail is None:
            self._here[address] = Trail(now)
            return None
        for before in (trail.last, trail.kept):
            loop = self._between(before, now)
            if loop is not None:
                del self._here[address]
                return loop
        trail.add(now)
        return None

    def _between(self, before: Snapshot, now: Snapshot) -> Loop | None:
        dx, dy = before.x - now.x, before.y - now.y
        if before.state != now.state or dx < 0 or dy < 0 or now.edges - before.edges > LOG:
            return None
        if (dx and before.x_looks != now.x_looks) or (dy and before.y_looks != now.y_looks):
            return None
        counts = [value // step for value, step in ((now.x, dx), (now.y, dy)) if step]
        if counts and min(counts) * (now.cycle - before.cycle) < WORTH:
            return None
        edges: dict[int, list[tuple[int, int]]] = {}
        for cycle, gpio, level in self._edges:
            if cycle >= before.cycle:
                edges.setdefault(gpio, []).append((cycle - before.cycle, level))
        count = min(counts) if counts else None
        return Loop(now.cycle, now.cycle - before.cycle, now.steps - before.steps, count, dx, dy, edges)


class Trail:
    """The snapshots at one address: the last, and one kept for longer and longer (Brent's way to find cycles)."""

    __slots__ = ("_left", "_span", "kept", "last")

    def __init__(self, first: Snapshot) -> None:
        self.last = self.kept = first
        self._left = self._span = 2

    def add(self, now: Snapshot) -> None:
        self.last = now
        self._left -= 1
        if not self._left:
            self.kept = now
            self._span *= 2
            self._left = self._span


class LoopWave:
    """One pin of a loop, as a Wave."""

    __slots__ = ("_levels", "_loop", "_offsets", "_rest", "_timebase")

    def __init__(self, timebase: Timebase, loop: Loop, gpio: int, rest: int) -> None:
        self._timebase = timebase
        self._loop = loop
        self._rest = rest
        self._offsets = [offset for offset, _ in loop.edges[gpio]]
        self._levels = [level for _, level in loop.edges[gpio]]

    def level(self, time: int) -> int:
        loop = self._loop
        place = self._timebase.cycle_at(time) - loop.first
        if place < 0 or (loop.times is not None and place >= loop.times * loop.period):
            return self._rest
        index = bisect_right(self._offsets, place % loop.period)
        return self._levels[index - 1] if index else self._rest

    def next_change(self, time: int) -> int | None:
        loop = self._loop
        turn, place = divmod(max(-1, self._timebase.cycle_at(time) - loop.first), loop.period)
        index = bisect_right(self._offsets, place)
        if index == len(self._offsets):
            turn, index = turn + 1, 0
        if loop.times is not None and turn >= loop.times:
            return None
        return self._timebase.time_of(loop.first + turn * loop.period + self._offsets[index])
