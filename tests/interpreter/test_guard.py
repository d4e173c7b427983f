"""Keeps the guard stopping what holds board time, naming its line, and leaving everything else alone."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from machine_compat.interpreter.guard import Guard, GuardTimeout, guard
from machine_compat.mock.world import World
from machine_compat.simulation import SimulatedBoard

SOON = 0.04
HUNG = "for i in range(10**12):\n    i + 1\n"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[SimulatedBoard]:
    with SimulatedBoard(flash=tmp_path) as board:
        yield board


def write(folder: Path, text: str) -> Path:
    script = folder / "main.py"
    script.write_text(text)
    return script


def guards() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "machine-compat guard"]


def test_a_script_that_computes_for_ever_is_stopped_with_its_line(board: SimulatedBoard, tmp_path: Path) -> None:
    script = write(tmp_path, "print('on')\n" + HUNG)
    wanted = r"^main\.py:[23] has kept board time from moving for 0\.04 s; "
    with pytest.raises(GuardTimeout, match=wanted) as caught, guard(board.world, SOON):
        board.run(script)
    assert "--guard" in str(caught.value)
    assert board.output == "on\n"
    assert guards() == []


def test_except_exception_does_not_stop_it(board: SimulatedBoard, tmp_path: Path) -> None:
    script = write(tmp_path, "try:\n    for i in range(10**12): i\nexcept Exception:\n    print('swallowed')\n")
    with guard(board.world, SOON), pytest.raises(GuardTimeout):
        board.run(script)
    assert board.output == ""


def test_a_script_that_swallows_it_once_is_told_again(board: SimulatedBoard, tmp_path: Path) -> None:
    body = "try:\n    for i in range(10**12): i\nexcept:\n    print('swallowed')\nfor i in range(10**12): i\n"
    watch = Guard(board.world, SOON)
    watch.start()
    with pytest.raises(GuardTimeout):
        board.run(write(tmp_path, body))
    watch.stop()
    assert board.output == "swallowed\n"


def test_the_last_resort_is_called_when_nothing_helps(board: SimulatedBoard, tmp_path: Path) -> None:
    """The script swallows the error until the last resort, which here only lets it go."""
    (tmp_path / "go").mkdir()
    body = "import os\nwhile True:\n  try:\n    for i in range(10**12):\n      if 'stop' in os.listdir(): break\n"
    body = body.replace("while True:\n", "for n in range(10**6):\n")
    body += "    break\n  except BaseException:\n    print('no')\n"
    said: list[str] = []

    def last_resort(message: str) -> None:
        said.append(message)
        (tmp_path / "stop").touch()

    watch = Guard(board.world, SOON, again=0.02, last_resort=last_resort)
    watch.start()
    board.run(write(tmp_path, body))
    watch.stop()
    assert len(said) == 1
    assert "main.py:" in said[0]
    assert "no\n" in board.output


def test_a_script_that_lets_time_move_may_take_long(board: SimulatedBoard, tmp_path: Path) -> None:
    """Board time moves all the while, for longer than the guard allows."""
    script = write(tmp_path, "n = 0\nwhile n < 10**9:\n    n += 1\n")
    ends = time.monotonic() + 4 * SOON

    def look() -> None:
        if time.monotonic() < ends:
            board.world.after(1_000, look)
        else:
            board.power_off()

    with guard(board.world, SOON):
        board.at(0, look)
        board.run(script, seconds=1000)
    assert board.world.now >= 1_000 * 1_000_000_000


def busy(seconds: float) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        threading.Event().wait(0.005)


def test_a_world_that_does_not_run_is_left_alone() -> None:
    with guard(World(), SOON):
        busy(3 * SOON)


def test_a_run_that_waits_for_the_world_outside_is_left_alone() -> None:
    world = World()
    world.at(1, lambda: busy(3 * SOON))
    with guard(world, SOON, lambda: True):
        world.run(2)
    assert world.now == 2


@pytest.mark.parametrize("seconds", [0, 0.0])
def test_zero_watches_nothing(seconds: float) -> None:
    with guard(World(), seconds):
        assert guards() == []


def test_the_thread_ends_with_an_error_too() -> None:
    def fail() -> None:
        with guard(World(), 10):
            assert len(guards()) == 1
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert guards() == []


def test_the_line_is_that_of_the_code_that_hangs_where_no_script_runs() -> None:
    world = World()

    def hang() -> None:
        while True:
            sum(range(100))

    world.at(1, hang)
    with pytest.raises(GuardTimeout, match=r"test_guard\.py:\d+ has kept"), guard(world, SOON):
        world.run(2)
