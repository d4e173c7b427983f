"""A script, or one of its threads, as a coroutine of a simulated world."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, ClassVar

from greenlet import GreenletExit, getcurrent, greenlet

from machine_compat.errors import ConfigError

if TYPE_CHECKING:
    from machine_compat.mock.clock import WorldClock
    from machine_compat.mock.world import Event, World


class Task:
    """A script, or one of its threads, as a coroutine of the world."""

    _switched_off: ClassVar[list[Task]] = []
    """Abandoned tasks, kept for good: a greenlet that is collected raises in its code, and `finally` would run."""

    __slots__ = (
        "_body",
        "_deadline",
        "_greenlet",
        "_parked",
        "_throw",
        "_waking",
        "clock",
        "dead",
        "error",
        "finished",
        "name",
        "poll",
        "world",
    )

    def __init__(self, world: World, body: Callable[[], object], name: str, poll: Callable[[], object]) -> None:
        self.world = world
        self.name = name
        self.poll = poll
        self.clock: WorldClock | None = None
        """The clock of the board whose script it is: what waits in its place should wait on that."""
        self.finished = False
        self.dead = False
        self.error: BaseException | None = None
        self._body = body
        self._parked = 0
        """When it came to wait: it may be ahead of the hub, and goes on no earlier than that."""
        self._throw: BaseException | None = None
        self._deadline: Event | None = None
        self._waking: Event | None = None
        self._greenlet = greenlet(self._main)

    def _main(self) -> None:
        try:
            self._body()
        except GreenletExit:
            raise
        except BaseException as error:  # handed to whoever runs the world
            self.error = error
        finally:
            self.finished = True

    def resume_at(self, time: int) -> None:
        """Go on at a time, instead of whenever it was to be."""
        event = self._deadline
        if event is not None and event.action is not None:
            if event.time == time:
                return
            event.cancel()
        self._deadline = self.world.at(time, self._switch)

    def wake(self) -> None:
        """Go on now, if it waits. Its deadline stands, as what woke it will often have it wait on."""
        if self is not self.world.current and self._waking is None:
            now, parked = self.world.now, self._parked
            self._waking = self.world.at(now if now > parked else parked, self._switch)

    @property
    def frame(self) -> FrameType | None:
        """The innermost frame of its code, while it waits."""
        return self._greenlet.gr_frame

    def throw(self, error: BaseException) -> None:
        """Raise an error in the task where it waits."""
        self._throw = error
        self.wake()

    def _switch(self) -> None:
        if self.dead or self.finished:
            return
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None
        world = self.world
        world.current = self
        self._greenlet.parent = getcurrent()
        try:
            self._greenlet.switch()
        finally:
            world.current = None

    def park(self, deadline: int | None) -> None:
        """Wait until the deadline or a `wake`, letting the world go on; None waits for `wake` alone."""
        world = self.world
        if world.current is not self:
            raise ConfigError(f"task {self.name} was asked to wait by somebody else")
        if deadline is not None:
            self.resume_at(deadline)
        elif self._deadline is not None:
            self._deadline.cancel()
        hub = world.hub
        assert hub is not None, "a task runs only inside World.run"
        self._parked = world.now
        hub.switch()
        error, self._throw = self._throw, None
        if error is not None:
            raise error
        self.poll()

    def abandon(self) -> None:
        """Power off: the task never goes on, and none of its code runs any more, not even `finally`."""
        self.dead = True
        if not self.finished:
            self._switched_off.append(self)
