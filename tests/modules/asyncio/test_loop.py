"""Board time under asyncio, and the loop itself: what MicroPython's promises."""

from collections.abc import Callable
from pathlib import Path

import pytest

from machine_compat.simulation import SimulatedBoard

Run = Callable[..., SimulatedBoard]
Script = Callable[[str, str], Path]
Isolated = Callable[[str], tuple[str, str]]


def test_tasks_sleep_to_the_millisecond(run: Run) -> None:
    board = run("""
        async def nap(name, ms):
            await asyncio.sleep_ms(ms)
            print(name, time.ticks_ms())
        async def main():
            asyncio.create_task(nap("a", 70))
            asyncio.create_task(nap("b", 30))
            await asyncio.sleep(0.1)
            print("end", time.ticks_ms())
            return 42
        print(asyncio.run(main()))
    """)
    assert board.output == "b 30\na 70\nend 100\n42\n"


def test_a_period_does_not_drift(run: Run) -> None:
    board = run("""
        async def main():
            for _ in range(1000):
                await asyncio.sleep_ms(7)
                time.sleep_us(300)
            print(time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "7000\n"


def test_a_thousand_board_seconds_are_exact(run: Run) -> None:
    board = run(
        """
        async def main():
            for _ in range(1000):
                await asyncio.sleep(1)
            print(time.ticks_ms())
        asyncio.run(main())
        """,
        seconds=1001,
    )
    assert board.output == "1000000\n"


def test_tasks_that_only_take_turns_let_time_pass(run: Run) -> None:
    board = run("""
        turns = 0
        async def spin():
            global turns
            for _ in iter(int, 1):
                turns += 1
                await asyncio.sleep_ms(0)
        async def main():
            asyncio.create_task(spin())
            await asyncio.sleep_ms(5)
            print(time.ticks_ms(), turns > 10)
        asyncio.run(main())
    """)
    assert board.output == "5 True\n"


def test_turns_come_in_order(run: Run) -> None:
    board = run("""
        async def count(name):
            for n in range(3):
                print(name, n, end=" ")
                await asyncio.sleep(0)
        async def main():
            await asyncio.gather(count("a"), count("b"))
        asyncio.run(main())
    """)
    assert board.output == "a 0 b 0 a 1 b 1 a 2 b 2 "


def test_tasks_made_before_the_loop_runs_are_in_it(run: Run) -> None:
    board = run("""
        async def hello(name):
            print("hello", name)
        loop = asyncio.get_event_loop()
        loop.create_task(hello("a"))
        asyncio.create_task(hello("b"))
        async def stop():
            await asyncio.sleep_ms(5)
            loop.stop()
        loop.create_task(stop())
        loop.run_forever()
        print(time.ticks_ms(), loop.run_until_complete(hello("c")))
    """)
    assert board.output == "hello a\nhello b\nhello c\n5 None\n"


def test_a_loop_that_nothing_will_wake_waits_for_ever(run: Run) -> None:
    board = run(
        """
        async def main():
            await asyncio.Event().wait()
        asyncio.run(main())
        print("ended")
        """,
        seconds=3600,
    )
    assert not board.finished
    assert board.output == ""


def test_an_interrupt_wakes_a_loop_in_which_nothing_is_due(run: Run) -> None:
    board = run("""
        from machine import Timer
        event = asyncio.Event()
        async def main():
            Timer(-1).init(mode=Timer.ONE_SHOT, period=50, callback=lambda timer: event.set())
            await event.wait()
            print(time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "50\n"


def test_a_sleep_longer_than_ticks_can_count_is_refused(run: Run) -> None:
    board = run("""
        async def main():
            for wait in (asyncio.sleep_ms, asyncio.sleep):
                try:
                    await wait(1 << 29)
                except OverflowError as error:
                    print(error)
            asyncio.sleep_ms((1 << 29) - 1)
        asyncio.run(main())
    """)
    assert board.output == "ticks interval overflow\n" * 2


def test_stop_is_for_run_forever(run: Run) -> None:
    board = run("""
        loop = asyncio.get_event_loop()
        async def main():
            loop.stop()
            await asyncio.sleep_ms(5)
            return "whole"
        print(loop.run_until_complete(main()))
    """)
    assert board.output == "whole\n"


def test_tasks_go_on_in_the_next_run_unless_the_loop_is_new(run: Run) -> None:
    board = run("""
        async def later(name):
            await asyncio.sleep_ms(10)
            print(name)
        async def main(ms):
            await asyncio.sleep_ms(ms)
        asyncio.create_task(later("first"))
        asyncio.run(main(1))
        asyncio.run(main(20))
        asyncio.create_task(later("second"))
        asyncio.run(main(1))
        asyncio.new_event_loop()
        asyncio.run(main(20))
    """)
    assert board.output == "first\n"


def test_current_task(run: Run) -> None:
    board = run("""
        async def main():
            print(asyncio.current_task() is asyncio.core.cur_task, isinstance(asyncio.current_task(), asyncio.Task))
        asyncio.run(main())
        print(asyncio.core.cur_task)
        try:
            asyncio.current_task()
        except RuntimeError as e:
            print(e)
    """)
    assert board.output == "True True\nNone\nno running event loop\n"


def test_only_coroutines_become_tasks(run: Run) -> None:
    board = run("""
        try:
            asyncio.create_task(asyncio.sleep_ms)
        except TypeError as e:
            print(e)
    """)
    assert board.output == "coroutine expected\n"


def test_the_name_with_a_u_is_the_same_module(run: Run) -> None:
    assert run("import uasyncio\nprint(uasyncio is asyncio)").output == "True\n"


def test_a_name_that_micropython_has_not_is_not_there(run: Run) -> None:
    with pytest.raises(AttributeError, match="no attribute 'Queue'"):
        run("asyncio.Queue")


def test_cpythons_asyncio_is_neither_loaded_nor_given(script: Script, isolated: Isolated) -> None:
    main = script("main.py", "async def main():\n    await asyncio.sleep(1)\nasyncio.run(main())\n")
    program = (
        "import sys; from machine_compat.simulation import SimulatedBoard\n"
        f"with SimulatedBoard() as board: board.run({str(main)!r})\n"
        "print(sorted({'asyncio', 'socket', 'selectors'} & set(sys.modules)))"
    )
    assert isolated(program) == ("[]\n", "")
