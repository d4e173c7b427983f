"""gather and wait_for."""

from collections.abc import Callable

from machine_compat.simulation import SimulatedBoard

Run = Callable[..., SimulatedBoard]


def test_gather_gives_results_in_order(run: Run) -> None:
    board = run("""
        async def job(x, ms):
            await asyncio.sleep_ms(ms)
            if x < 0:
                raise ValueError(x)
            return x
        async def main():
            print(await asyncio.gather(job(1, 30), job(2, 10), asyncio.create_task(job(3, 20))), time.ticks_ms())
            print(await asyncio.gather(job(1, 5), job(-2, 1), return_exceptions=True))
            try:
                await asyncio.gather(job(1, 50), job(-2, 1))
            except ValueError as e:
                print(e, time.ticks_ms())
            print(await asyncio.gather())
        asyncio.run(main())
    """)
    assert board.output == "[1, 2, 3] 30\n[1, ValueError(-2)]\n-2 36\n[]\n"


def test_cancelling_a_gather_cancels_what_it_waits_for(run: Run) -> None:
    board = run("""
        async def job(name):
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                print(name)
                raise
        async def main():
            both = asyncio.create_task(asyncio.gather(job("a"), job("b")))
            await asyncio.sleep_ms(1)
            both.cancel()
            try:
                await both
            except asyncio.CancelledError:
                print("gather")
            await asyncio.sleep_ms(1)
        asyncio.run(main())
    """)
    assert sorted(board.output.split()) == ["a", "b", "gather"]


def test_wait_for_gives_up_in_time(run: Run) -> None:
    board = run("""
        async def slow():
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                print("cancelled")
                raise
        async def quick():
            await asyncio.sleep_ms(5)
            return "quick"
        async def main():
            try:
                await asyncio.wait_for_ms(slow(), 25)
            except asyncio.TimeoutError:
                print("timeout", time.ticks_ms())
            print(await asyncio.wait_for(quick(), 1), time.ticks_ms())
            print(await asyncio.wait_for_ms(quick(), None), time.ticks_ms())
        asyncio.run(main())
        print(issubclass(asyncio.TimeoutError, OSError))
    """)
    assert board.output == "cancelled\ntimeout 25\nquick 30\nquick 35\nFalse\n"


def test_wait_for_passes_on_failures_and_cancelling(run: Run) -> None:
    board = run("""
        async def bad():
            raise ValueError("x")
        async def slow():
            try:
                await asyncio.sleep(9)
            finally:
                print("inner ends")
        async def main():
            try:
                await asyncio.wait_for(bad(), 1)
            except ValueError as e:
                print(e)
            task = asyncio.create_task(asyncio.wait_for(slow(), 5))
            await asyncio.sleep_ms(10)
            task.cancel()
            await asyncio.sleep_ms(1)
            print(task.done())
        asyncio.run(main())
    """)
    assert board.output == "x\ninner ends\nTrue\n"


def test_wait_for_is_over_once_though_cancelled_in_the_same_turn(run: Run) -> None:
    board = run("""
        async def at_once():
            return "value"
        async def waits():
            try:
                return await asyncio.wait_for(at_once(), 1)
            except asyncio.CancelledError:
                print("cancelled")
                raise
        async def main():
            for turns in range(6):
                task = asyncio.create_task(waits())
                for _ in range(turns):
                    await asyncio.sleep_ms(0)
                print(turns, task.cancel(), end=" ")
                try:
                    print(await task)
                except asyncio.CancelledError:
                    print("was")
        asyncio.run(main())
    """)
    lines = board.output.splitlines()
    assert lines[0] == "0 True was"
    assert lines[-1] == "5 False value"
    assert all(line.endswith(("cancelled", "was", "value")) for line in lines)


def test_a_task_is_gathered_or_awaited_but_not_both(run: Run) -> None:
    board = run("""
        async def job():
            await asyncio.sleep_ms(5)
        async def refused(aw):
            try:
                await aw
            except RuntimeError as error:
                print(error)
        async def main():
            first, second = asyncio.create_task(job()), asyncio.create_task(job())
            both = asyncio.create_task(asyncio.gather(first, second))
            await asyncio.sleep_ms(0)
            await refused(first)
            await refused(asyncio.wait_for(second, 1))
            await refused(asyncio.gather(asyncio.create_task(job()), first))
            print(await both)
            awaited, free = asyncio.create_task(job()), asyncio.create_task(job())
            other = asyncio.create_task(refused(awaited))
            await asyncio.sleep_ms(0)
            await refused(asyncio.gather(free, awaited))
            await free
            await refused(asyncio.gather(first, awaited, second))
            await other
        asyncio.run(main())
    """)
    assert board.output == "can't wait\ncan't wait\ncan't gather\n[None, None]\ncan't gather\n"
