"""Exceptions in tasks, and cancelling them."""

from collections.abc import Callable

import pytest

from machine_compat.simulation import SimulatedBoard

Run = Callable[..., SimulatedBoard]


def test_what_the_main_task_raises_is_raised(run: Run) -> None:
    with pytest.raises(OSError, match=r"\[Errno 19\] ENODEV"):
        run("""
            async def main():
                await asyncio.sleep_ms(1)
                raise OSError(19)
            asyncio.run(main())
        """)


def test_keyboard_interrupt_ends_the_run(run: Run) -> None:
    board = run("""
        async def main():
            raise KeyboardInterrupt
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("stopped")
    """)
    assert board.output == "stopped\n"


def test_ctrl_c_ends_the_wait(run: Run) -> None:
    board = run("""
        async def main():
            await asyncio.sleep(99)
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("stopped", time.ticks_ms())
    """)
    task = board.power.script
    assert task is not None
    task.throw(KeyboardInterrupt())
    board.run_on(ms=1)
    assert board.output == "stopped 10000\n"


def test_a_failure_that_nobody_awaits_is_printed(run: Run) -> None:
    board = run("""
        async def bad():
            raise OSError(19)
        async def main():
            asyncio.create_task(bad())
            await asyncio.sleep_ms(1)
            print("goes on")
        asyncio.run(main())
    """)
    before, _, traceback = board.output.partition("Traceback")
    assert before == "Task exception wasn't retrieved\nfuture: <Task> coro= <generator object 'bad'>\n"
    lines = traceback.splitlines()
    assert [line.rpartition(", ")[2] for line in lines[1:]] == ["in bad", "OSError: [Errno 19] ENODEV", "goes on"]


def test_an_exception_handler_is_told_instead(run: Run) -> None:
    board = run("""
        async def bad():
            raise ValueError("x")
        loop = asyncio.get_event_loop()
        loop.set_exception_handler(lambda loop, context: print(context["message"], repr(context["exception"])))
        loop.create_task(bad())
        async def main():
            await asyncio.sleep_ms(1)
        loop.run_until_complete(main())
    """)
    assert board.output == "Task exception wasn't retrieved ValueError('x')\n"


def test_a_failure_is_raised_wherever_the_task_is_awaited(run: Run) -> None:
    board = run("""
        async def bad():
            raise ValueError("x")
        async def main():
            task = asyncio.create_task(bad())
            for _ in range(2):
                try:
                    await task
                except ValueError as e:
                    print(e, task.done())
        asyncio.run(main())
    """)
    assert board.output == "x True\nx True\n"


def test_cancel_raises_where_the_task_waits(run: Run) -> None:
    board = run("""
        async def wait():
            try:
                await asyncio.sleep(9)
            finally:
                print("cleaned up", time.ticks_ms())
        async def main():
            task = asyncio.create_task(wait())
            await asyncio.sleep_ms(20)
            print(task.cancel())
            try:
                await task
            except asyncio.CancelledError:
                print("cancelled", task.done(), task.cancel())
            try:
                asyncio.current_task().cancel()
            except RuntimeError as e:
                print(e)
        asyncio.run(main())
    """)
    assert board.output == "True\ncleaned up 20\ncancelled True False\ncan't cancel self\n"


def test_cancel_goes_to_what_a_task_awaits(run: Run) -> None:
    board = run("""
        async def inner():
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                print("inner")
                raise
        async def outer(task):
            await task
        async def main():
            task = asyncio.create_task(inner())
            waits = asyncio.create_task(outer(task))
            await asyncio.sleep_ms(1)
            waits.cancel()
            await asyncio.sleep_ms(1)
            print(task.done(), waits.done())
        asyncio.run(main())
    """)
    assert board.output == "inner\nTrue True\n"
