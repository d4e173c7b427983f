"""Boards that share a world, are switched off or reset, or whose firmware a test calls."""

import gc
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from machine_compat.simulation import SimulatedBoard

Run = Callable[..., SimulatedBoard]
Script = Callable[[str, str], Path]
Isolated = Callable[[str], tuple[str, str]]


def test_two_boards_are_each_inside_run(script: Script) -> None:
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
        first.run(script("a.py", source.replace("PERIOD", "7")), ms=5)
        second.run(script("b.py", source.replace("PERIOD", "9")), ms=5)
        first.run_on(ms=36)
        assert first.output == "10 20 30 40 "
        assert second.output == "17 29 41 "


def test_two_boards_talk(script: Script) -> None:
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
        first.run(script("echo.py", echo), ms=10)
        second.run(script("ask.py", ask), seconds=2)
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
def test_the_process_ends_in_silence(script: Script, isolated: Isolated, leave: str, end: str) -> None:
    main = script("main.py", ENDLESS.replace("time.sleep(9)", end).replace('"finally"', "1 // 0"))
    program = (
        "from machine_compat.simulation import SimulatedBoard\n"
        f"main = {str(main)!r}; board = SimulatedBoard()\n{leave}\nprint(board.output)"
    )
    assert isolated(program) == ("100 200 300 400 500 \n", "")


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
