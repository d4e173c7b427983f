"""The simulated world's time: one virtual clock, its events in order, and the tasks that share it.

Time is an int of nanoseconds. It moves only when something waits or costs time. The *hub* is whoever calls `run`: it
takes events in order of time and of creation. A *task* is a script (or one of its threads) in a greenlet of its own;
it runs until it waits, or until the time it has spent reaches the next event: then it parks and the hub goes on. So no
script ever runs past another's due time, and the same set-up gives the same run.

The rule of the fast path, used by every simulated channel:

    now = world.now = world.now + cost
    if now >= world.due: world.catch_up()
"""

import heapq
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeVar

from greenlet import getcurrent, greenlet

from machine_compat.mock.tasks import Task

if TYPE_CHECKING:
    from machine_compat.mock.usb.host import VirtualHost

FAR = 1 << 62
"""A time that never comes."""

HORIZON = 1_000_000_000
"""How far a script may run ahead alone: once a board second the world looks after itself."""

Action = Callable[[], object]
E = TypeVar("E", bound=Exception)


def nothing() -> None:
    """The action of an event that is there for its time alone."""


class Event:
    """Something that happens at a time; `cancel` makes it not happen."""

    __slots__ = ("action", "time")

    def __init__(self, time: int, action: Action) -> None:
        self.time = time
        self.action: Action | None = action

    def cancel(self) -> None:
        self.action = None


class Standstill(Exception):
    """A task waits for something, and nothing in the world will ever happen."""


class World:
    """Virtual time and what happens in it."""

    __slots__ = (
        "_events", "_serial", "_tidied", "current", "due", "failure", "hub", "inhabitants", "nets", "now", "pacer",
        "tracer", "usb_host", "wiring",
    )  # fmt: skip

    def __init__(self) -> None:
        self.now = 0
        self.due = HORIZON
        self.current: Task | None = None
        self.pacer: Callable[[int], None] | None = None
        """Called with the time that is about to be; returns when it may be. None: as fast as it goes."""
        self.tracer: Tracer | None = None
        self.wiring = 0
        """Counts changes of the wires, so that what is looked up through them can be kept until the next."""
        self.failure: Exception | None = None
        self.inhabitants: list[object] = []
        """The boards that live in it."""
        self.usb_host: VirtualHost | None = None
        """The host that its USB devices are plugged into, once somebody asked for it (mock.usb.host.host_of)."""
        self.nets: set[Traced] = set()
        """All its wires; they are tidied once a board second."""
        self._tidied = 0
        self._events: list[tuple[int, int, Event]] = []
        self._serial = 0
        self.hub: greenlet | None = None
        """Who is inside `run`."""

    # ---- events

    def at(self, time: int, action: Action) -> Event:
        """Have `action()` happen at a time (at once, in its turn, if that has passed)."""
        if time < self.now:
            time = self.now
        event = Event(time, action)
        self._serial += 1
        heapq.heappush(self._events, (time, self._serial, event))
        if time < self.due:
            self.due = time
        return event

    def after(self, delay: int, action: Action) -> Event:
        return self.at(self.now + delay, action)

    def renew(self) -> None:
        """Begin again at time 0, with nothing to happen."""
        self.now = self._tidied = 0
        self.due = HORIZON
        self.failure = None
        self.nets.clear()
        self._events.clear()
        if self.usb_host is not None:
            self.usb_host.close_serials()
            self.usb_host = None
        self.wiring += 1

    def quiet(self) -> bool:
        """Whether nothing will ever happen by itself."""
        return all(event.action is None for _, _, event in self._events)

    # ---- the hub

    def run(self, until: int, stop: Callable[[], bool] | None = None) -> None:
        """Let the world go on until a time, or until `stop()` says so; raises what a task or a chip let fail.

        It may be called again from within an event: a handler that runs in the hub, and waits.
        """
        before, self.hub = self.hub, getcurrent()
        until = max(until, self.now)
        marker = self.at(until, nothing) if until < FAR else None
        try:
            while stop is None or not stop():
                if not self._step(until):
                    break
        finally:
            if marker:
                marker.cancel()
            self.hub = before

    def _step(self, until: int) -> bool:
        """Take the next event; False when there is none up to `until`."""
        events = self._events
        while events and events[0][2].action is None:
            heapq.heappop(events)
        if not events or events[0][0] > until:
            if until < FAR:
                # Not where the last script stopped, which may be ahead of this.
                self.now = until
            self.due = min(events[0][0] if events else FAR, self.now + HORIZON)
            return False
        if self.pacer:
            # What the pacer waits through may bring an earlier event: a key, a signal.
            self.due = events[0][0]
            self.pacer(self.due)
        time, _, event = heapq.heappop(events)
        # Who goes on at the very end must not run past it, though nothing else is left to happen.
        due = time + HORIZON
        if until < due:
            due = until
        self.due = events[0][0] if events and events[0][0] < due else due
        if time - self._tidied >= HORIZON:
            self._tidied = time
            for net in self.nets:
                net.tidy()
        action, event.action = event.action, None
        if action is not None:
            self.now = time
            action()
            if self.failure:
                failure, self.failure = self.failure, None
                raise failure
        return True

    @property
    def running(self) -> bool:
        """Whether somebody is inside `run`; may be asked from any thread."""
        return self.hub is not None

    def break_off(self, error: BaseException) -> NoReturn:
        """Leave `run` with an error here and now, as a signal's handler may; a task that ran stays where it stands."""
        if self.current is not None and self.hub is not None:
            self.hub.throw(error)
        raise error

    def fail(self, error: Exception) -> None:
        """Stop the world with an error that no script may swallow."""
        if self.failure is None:
            self.failure = error
            self.at(self.now, nothing)

    def fatal(self, error: E) -> E:
        """An error for the caller to raise; if it is raised in a script, `except` there does not save the run."""
        if self.current is not None:
            self.fail(error)
        return error

    # ---- what scripts and channels call

    def catch_up(self) -> None:
        """Let happen what is due by now; the fast path calls it when the time spent has reached the next event."""
        task = self.current
        if task is not None:
            task.park(self.now)
        else:
            self.run(self.now)

    def spend(self, ns: int) -> None:
        """Let `ns` pass, as a call or a transfer that takes so long does."""
        now = self.now = self.now + ns
        if now >= self.due:
            self.catch_up()

    def spawn(self, body: Callable[[], object], name: str, poll: Callable[[], object]) -> Task:
        """A new task that starts now; `poll` is called in it whenever it goes on after a wait."""
        task = Task(self, body, name, poll)
        task.resume_at(self.now)
        return task


class Tracer(Protocol):
    """What is told of everything that happens on wires. A net is known by the object itself."""

    def edge(self, net: "Traced", level: int, time: int) -> None:
        """A wire changed its level."""

    def drawn(self, net: "Traced", changes: Sequence[tuple[int, int]]) -> None:
        """A whole transaction moved a wire like this, (time, level) in order, from now on."""


class Traced(Protocol):
    """A net, as the world and a tracer see it."""

    level: int

    def tidy(self) -> None:
        """Forget what is too old to be asked for."""

    @property
    def name(self) -> str: ...
