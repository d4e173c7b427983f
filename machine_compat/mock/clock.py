"""A simulated world's time as one board sees it: a Clock whose waits suspend the board's tasks."""

from collections.abc import Callable

from machine_compat.mock.tasks import Task
from machine_compat.mock.world import FAR, Action, Standstill, World, nothing


class WorldClock:
    """The world's time as one board sees it: a Clock whose waits suspend the board's tasks."""

    __slots__ = ("_waiting", "_woken", "main", "spend", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.main: Task | None = None
        """The board's script; None while the board's calls come from the hub, as in a test's own code."""
        self.spend = world.spend
        self._waiting: list[Task] = []
        self._woken = False

    def spawn(self, body: Callable[[], object], name: str, poll: Callable[[], object]) -> Task:
        """Start another script, or another thread of the board's."""
        task = self.world.spawn(body, name, poll)
        task.clock = self
        return task

    def abandon(self, task: Task) -> None:
        """Switch a task off; it waits for nothing any more."""
        task.abandon()
        if task in self._waiting:
            self._waiting.remove(task)

    def now_ns(self) -> int:
        return self.world.now

    def wait_until(self, deadline_ns: int | None, /) -> None:
        world = self.world
        if deadline_ns is not None and world.pacer is None and deadline_ns < world.due:
            # Nothing happens before: the wait is a step of the clock.
            world.now = max(world.now, deadline_ns)
            return
        task = world.current
        if task is not None:
            self._waiting.append(task)
            try:
                task.park(deadline_ns)
            finally:
                self._waiting.remove(task)
            return
        self._woken = False
        world.run(FAR if deadline_ns is None else deadline_ns, lambda: self._woken)
        if deadline_ns is None and not self._woken:
            raise Standstill("waiting for an event, and nothing in the simulated world will ever happen")

    def wake(self) -> None:
        self._woken = True
        if self.world.current is not None and self.world.current is self.main:
            # The script itself asks to be looked after: its next call is where that happens.
            self.world.at(self.world.now, nothing)
        for task in self._waiting:
            task.wake()

    def call_at(self, time_ns: int, action: Action, /) -> Callable[[], None]:
        return self.world.at(time_ns, action).cancel

    def in_script(self) -> bool:
        """Whether a handler may be called at once: in the task of the script, or while the board has none."""
        return self.world.current is self.main or self.main is None
