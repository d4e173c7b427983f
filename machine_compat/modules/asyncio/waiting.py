"""Waiting for several tasks at once, or for one no longer than a time.

# Ref: MicroPython extmod/asyncio/funcs.py
"""

from machine_compat.modules.asyncio.loop import Loop
from machine_compat.modules.asyncio.task import CancelledError, Coroutine, Ended, Sleep, Task, TimeoutError


class Waiting:
    """The functions that wait, for one loop."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    async def wait_for(self, aw: Task | Coroutine, timeout: float | None) -> object:
        """Await a task or coroutine for at most `timeout` seconds; then it is cancelled, and TimeoutError raised."""
        return await self._within(aw, None if timeout is None else int(timeout * 1000))

    async def wait_for_ms(self, aw: Task | Coroutine, timeout: int | None) -> object:
        """As wait_for, with a timeout in ms."""
        return await self._within(aw, timeout)

    async def _within(self, aw: Task | Coroutine, ms: int | None) -> object:
        """A task of its own awaits; it ends the sleep that counts the time."""
        loop = self._loop
        task = loop.task_of(aw)
        if ms is None:
            return await task
        watch = Watch(loop)
        watcher = loop.create_task(watch.over(task))
        try:
            await Sleep(loop, ms)
        except Arrived:
            return watch.result()
        except CancelledError:
            watcher.cancel()
            raise
        finally:
            watch.waits = False
        watcher.cancel()
        await watcher
        raise TimeoutError

    async def gather(self, *aws: Task | Coroutine, return_exceptions: bool = False) -> list[object]:
        """What all of them return, in order. The first that fails makes gather raise; the others then run on.

        RuntimeError for a task that somebody waits for already. Cancelling a gather cancels all it waits for.
        return_exceptions: exceptions are results, too.
        """
        tasks = [self._loop.task_of(aw) for aw in aws]
        unfinished = claimed([task for task in tasks if not task.finished])
        try:
            while running := [task for task in unfinished if not task.finished]:
                if not return_exceptions and any(task.error for task in tasks):
                    break
                await Ended(self._loop, running)
        except CancelledError:
            for task in tasks:
                task.cancel()
            raise
        finally:
            for task in unfinished:
                task.gathered = False
        if not return_exceptions:
            for task in tasks:
                if task.error is not None:
                    task.result()
        return [outcome(task) for task in tasks]


class Arrived(CancelledError):
    """Thrown into the sleep of a wait_for when what it waits for has ended."""


class Watch:
    """What a wait_for and the task that awaits in its place know of each other. waits: whether the sleep goes on."""

    def __init__(self, loop: Loop) -> None:
        self.waits = True
        self._waiter = loop.current_task()
        self._value: object = None
        self._error: BaseException | None = None

    async def over(self, task: Task) -> None:
        """Await the task, and end the sleep unless something else did."""
        try:
            self._value = await task
        except (CancelledError, Exception) as error:
            self._error = error
        if self.waits and self._waiter.thrown is None:
            self._waiter.throw(Arrived())

    def result(self) -> object:
        """What the task returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._value


def claimed(tasks: list[Task]) -> list[Task]:
    """Tasks as gathered; RuntimeError, and none of them is, when one of them is awaited or gathered already."""
    for number, task in enumerate(tasks):
        if task.waiters or task.gathered:
            for earlier in tasks[:number]:
                earlier.gathered = False
            raise RuntimeError("can't gather")
        task.gathered = True
    return tasks


def outcome(task: Task) -> object:
    """What a task returned or raised."""
    try:
        return task.result()
    except (CancelledError, Exception) as error:
        return error
