"""Event, Lock and ThreadSafeFlag, set by tasks, interrupt handlers and threads."""

from collections.abc import Callable

import pytest

from machine_compat.simulation import SimulatedBoard

Run = Callable[..., SimulatedBoard]


def test_an_event_wakes_all_that_wait(run: Run) -> None:
    board = run("""
        event = asyncio.Event()
        async def wait(name):
            print(name, await event.wait(), time.ticks_ms())
        async def main():
            tasks = [asyncio.create_task(wait(n)) for n in "ab"]
            await asyncio.sleep_ms(4)
            event.set()
            await asyncio.gather(*tasks)
            print(event.is_set(), await event.wait())
            event.clear()
            print(event.is_set())
        asyncio.run(main())
    """)
    assert board.output == "a True 4\nb True 4\nTrue True\nFalse\n"


def test_a_lock_is_given_in_the_order_asked(run: Run) -> None:
    board = run("""
        lock = asyncio.Lock()
        async def use(name, ms):
            async with lock:
                print(name, time.ticks_ms(), lock.locked())
                await asyncio.sleep_ms(ms)
        async def main():
            tasks = [asyncio.create_task(use(n, 10)) for n in "abcd"]
            await asyncio.sleep_ms(5)
            tasks[1].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            print(lock.locked())
            try:
                lock.release()
            except RuntimeError as e:
                print(e)
        asyncio.run(main())
    """)
    assert board.output == "a 0 True\nc 10 True\nd 20 True\nFalse\nLock not acquired\n"


def test_a_lock_given_to_a_task_that_is_cancelled_goes_to_the_next(run: Run) -> None:
    board = run("""
        lock = asyncio.Lock()
        async def use(name):
            async with lock:
                print(name)
        async def main():
            await lock.acquire()
            tasks = [asyncio.create_task(use(n)) for n in "ab"]
            await asyncio.sleep_ms(1)
            lock.release()
            tasks[0].cancel()
            await asyncio.sleep_ms(1)
            print(lock.locked())
        asyncio.run(main())
    """)
    assert board.output == "b\nFalse\n"


@pytest.mark.parametrize("hard", [False, True])
def test_a_flag_is_set_from_a_timer(run: Run, hard: bool) -> None:
    board = run(f"""
        flag = asyncio.ThreadSafeFlag()
        machine.Timer(period=20, mode=machine.Timer.PERIODIC, hard={hard}, callback=lambda t: flag.set())
        async def main():
            for _ in range(3):
                await flag.wait()
                print(time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "20\n40\n60\n"


def test_a_flag_is_set_from_a_pin(run: Run) -> None:
    board = run(
        """
        flag = asyncio.ThreadSafeFlag()
        button = machine.Pin(14, machine.Pin.IN, machine.Pin.PULL_UP)
        button.irq(lambda pin: flag.set(), machine.Pin.IRQ_FALLING)
        async def main():
            while True:
                await flag.wait()
                print("pressed", time.ticks_ms())
        asyncio.run(main())
        """,
        seconds=0.1,
    )
    assert board.output == ""
    board.press("GP14", ms=20)
    board.run_on(ms=100)
    board.press("GP14", ms=20)
    board.run_on(ms=100)
    assert board.output == "pressed 100\npressed 200\n"


def test_a_flag_remembers_and_is_cleared_by_the_wait(run: Run) -> None:
    board = run("""
        flag = asyncio.ThreadSafeFlag()
        flag.set()
        async def main():
            await flag.wait()
            for clear in (False, True):
                if clear:
                    flag.set()
                    flag.clear()
                try:
                    await asyncio.wait_for_ms(flag.wait(), 10)
                except asyncio.TimeoutError:
                    print("timeout")
        asyncio.run(main())
    """)
    assert board.output == "timeout\ntimeout\n"


def test_one_task_at_a_time_waits_for_a_flag(run: Run) -> None:
    with pytest.raises(AssertionError, match="another task waits"):
        run("""
            flag = asyncio.ThreadSafeFlag()
            async def main():
                await asyncio.gather(flag.wait(), flag.wait())
            asyncio.run(main())
        """)


def test_a_thread_wakes_the_loop(run: Run) -> None:
    board = run("""
        import _thread
        event, flag = asyncio.Event(), asyncio.ThreadSafeFlag()
        def work():
            time.sleep_ms(30)
            event.set()
            time.sleep_ms(30)
            flag.set()
        async def main():
            _thread.start_new_thread(work, ())
            await asyncio.wait_for(event.wait(), 1)
            print(time.ticks_ms())
            await flag.wait()
            print(time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "30\n60\n"


def test_a_lock_on_its_way_is_not_locked_yet_nor_to_be_had(run: Run) -> None:
    board = run("""
        lock = asyncio.Lock()
        async def job():
            async with lock:
                print("job has it", lock.locked())
        async def main():
            await lock.acquire()
            asyncio.create_task(job())
            await asyncio.sleep_ms(0)
            lock.release()
            print(lock.locked())
            try:
                lock.release()
            except RuntimeError as error:
                print(error)
            await lock.acquire()
            print("main again")
        asyncio.run(main())
    """)
    assert board.output == "False\nLock not acquired\njob has it True\nmain again\n"
