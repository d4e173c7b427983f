"""Running a script: its end, its output, the time it is given, and being left alive."""

import subprocess
import sys
from pathlib import Path

import pytest

from machine_compat.errors import ConfigError
from machine_compat.interpreter.life import Program
from machine_compat.simulation import SimulatedBoard
from tests.simulation.make import BLINK, Make, Write


def test_a_script_runs_to_its_end_and_its_output_is_kept(make: Make, write: Write) -> None:
    board = make()
    board.run(write("print('one', 2)\nprint('three', end='')"))
    assert board.output == "one 2\nthree"
    assert board.finished
    assert board.exit_status is None


def test_output_goes_on_to_a_stream(make: Make, write: Write) -> None:
    import io

    stream = io.StringIO()
    board = make(stdout=stream)
    board.run(write("print('hello')"))
    assert stream.getvalue() == board.output == "hello\n"


def test_arguments(make: Make, write: Write) -> None:
    board = make()
    script = write("import sys\nprint(sys.argv[1:])")
    board.run(script, "a", "b c")
    assert board.output == "['a', 'b c']\n"


@pytest.mark.parametrize(
    ("leave", "status"), [("", None), ("sys.exit()", None), ("sys.exit(3)", 3), ("raise SystemExit", None)]
)
def test_the_exit_status(make: Make, write: Write, leave: str, status: object) -> None:
    board = make()
    board.run(write(f"import sys\n{leave}"))
    assert board.exit_status == status
    assert board.finished


def test_an_endless_loop_stays_alive_where_it_slept(make: Make, write: Write) -> None:
    board = make()
    board.run(write(BLINK), seconds=3)
    assert not board.finished
    assert board.ms == 3_000
    led = board.pin("LED")
    assert [edge.level for edge in led.edges] == [1, 0, 1, 0, 1, 0]
    assert [edge.ms for edge in led.edges] == pytest.approx([0, 500, 1000, 1500, 2000, 2500], abs=0.1)
    board.run_on(ms=600)
    assert board.ms == 3_600
    assert len(led.edges) == 8
    board.run_on(seconds=1, ms=100)
    assert board.ms == 4_700


@pytest.mark.parametrize("ms", [500, 1000, 2000, 499.9995, 0])
def test_a_script_is_held_when_its_time_is_up_though_it_would_go_on_then(make: Make, write: Write, ms: float) -> None:
    board = make()
    script = write(
        """
        from time import sleep_ms
        while True:
            sleep_ms(500)
        """
    )
    board.run(script, ms=ms)
    assert board.ms == pytest.approx(ms)
    assert not board.finished


def test_time_that_is_asked_for_passes_whether_the_script_lives_or_not(make: Make, write: Write) -> None:
    board = make()
    board.run(write("print('done')"), seconds=2)
    assert board.finished
    assert board.ms == 2_000


def test_without_a_time_it_ends_with_the_script(make: Make, write: Write) -> None:
    board = make()
    board.run(write("from time import sleep\nsleep(12.5)"))
    assert board.ms == pytest.approx(12_500, abs=1)


def test_a_script_without_an_end_wants_a_time(make: Make, write: Write) -> None:
    board = make()
    script = write("from time import sleep\nwhile True:\n    sleep(3600)")
    with pytest.raises(ConfigError, match=r"still runs after a board day: say how long, as in run\(..., seconds=3\)"):
        board.run(script)


@pytest.mark.parametrize("span", [{"seconds": -1}, {"ms": -0.5}])
def test_a_span_is_not_negative(make: Make, write: Write, span: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="is no span of time"):
        make().run(write(""), **span)


def test_a_script_that_is_not_there(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no script '.*nothing\.py'"):
        make().run(tmp_path / "nothing.py")
    with pytest.raises(ConfigError, match=r"has neither boot\.py nor main\.py"):
        make().run(tmp_path)


def test_run_again_is_a_power_cycle(make: Make, write: Write) -> None:
    board = make()
    script = write(BLINK)
    board.run(script, ms=10)
    second = write(
        """
        import machine
        print(machine.reset_cause() == machine.PWRON_RESET, machine.Pin(25).value())
        """,
        "second.py",
    )
    board.run(second)
    assert board.output == "True 0\n"


def test_a_program_can_be_started_and_run_on_later(make: Make, write: Write) -> None:
    board = make()
    board.start(Program(write("print('runs')")))
    assert board.output == ""
    board.run_on(ms=1)
    assert board.output == "runs\n"


def test_power_off_runs_nothing_more(make: Make, write: Write) -> None:
    board = make()
    board.run(
        write(
            """
            from time import sleep
            try:
                while True:
                    sleep(1)
            finally:
                print("finally")
            """
        ),
        ms=100,
    )
    board.power_off()
    assert board.finished
    board.run_on(seconds=5)
    assert board.output == ""


def test_a_script_that_was_left_runs_nothing_when_the_process_ends(write: Write) -> None:
    script = write(
        """
        from time import sleep
        try:
            while True:
                sleep(1)
        finally:
            print("finally")
        """
    )
    reset = write(
        """
        import machine, time
        time.sleep_ms(1)
        try:
            machine.reset()
        finally:
            print("finally")
        """,
        "reset.py",
    )
    program = f"""
import sys
from machine_compat.simulation import SimulatedBoard
board = SimulatedBoard("pico", stdout=sys.stdout)
board.run({str(reset)!r}, ms=5)
board.run({str(script)!r}, ms=5)
print("end")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("end\n", "", 0)


def test_the_board_is_closed_by_with(write: Write) -> None:
    with SimulatedBoard("pico") as board:
        board.run(write(BLINK), ms=10)
        assert not board.finished
    assert board.finished
