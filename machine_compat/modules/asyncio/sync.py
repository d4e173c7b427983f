"""What tasks tell each other with: Event, Lock, and the flag that an interrupt handler may set.

# Ref: MicroPython extmod/asyncio/event.py, extmod/asyncio/lock.py
"""

from machine_compat.machine.stream import POLLIN
from machine_compat.modules.asyncio.loop import Loop
from machine_compat.modules.asyncio.task import CancelledError, Suspended, Task


class Event:
    """Makes all tasks that wait go on once it is set, until it is cleared."""

    _loop: Loop

    def __init__(self) -> None:
        self._set = False
        self._waiting: list[Task] = []

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            self._loop.push(task)

    def clear(self) -> None:
        self._set = False

    async def wait(self) -> bool:
        """Wait until it is set; True."""
        if not self._set:
            await listed(self._loop, self._waiting)
        return True


class Lock:
    """Held by one task at a time; the others get it in the order they asked."""

    _loop: Loop

    def __init__(self) -> None:
        self._locked = False
        self._next: Task | None = None
        """The task that takes it at its next turn; until then nobody else may."""
        self._waiting: list[Task] = []

    def locked(self) -> bool:
        return self._locked

    def release(self) -> None:
        """Give it to the task that has waited longest; RuntimeError if nobody holds it."""
        if not self._locked:
            raise RuntimeError("Lock not acquired")
        self._locked = False
        self._pass_on()

    def _pass_on(self) -> None:
        self._next = self._waiting.pop(0) if self._waiting else None
        if self._next is not None:
            self._loop.push(self._next)

    async def acquire(self) -> bool:
        """Wait until it is free, and take it; True."""
        if self._locked or self._next is not None:
            try:
                await listed(self._loop, self._waiting)
            except CancelledError:
                if self._next is self._loop.current:
                    self._pass_on()
                raise
        self._next = None
        self._locked = True
        return True

    async def __aenter__(self) -> bool:
        return await self.acquire()

    async def __aexit__(self, *_: object) -> None:
        self.release()


class ThreadSafeFlag:
    """Makes the one task that waits go on; may be set from an interrupt handler, hard or soft, and from a thread."""

    _loop: Loop

    def __init__(self, state: int = 0) -> None:
        self._state = state

    def set(self) -> None:
        self._state = 1
        self._loop.wake()

    def clear(self) -> None:
        self._state = 0

    async def wait(self) -> None:
        """Wait until it is set, and clear it."""
        if not self._state:
            await self._loop.ready(self, POLLIN)
        self._state = 0

    def _poll(self, flags: int) -> int:
        return flags & POLLIN if self._state else 0

    def _wakes(self) -> bool:
        return True


async def listed(loop: Loop, waiting: list[Task]) -> None:
    """Wait on a list of tasks until pushed."""
    task = loop.current_task()
    waiting.append(task)
    try:
        await Suspended()
    finally:
        if task in waiting:
            waiting.remove(task)
