"""A script's `asyncio`: what MicroPython's promises, on the time of a simulated board."""

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from time import perf_counter

import pytest

from machine_compat.mock.chip import UARTPeer
from machine_compat.simulation import SimulatedBoard

Run = Callable[..., SimulatedBoard]


@pytest.fixture
def board() -> Iterator[SimulatedBoard]:
    with SimulatedBoard("pico") as board:
        yield board


@pytest.fixture
def run(board: SimulatedBoard, tmp_path: Path) -> Run:
    """Runs a script on the board; it has asyncio, time and machine imported."""

    def run(source: str, seconds: float | None = 10) -> SimulatedBoard:
        board.run(script(tmp_path / "main.py", source), seconds=seconds)
        return board

    return run


def script(file: Path, source: str) -> Path:
    file.write_text("import asyncio, machine, time\n" + dedent(source), encoding="utf-8")
    return file


class Peer(UARTPeer):
    """Sends what it is told to, and keeps what it hears."""

    def __init__(self, baudrate: int | None = None) -> None:
        super().__init__(baudrate)
        self.heard = b""

    def receive(self, data: bytes) -> None:
        self.heard += data


# ---- time


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


def test_a_thousand_board_seconds_take_no_time(run: Run) -> None:
    start = perf_counter()
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
    assert perf_counter() - start < 10


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


# ---- the loop


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


def test_a_loop_that_nothing_can_wake_ends(run: Run) -> None:
    board = run("""
        async def main():
            await asyncio.Event().wait()
        print(asyncio.run(main()))
    """)
    assert board.output == "None\n"


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


def test_there_is_no_network(run: Run) -> None:
    with pytest.raises(AttributeError, match="no attribute 'start_server': a simulated board has no network"):
        run("asyncio.start_server")


def test_cpythons_asyncio_is_neither_loaded_nor_given(tmp_path: Path) -> None:
    main = script(tmp_path / "main.py", "async def main():\n    await asyncio.sleep(1)\nasyncio.run(main())\n")
    program = (
        "import sys; from machine_compat.simulation import SimulatedBoard\n"
        f"with SimulatedBoard() as board: board.run({str(main)!r})\n"
        "print(sorted({'asyncio', 'socket', 'selectors'} & set(sys.modules)))"
    )
    assert isolated(program) == ("[]\n", "")


# ---- exceptions and cancelling


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


# ---- gather and wait_for


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


# ---- Event, Lock, ThreadSafeFlag


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


# ---- streams


