"""Programs on the main thread, in real time: interrupted between lines, reset, ended, and everything given back."""

import signal
import sys
import threading
from pathlib import Path

import pytest

from machine_compat.board import Board
from machine_compat.clock import RealClock
from machine_compat.contract import Backend
from machine_compat.interpreter.direct import DirectRun
from machine_compat.interpreter.life import Program
from machine_compat.interpreter.terminal import Output
from machine_compat.profile import load


class Bare(Backend):
    """Hardware that has nothing but time."""

    def __init__(self) -> None:
        self.time = RealClock()
        self.closed = 0

    def clock(self) -> RealClock:
        return self.time

    def close(self) -> None:
        self.closed += 1
        self.time.close()


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.backend = Bare()
        self.board = Board(load("linux"), self.backend, folder)
        self.printed: list[str] = []
        self.failures: list[BaseException] = []
        self.board.stdout = Output(self.printed.append)
        self.board.handler_failed = self.failures.append

    @property
    def output(self) -> str:
        return "".join(self.printed)

    def run(self, script: str, seconds: float | None = None) -> object:
        file = self.folder / "main.py"
        file.write_text(script, encoding="utf-8")
        return DirectRun(self.board, Program(file)).run(seconds)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_script_runs_and_all_is_given_back(bench: Bench) -> None:
    interval = sys.getswitchinterval()
    assert bench.run("import sys\nprint(sys.platform)\nsys.exit(3)") == 3
    assert (bench.output, bench.backend.closed) == ("linux\n", 1)
    assert sys.getswitchinterval() == interval
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_an_exception_is_the_callers_and_all_is_given_back(bench: Bench) -> None:
    with pytest.raises(ZeroDivisionError):
        bench.run("1 / 0")
    assert bench.backend.closed == 1


def test_a_reset_begins_the_program_again(bench: Bench) -> None:
    bench.run(
        "import machine\nprint(machine.reset_cause())\n"
        "try:\n    if machine.reset_cause() == machine.PWRON_RESET:\n        machine.reset()\n"
        "except Exception:\n    print('never')\n"
    )
    assert bench.output == "1\n2\n"


def test_a_handler_comes_between_two_lines_of_a_script_at_work(bench: Bench) -> None:
    bench.run(
        "from machine import Timer\nseen = []\n"
        "Timer(period=1, mode=Timer.ONE_SHOT, callback=seen.append)\n"
        "for turn in range(10**9):\n    if seen:\n        break\nprint(len(seen))\n"
    )
    assert bench.output == "1\n"


def test_a_handler_never_comes_into_the_librarys_own_code(bench: Bench) -> None:
    board = bench.board
    seen: list[bool] = []

    holding = False

    def handler() -> None:
        seen.append(holding)

    class Slow(Output):
        def write(self, text: object, /) -> int:
            nonlocal holding
            holding = True
            thread = threading.Thread(target=lambda: board.interrupts.post(handler))
            thread.start()
            thread.join()
            for _ in range(20_000):
                pass
            holding = False
            return 0

    board.stdout = Slow(bench.printed.append)
    bench.run("print(1)\nfor turn in range(300_000):\n    turn * turn\n")
    assert seen
    assert not any(seen)


def test_an_exception_in_a_handler_is_told_and_the_script_goes_on(bench: Bench) -> None:
    bench.run(
        "from machine import Timer\nimport time\n"
        "Timer(period=1, mode=Timer.ONE_SHOT, callback=lambda timer: 1 / 0)\ntime.sleep_ms(10)\nprint('on')\n"
    )
    assert bench.output == "on\n"
    assert [type(failure) for failure in bench.failures] == [ZeroDivisionError]


def test_a_reset_in_a_handler(bench: Bench) -> None:
    bench.run(
        "import machine\nfrom machine import Timer\n"
        "if machine.reset_cause() == machine.PWRON_RESET:\n"
        "    Timer(period=1, mode=Timer.ONE_SHOT, callback=lambda timer: machine.reset())\n"
        "    while True:\n        pass\nprint('again')\n"
    )
    assert bench.output == "again\n"


def test_a_reset_by_another_thread(bench: Bench) -> None:
    bench.run(
        "import machine, _thread\n"
        "if machine.reset_cause() == machine.PWRON_RESET:\n"
        "    _thread.start_new_thread(machine.reset, ())\n"
        "    while True:\n        pass\nprint('again')\n"
    )
    assert bench.output == "again\n"


def test_handlers_go_on_when_the_script_has_ended(bench: Bench) -> None:
    bench.run(
        "from machine import Timer\ncount = 0\n"
        "def tick(timer):\n    global count\n    count += 1\n    if count == 3:\n        timer.deinit()\n"
        "    print(count)\nTimer(period=1, callback=tick)\n"
    )
    # On a computer that is busy, more ticks may wait already when the timer is stopped.
    assert bench.output.startswith("1\n2\n3\n")


def test_a_run_ends_when_its_time_is_over(bench: Bench) -> None:
    assert bench.run("while True:\n    pass\n", seconds=0.01) == 0
    assert bench.backend.closed == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_in_order(bench: Bench, number: signal.Signals) -> None:
    bench.board.at_reset.append(lambda: bench.printed.append("told"))
    status = bench.run(f"import signal\nsignal.raise_signal({int(number)})\nprint('never')\n")
    assert status == 128 + number
    assert (bench.output, bench.backend.closed) == ("told", 1)


def test_ctrl_c_is_the_callers(bench: Bench) -> None:
    with pytest.raises(KeyboardInterrupt):
        bench.run("import signal\nsignal.raise_signal(signal.SIGINT)\n")
    assert bench.backend.closed == 1


def test_on_another_thread_handlers_run_where_the_script_waits(bench: Bench) -> None:
    script = (
        "from machine import Timer\nimport time\nseen = []\n"
        "Timer(period=1, mode=Timer.ONE_SHOT, callback=seen.append)\n"
        "while not seen:\n    time.sleep_ms(1)\nprint(len(seen))\n"
    )
    thread = threading.Thread(target=bench.run, args=(script,))
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert bench.output == "1\n"
