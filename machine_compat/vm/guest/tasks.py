"""`asyncio.run`, which the VM leaves to a browser's event loop: here the board's time goes on between two steps."""

import asyncio
from asyncio import core

from _host import clock

IDLE_MS = 1000


def run(coroutine):
    """Run a coroutine to its end, and give what it returns or raise what it raises."""
    ended = []

    async def main():
        try:
            ended.append((await coroutine, None))
        except BaseException as error:
            ended.append((None, error))

    core.create_task(main())
    while not ended:
        _next[0] = IDLE_MS
        core._run_iter()
        if not ended:
            clock.sleep_ms(_next[0])
    value, error = ended[0]
    if error is not None:
        raise error
    return value


_next = [IDLE_MS]


def _wait(ms, *_):
    _next[0] = ms


class Loop:
    """The event loop, of which there is one."""

    def create_task(self, coroutine):
        return core.create_task(coroutine)

    def run_until_complete(self, coroutine):
        return run(coroutine)

    def run_forever(self):
        return run(_for_ever())

    def close(self):
        return None


async def _for_ever():
    while True:
        await core.sleep_ms(IDLE_MS)


def install():
    core._schedule_run_iter = _wait
    loop = Loop()
    asyncio.run = run
    asyncio.get_event_loop = asyncio.new_event_loop = lambda *_: loop
