"""Waiting for several tasks at once, or for one no longer than a time.

# Ref: MicroPython extmod/asyncio/funcs.py
"""

from contextlib import suppress

from machine_compat.modules.asyncio.loop import Loop
from machine_compat.modules.asyncio.task import CancelledError, Coroutine, Ended, Task, TimeoutError


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
        loop = self._loop
        task = loop.task_of(aw)
        if ms is None:
            return await task
        if not task.finished:
            try:
                await Ended(loop, (task,), loop.ticks() + max(0, ms))
            except CancelledError:
                task.cancel()
                raise
        if task.finished:
            return task.result()
        task.cancel()
        with suppress(CancelledError, Exception):
            await task
        raise TimeoutError

    async def gather(self, *aws: Task | Coroutine, return_exceptions: bool = False) -> list[object]:
        """What all of them return, in order. The first that fails makes gather raise; the others then run on.

        return_exceptions: exceptions are results, too. Cancelling a gather cancels all it waits for.
        """
        tasks = [self._loop.task_of(aw) for aw in aws]
        try:
            while running := [task for task in tasks if not task.finished]:
                if not return_exceptions and any(task.error for task in tasks):
                    break
                await Ended(self._loop, running)
        except CancelledError:
            for task in tasks:
                task.cancel()
            raise
        if not return_exceptions:
            for task in tasks:
                if task.error is not None:
                    task.result()
        return [outcome(task) for task in tasks]


def outcome(task: Task) -> object:
    """What a task returned or raised."""
    try:
        return task.result()
    except (CancelledError, Exception) as error:
        return error
