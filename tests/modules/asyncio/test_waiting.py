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