def test_a_stream_reads_lines_from_a_uart(run: Run, board: SimulatedBoard) -> None:
    peer = board.uart(0).attach(Peer(115_200))
    board.at(50, lambda: peer.send(b"one\r\ntw"))
    board.at(80, lambda: peer.send(b"o\r\n"))
    run("""
        uart = machine.UART(0, 115200)
        reader = asyncio.StreamReader(uart)
        async def blink():
            while True:
                await asyncio.sleep_ms(20)
                print(".", end="")
        async def main():
            asyncio.create_task(blink())
            for _ in range(2):
                print(await reader.readline(), time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "..b'one\\r\\n' 50\n..b'two\\r\\n' 80\n"


def test_the_ways_to_read(run: Run, board: SimulatedBoard) -> None:
    peer = board.uart(0).attach(Peer(115_200))
    for ms in (10, 20, 30, 40):
        board.at(ms, lambda: peer.send(b"abc"))
    run("""
        reader = asyncio.StreamReader(machine.UART(0, 115200))
        async def main():
            print(await reader.readexactly(5), time.ticks_ms())
            await asyncio.sleep_ms(5)
            print(await reader.read(1))
            await asyncio.sleep_ms(10)
            buf = bytearray(2)
            print(await reader.readinto(buf), buf)
            print(await reader.read(1), time.ticks_ms())
            try:
                await asyncio.wait_for_ms(reader.readexactly(9), 100)
            except asyncio.TimeoutError:
                print(time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "b'abcab' 20\nb'c'\n2 bytearray(b'ab')\nb'c' 35\n135\n"


def test_a_stream_writes_to_a_uart(run: Run, board: SimulatedBoard) -> None:
    peer = board.uart(0).attach(Peer(9600))
    run("""
        writer = asyncio.StreamWriter(machine.UART(0, 9600), {"name": "gsm"})
        async def main():
            writer.write("AT\\r\\n")
            writer.write(bytes(600))
            await writer.drain()
            print(writer.get_extra_info("name"), writer.out_buf)
            await writer.awrite(b"end")
            await asyncio.sleep(1)
        asyncio.run(main())
    """)
    assert peer.heard == b"AT\r\n" + bytes(600) + b"end"
    assert board.output == "gsm b''\n"


def test_a_task_that_writes_and_drains_lets_others_run(run: Run, board: SimulatedBoard) -> None:
    board.uart(0).attach(Peer(115_200))
    run("""
        writer = asyncio.StreamWriter(machine.UART(0, 115200))
        async def talk():
            while True:
                writer.write(b"x")
                await writer.drain()
        async def main():
            asyncio.create_task(talk())
            await asyncio.sleep_ms(10)
            print(time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "10\n"


def test_a_stream_is_anything_with_ioctl(run: Run) -> None:
    """Drivers make streams of their own, which the loop asks every millisecond."""
    board = run("""
        import io
        class Due(io.IOBase):
            def ioctl(self, request, flags):
                return flags & 1 if request == 3 and time.ticks_ms() >= 25 else 0
            def read(self, n):
                return b"due"
            def close(self):
                print("closed")
        async def main():
            async with asyncio.StreamReader(Due()) as stream:
                print(await stream.read(3), time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "b'due' 25\nclosed\n"


def test_a_stream_reads_what_is_typed(run: Run, board: SimulatedBoard) -> None:
    board.at(30, lambda: board.type("hello\n"))
    run("""
        import sys
        async def main():
            print(await asyncio.StreamReader(sys.stdin).readline(), time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "b'hello\\n' 30\n"


# ---- boards


def test_two_boards_are_each_inside_run(tmp_path: Path) -> None:
    """Each stands now in a task's wait, now in the middle of a task's turn, while the other runs."""
    source = """
        async def beat(ms):
            while True:
                await asyncio.sleep_ms(ms)
                time.sleep_ms(3)
                print(time.ticks_ms(), end=" ")
        async def main():
            await asyncio.gather(beat(PERIOD))
        asyncio.run(main())
    """
    with SimulatedBoard("pico") as first, SimulatedBoard("esp32", world=first.world) as second:
        first.run(script(tmp_path / "a.py", source.replace("PERIOD", "7")), ms=5)
        second.run(script(tmp_path / "b.py", source.replace("PERIOD", "9")), ms=5)
        first.run_on(ms=36)
        assert first.output == "10 20 30 40 "
        assert second.output == "17 29 41 "


def test_two_boards_talk(tmp_path: Path) -> None:
    echo = """
        uart = machine.UART(0, 115200)
        async def main():
            reader, writer = asyncio.StreamReader(uart), asyncio.StreamWriter(uart)
            while True:
                writer.write(b"you said " + await reader.readline())
                await writer.drain()
        asyncio.run(main())
    """
    ask = """
        uart = machine.UART(0, 115200)
        async def main():
            stream = asyncio.StreamReader(uart)
            stream.write("hello\\n")
            print(await asyncio.wait_for(stream.readline(), 1))
        asyncio.run(main())
    """
    with SimulatedBoard("pico") as first, SimulatedBoard("pico", world=first.world) as second:
        first.wire("GP0", "GP1", second)
        first.wire("GP1", "GP0", second)
        first.run(script(tmp_path / "echo.py", echo), ms=10)
        second.run(script(tmp_path / "ask.py", ask), seconds=2)
        assert second.output == "b'you said hello\\n'\n"


ENDLESS = """
    async def never():
        print("never")
    async def blink():
        try:
            while True:
                await asyncio.sleep_ms(100)
                print(time.ticks_ms(), end=" ")
        finally:
            print("finally")
    async def main():
        asyncio.create_task(blink())
        await asyncio.sleep_ms(550)
        asyncio.create_task(never())
        time.sleep(9)
    asyncio.run(main())
"""


def test_an_endless_main_is_alive_and_goes_on(run: Run) -> None:
    board = run(ENDLESS, seconds=0.25)
    assert board.output == "100 200 "
    board.run_on(ms=100)
    assert board.output == "100 200 300 "


def test_switching_off_runs_no_code_of_the_tasks(run: Run) -> None:
    board = run(ENDLESS, seconds=0.6)
    board.close()
    gc.collect()
    assert board.output == "100 200 300 400 500 "


def test_tasks_left_over_by_a_script_that_ended_run_no_code(run: Run) -> None:
    board = run(ENDLESS.replace("time.sleep(9)", "return"))
    board.close()
    gc.collect()
    assert board.output == "100 200 300 400 500 "


@pytest.mark.parametrize("leave", ["with board: board.run(main, seconds=0.6)", "board.run(main, seconds=0.6)"])
@pytest.mark.parametrize("end", ["time.sleep(9)", "return"])
def test_the_process_ends_in_silence(tmp_path: Path, leave: str, end: str) -> None:
    main = script(tmp_path / "main.py", ENDLESS.replace("time.sleep(9)", end).replace('"finally"', "1 // 0"))
    program = (
        "from machine_compat.simulation import SimulatedBoard\n"
        f"main = {str(main)!r}; board = SimulatedBoard()\n{leave}\nprint(board.output)"
    )
    assert isolated(program) == ("100 200 300 400 500 \n", "")


def isolated(program: str) -> tuple[str, str]:
    """What a fresh interpreter prints that runs a program, on stdout and stderr."""
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


def test_a_reset_begins_with_an_empty_loop(run: Run) -> None:
    board = run(
        """
        async def blink():
            while True:
                await asyncio.sleep_ms(10)
                print(".", end="")
        async def main():
            await asyncio.sleep_ms(35)
            if machine.reset_cause() == machine.PWRON_RESET:
                machine.reset()
            print("up")
        if machine.reset_cause() == machine.PWRON_RESET:
            asyncio.create_task(blink())
        asyncio.run(main())
        """
    )
    assert board.output == "...up\n"


def test_firmware_is_called_from_a_test(board: SimulatedBoard, tmp_path: Path) -> None:
    (tmp_path / "driver.py").write_text(
        "import asyncio\nasync def measure():\n    await asyncio.sleep_ms(40)\n    return 21.5\n", encoding="utf-8"
    )
    driver = board.import_module("driver", tmp_path)
    assert driver.asyncio.run(driver.measure()) == 21.5
    assert board.ms >= 40


def test_an_interrupt_wakes_a_loop_that_a_test_runs(board: SimulatedBoard, tmp_path: Path) -> None:
    (tmp_path / "driver.py").write_text(
        dedent("""
        import asyncio, machine
        flag, event = asyncio.ThreadSafeFlag(), asyncio.Event()
        async def tick():
            machine.Timer(period=20, mode=machine.Timer.ONE_SHOT, callback=lambda t: flag.set())
            await flag.wait()
            machine.Timer(period=30, mode=machine.Timer.ONE_SHOT, callback=lambda t: event.set())
            await asyncio.wait_for(event.wait(), 60)
        """),
        encoding="utf-8",
    )
    driver = board.import_module("driver", tmp_path)
    driver.asyncio.run(driver.tick())
    assert 50 <= board.ms < 51


def test_a_power_cycle_empties_the_loop_of_imported_firmware(board: SimulatedBoard, tmp_path: Path) -> None:
    (tmp_path / "driver.py").write_text(
        "import asyncio\nasync def nap(ms):\n    await asyncio.sleep_ms(ms)\n    print(ms)\n", encoding="utf-8"
    )
    driver = board.import_module("driver", tmp_path)
    driver.asyncio.create_task(driver.nap(20))
    board.board.power_cycle("PWRON")
    driver.asyncio.run(driver.nap(30))
    assert board.output == "30\n"
