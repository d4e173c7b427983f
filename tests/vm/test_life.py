"""A board's life in the VM: how it ends, what stops it, what is left of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from machine_compat.board import Board
from machine_compat.errors import ConfigError
from machine_compat.interpreter.guard import GuardTimeout, guard
from machine_compat.interpreter.life import Life, Program
from machine_compat.simulation import SimulatedBoard
from machine_compat.vm.install import Installation
from machine_compat.vm.life import lives
from machine_compat.vm.process import Process
from machine_compat.vm.values import ScriptError

Lives = Callable[[Board, Program], Life]
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_script(text: str) -> Path:
        script = tmp_path / "main.py"
        script.write_text(dedent(text), encoding="utf-8")
        return script

    return write_script


@pytest.fixture
def board(micropython: Lives) -> Iterator[SimulatedBoard]:
    with SimulatedBoard("pico") as made:
        made.power.new_life = micropython
        yield made


def test_an_uncaught_error_is_told_as_micropython_tells_it(board: SimulatedBoard, write: Write) -> None:
    script = write(
        """
        def f():
            raise OSError(19)

        print("before")
        f()
        """
    )
    with pytest.raises(ScriptError) as caught:
        board.run(script)
    assert board.output == "before\n"
    assert caught.value.name == "OSError"
    assert caught.value.values == (19,)
    assert caught.value.board_traceback == (
        "Traceback (most recent call last):\n"
        f'  File "{script}", line 6, in <module>\n'
        f'  File "{script}", line 3, in f\n'
        "OSError: [Errno 19] ENODEV\n"
    )


def test_sys_exit_leaves_its_status(board: SimulatedBoard, write: Write) -> None:
    board.run(write("import sys\nsys.exit(3)"))
    assert board.exit_status == 3


def test_a_script_without_end_stands_still_between_two_runs(board: SimulatedBoard, write: Write) -> None:
    board.run(
        write(
            """
            from machine import Pin
            from time import sleep_ms

            button = Pin(14, Pin.IN, Pin.PULL_UP)
            button.irq(lambda pin: print("edge", pin()))
            while True:
                sleep_ms(100)
                print("turn")
            """
        ),
        ms=250,
    )
    assert board.output == "turn\nturn\n"
    board.press("GP14", ms=10)
    board.run_on(ms=100)
    assert board.output == "turn\nturn\nedge 0\nedge 1\nturn\n"


def test_handlers_go_on_when_the_script_has_ended(board: SimulatedBoard, write: Write) -> None:
    board.run(
        write("from machine import Timer\nTimer(period=100, callback=lambda t: print('tick'))\nprint('end')"), ms=350
    )
    assert board.output == "end\ntick\ntick\ntick\n"


def test_a_failing_handler_is_told_with_its_traceback(board: SimulatedBoard, write: Write) -> None:
    script = write(
        """
        from machine import Timer
        import time

        def fails(timer):
            raise ValueError("no")

        Timer(period=10, mode=Timer.ONE_SHOT, callback=fails)
        time.sleep_ms(50)
        print("went on")
        """
    )
    with pytest.raises(ScriptError, match="ValueError: no"):
        board.run(script)
    assert board.output == "went on\n"


def test_a_loop_that_touches_nothing_costs_board_time(board: SimulatedBoard, write: Write) -> None:
    board.run(write("n = 0\nwhile True:\n    n += 1\n"), ms=50)
    assert board.ms == 50


def test_input_waits_for_what_is_typed(board: SimulatedBoard, write: Write) -> None:
    board.type("one\ntwo\n")
    board.run(write("import sys\nprint(repr(input('? ')), repr(sys.stdin.readline()))"))
    assert board.output == "? 'one' 'two\\n'\n"


def test_a_wrong_set_up_is_not_for_the_script_to_catch(board: SimulatedBoard, write: Write) -> None:
    with pytest.raises(ConfigError, match="nothing would ever wake the board"):
        board.run(write("import machine\ntry:\n    machine.deepsleep()\nexcept BaseException:\n    print('caught')"))
    assert board.output == ""


def test_a_reset_begins_with_a_fresh_micropython(board: SimulatedBoard, write: Write) -> None:
    script = write(
        """
        import machine
        print(machine.reset_cause() == machine.PWRON_RESET, "left" in globals())
        left = True
        if machine.reset_cause() == machine.PWRON_RESET:
            machine.WDT(timeout=100)
            while True:
                pass
        """
    )
    board.run(script)
    assert board.output == "True False\nFalse False\n"


def test_modules_of_the_scripts_folder_and_of_path(micropython: Lives, tmp_path: Path, write: Write) -> None:
    more = tmp_path / "more"
    (more / "package").mkdir(parents=True)
    (more / "package" / "__init__.py").write_text("from .inner import value\n")
    (more / "package" / "inner.py").write_text("from machine import Pin\nvalue = Pin(1, Pin.OUT)\n")
    script = tmp_path / "folder" / "main.py"
    script.parent.mkdir()
    (script.parent / "near.py").write_text("import package\nprint(__name__, package.value)\n")
    script.write_text("import near\nfrom machine import Pin\nprint(near.package.value is Pin(1))\n")
    with SimulatedBoard("pico", path=[more]) as board:
        board.power.new_life = micropython
        board.run(script)
        assert board.output == "near Pin(GPIO1, mode=OUT)\nTrue\n"


def test_names_that_a_board_lacks_are_import_errors(board: SimulatedBoard, write: Write) -> None:
    board.run(
        write(
            """
            import machine
            try:
                from machine import TouchPad
            except ImportError as e:
                print(e)
            print(hasattr(machine, "TouchPad"), hasattr(machine, "Pin"))
            try:
                import pyb
            except ImportError as e:
                print(e)
            """
        )
    )
    assert board.output == "can't import name TouchPad\nFalse True\nno module named 'pyb'\n"


def test_the_guard_stops_a_script_that_computes_for_ever(board: SimulatedBoard, write: Write) -> None:
    script = write("for i in range(1 << 60):\n    x = i\n")
    with guard(board.world, 0.3), pytest.raises(GuardTimeout):
        board.run(script)


def test_the_process_ends_with_the_board(
    installation: Installation, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Process] = []
    start = Process.__init__

    def note(self: Process, found: Installation) -> None:
        start(self, found)
        made.append(self)

    monkeypatch.setattr(Process, "__init__", note)
    with SimulatedBoard() as board:
        board.power.new_life = lives(installation)
        board.run(write("import time\nwhile True:\n    time.sleep(1)"), seconds=3)
        assert [process.ended for process in made] == [False]
    assert [process.ended for process in made] == [True]


def test_a_vm_that_dies_is_named(board: SimulatedBoard, write: Write) -> None:
    with pytest.raises(ConfigError, match="the MicroPython VM ended"):
        board.run(write("import js\njs.process.exit(4)"))


@pytest.mark.parametrize("turn", ["time.sleep_ms(10)", "pass", "sys.stdin.read(1)", "print(end='')"])
def test_ctrl_c_on_usb_stops_the_script_wherever_it_is(board: SimulatedBoard, write: Write, turn: str) -> None:
    loop = f"try:\n    while True:\n        {turn}\nexcept KeyboardInterrupt:\n    print('stopped')\n"
    script = write("import sys, time\n" + loop + "print(sys.stdin.read(1))\n")
    host = board.usb
    board.run_on(ms=300)
    port = host.serial(board.gadget)
    board.run(script, ms=300)
    port.write(b"\x03x")
    board.run_on(ms=100)
    assert board.output == "stopped\nx\n"


def test_a_locked_heap_does_not_hold_the_board_up(board: SimulatedBoard, write: Write) -> None:
    script = write(
        """
        import machine, micropython

        micropython.heap_lock()
        micropython.heap_lock()
        machine.Pin(2, machine.Pin.OUT).on()
        print(micropython.heap_locked(), micropython.heap_unlock(), micropython.heap_unlock())
        """
    )
    board.run(script, seconds=1)
    assert board.output == "2 1 0\n"
    assert board.pin("GP2").level == 1
