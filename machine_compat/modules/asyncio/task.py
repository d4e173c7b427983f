"""Tasks of a board's loop, and what they can wait for.

A coroutine that yields has first put its task somewhere whence it will be pushed again: on the loop's queue, among
those that wait for another task, on the list of a lock.

# Ref: MicroPython extmod/asyncio/core.py
"""

import ctypes
from collections.abc import Generator, Iterable
from typing import Protocol

from machine_compat.machine.peripheral import to_int

LONGEST_MS = 1 << 29
"""Half the period of ticks_ms: MICROPY_PY_TIME_TICKS_PERIOD / 2."""


class CancelledError(BaseException):
    """Raised in a task that is cancelled, where it waits."""


class TimeoutError(Exception):
    """Raised by wait_for when the time is over."""


class Coroutine(Protocol):
    """What a task runs: the call of an `async def` function, or a generator."""

    def send(self, value: None, /) -> object: ...

    def throw(self, error: BaseException, /) -> object: ...


class Turns(Protocol):
    """What a task needs of its loop."""

    current: "Task | None"

    def current_task(self) -> "Task": ...

    def push(self, task: "Task", due: int | None = None) -> None: ...

    def ticks(self) -> int: ...


class Task:
    """A coroutine in its loop's care; awaiting it gives what the coroutine returns, or raises what it raised."""

    __slots__ = (
        "_error", "_loop", "_value", "awaiting", "coro", "due", "finished", "gathered", "retrieved", "serial", "thrown",
        "waiters",
    )  # fmt: skip

    def __init__(self, loop: Turns, coro: Coroutine) -> None:
        self._loop = loop
        self._value: object = None
        self._error: BaseException | None = None
        self.coro = coro
        self.due: int | None = None
        """When its turn comes, in the loop's ticks; None when it is not queued."""
        self.serial = 0
        """Tells its entry in the queue from older ones."""
        self.thrown: BaseException | None = None
        """What it will find raised where it waits."""
        self.awaiting: Task | None = None
        """The task whose result it waits for."""
        self.waiters: list[Task] = []
        self.finished = False
        self.gathered = False
        """Whether a gather waits for it, and nobody else may."""
        self.retrieved = False
        """Whether somebody takes note of how it ends."""
        # A suspended coroutine that is collected has GeneratorExit thrown into it, so its `finally` would run, long
        # after the board was switched off; one that never started gives a warning. So it is kept, at exit too.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(coro))

    def __repr__(self) -> str:
        return "<Task>"

    def done(self) -> bool:
        """Whether the coroutine has ended."""
        return self.finished

    def cancel(self) -> bool:
        """Raise CancelledError where the task waits, or where the task does that it waits for; False if it has ended.

        RuntimeError for the task that runs.
        """
        if self.finished:
            return False
        if self is self._loop.current:
            raise RuntimeError("can't cancel self")
        if self.awaiting is not None and self.awaiting.cancel():
            return True
        self.throw(CancelledError())
        return True

    def throw(self, error: BaseException) -> None:
        """Raise something where the task waits, at its next turn."""
        self.thrown = error
        self._loop.push(self)

    def end(self, value: object, error: BaseException | None) -> None:
        """The coroutine has ended."""
        self.finished = True
        self._value = value
        self._error = error
        self.retrieved = self.retrieved or bool(self.waiters)
        for waiter in self.waiters:
            self._loop.push(waiter)
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(self.coro))

    @property
    def error(self) -> BaseException | None:
        """What the coroutine raised."""
        return self._error

    def result(self) -> object:
        """What the coroutine returned; raises what it raised."""
        self.retrieved = True
        if self._error is not None:
            raise self._error
        return self._value

    def __await__(self) -> Generator[None, None, object]:
        if not self.finished:
            if self.gathered:
                raise RuntimeError("can't wait")
            waiter = self._loop.current_task()
            waiter.awaiting = self
            try:
                yield from Ended(self._loop, (self,)).__await__()
            finally:
                waiter.awaiting = None
        return self.result()

    __iter__ = __await__


class Ended:
    """Awaited, waits until one of some tasks has ended, or a time has come."""

    __slots__ = ("_due", "_loop", "_tasks")

    def __init__(self, loop: Turns, tasks: Iterable[Task], due: int | None = None) -> None:
        self._loop = loop
        self._tasks = tasks
        self._due = due

    def __await__(self) -> Generator[None, None, None]:
        waiter = self._loop.current_task()
        for task in self._tasks:
            task.waiters.append(waiter)
        if self._due is not None:
            self._loop.push(waiter, self._due)
        try:
            yield
        finally:
            for task in self._tasks:
                if waiter in task.waiters:
                    task.waiters.remove(waiter)


class Sleep:
    """Awaited, waits until so many ms from when it was made; with 0 or less, for the others' turns only."""

    __slots__ = ("_due", "_loop")

    def __init__(self, loop: Turns, ms: int) -> None:
        self._loop = loop
        self._due = loop.ticks() + span(ms)

    def __await__(self) -> Generator[None, None, None]:
        self._loop.push(self._loop.current_task(), self._due)
        yield

    __iter__ = __await__


def span(ms: int) -> int:
    """A time to wait in ms, from 0 on; OverflowError for one that ticks_add cannot add."""
    if to_int(ms) >= LONGEST_MS:
        raise OverflowError("ticks interval overflow")
    return max(0, to_int(ms))


class Suspended:
    """Awaited, waits until somebody pushes the task."""

    def __await__(self) -> Generator[None, None, None]:
        yield
