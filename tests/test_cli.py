"""Keeps the command's promises: stdout, stderr, exit statuses, the choice of a board, signals, nothing left over."""

import errno
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from machine_compat import __version__
from machine_compat.cli import main

Captured = pytest.CaptureFixture[str]
COMMAND = [sys.executable, "-m", "machine_compat"]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing but the test's own folder chooses a board."""
    monkeypatch.delenv("MACHINE_COMPAT_BOARD", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def nothing_stays() -> object:
    """Handlers and threads are as they were, whatever happened."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    assert [signal.getsignal(number) for number in numbers] == before
    assert [thread for thread in threading.enumerate() if thread.name.startswith("machine-compat")] == []


def script(text: str, name: str = "main.py") -> str:
    Path(name).write_text(text)
    return name


def started(*words: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *words], stdin=pipe, stdout=pipe, stderr=pipe)


def ended(*words: str, typed: bytes = b"") -> tuple[int, bytes, list[str]]:
    """Exit status, stdout and the lines of stderr of the command as a process of its own."""
    with started(*words) as process:
        out, err = process.communicate(typed, timeout=30)
    return process.returncode, out, err.decode().splitlines()


def complaint(words: Sequence[str], capsys: Captured) -> str:
    """The last line on stderr of a call that is refused."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    line = err.splitlines()[-1]
    assert line.startswith("machine-compat: ")
    return line


# ---- a script's run


def test_stdout_is_the_scripts_alone(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    name = script("import sys\nprint('é\\r\\n\\0', end='')\nsys.stdout.write('x')\nsys.stdout.buffer.write(b'\\xff')\n")
    assert main(["run", name]) == 0
    assert capfdbinary.readouterr().out == "é\r\n\0x".encode() + b"\xff"


def test_bytes_reach_a_pipe() -> None:
    assert ended("run", script("print('a', end='')\nprint('é')\n"))[:2] == (0, "aé\n".encode())


def test_the_script_has_its_arguments(capsys: Captured) -> None:
    name = script("import sys\nprint(sys.argv)\n")
    assert main(["run", "--fast", name, "--for", "1", "-x"]) == 0
    assert capsys.readouterr().out == "['main.py', '--for', '1', '-x']\n"


@pytest.mark.parametrize(
    ("leave", "status", "said"),
    [("0", 0, ""), ("3", 3, ""), ("", 0, ""), ("None", 0, ""), ("'no sensor'", 1, "no sensor\n")],
)
def test_the_exit_status_is_the_scripts(leave: str, status: int, said: str, capsys: Captured) -> None:
    assert main(["run", script(f"import sys\nsys.exit({leave})\n")]) == status
    assert capsys.readouterr().err.endswith(said)


def test_an_uncaught_exception_is_a_boards_traceback(capsys: Captured) -> None:
    Path("src").mkdir()
    script("from machine import I2C\ndef probe():\n    I2C(0).writeto(0x42, b'1')\n", "src/probe.py")
    name = script("import probe\nprint('on')\nprobe.probe()\n", "src/main.py")
    assert main(["run", "--board", "esp32", name]) == 1
    out, err = capsys.readouterr()
    assert out == "on\n"
    assert err.splitlines()[1:] == [
        "Traceback (most recent call last):",
        '  File "src/main.py", line 3, in <module>',
        '  File "src/probe.py", line 3, in probe',
        "OSError: [Errno 19] ENODEV",
    ]


def test_a_syntax_error_names_its_line(capsys: Captured) -> None:
    assert main(["run", script("x = 1\nx = = 2\n")]) == 1
    assert '  File "main.py", line 2\nSyntaxError: ' in capsys.readouterr().err


def test_an_exception_in_a_handler_is_told_and_the_script_goes_on(capsys: Captured) -> None:
    text = "from machine import Timer\nimport time\nTimer(period=10, mode=0, callback=lambda t: 1/0)\n"
    assert main(["run", "--fast", script(text + "time.sleep(1)\nprint('end')\n")]) == 1
    out, err = capsys.readouterr()
    assert out == "end\n"
    assert err.splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_it_stops_after_so_many_board_seconds(capsys: Captured) -> None:
    text = "import time\nwhile True:\n    print(time.ticks_ms())\n    time.sleep_ms(1000)\n"
    assert main(["run", "--fast", "--for", "2.5", script(text)]) == 0
    assert capsys.readouterr().out == "0\n1000\n2000\n"


def test_board_time_keeps_pace_with_the_wall_clock() -> None:
    text = "import time\ntime.sleep_ms(300)\n"
    assert seconds_of("run", script(text)) - seconds_of("run", "--fast", script(text)) > 0.2


def seconds_of(*words: str) -> float:
    began = os.times().elapsed
    assert main(words) == 0
    return os.times().elapsed - began


def test_a_folder_runs_boot_and_main(capsys: Captured) -> None:
    Path("firmware").mkdir()
    script("print('boot')\n", "firmware/boot.py")
    script("print('main')\n", "firmware/main.py")
    assert main(["run", "firmware"]) == 0
    assert capsys.readouterr().out == "boot\nmain\n"


def test_the_flash_is_the_scripts_folder_or_the_one_that_is_named(capsys: Captured) -> None:
    Path("flash").mkdir()
    name = script("open('log.txt', 'w').write('x')\n")
    assert main(["run", name]) == 0
    assert Path("log.txt").read_text() == "x"
    Path("log.txt").unlink()
    assert main(["run", "--flash", "flash", name]) == 0
    assert Path("flash/log.txt").read_text() == "x"
    assert not Path("log.txt").exists()


def test_a_further_folder_can_be_imported_from(capsys: Captured) -> None:
    Path("drivers").mkdir()
    script("x = 5\n", "drivers/mine.py")
    assert main(["run", "--path", "drivers", script("import mine\nprint(mine.x)\n")]) == 0
    assert capsys.readouterr().out == "5\n"


def test_pins_are_wired_and_chips_attached(capsys: Captured) -> None:
    text = (
        "from machine import I2C, Pin\na = Pin(0, Pin.OUT)\nb = Pin(1, Pin.IN)\n"
        "a.on()\nprint(b.value(), I2C(0).scan())\n"
    )
    wires = ["--board", "pico", "--wire", "GP0=GP1", "--attach", "24c32@i2c0:0x50"]
    assert main(["run", *wires, script(text)]) == 0
    assert capsys.readouterr().out == "1 [80]\n"


def test_the_script_reads_what_is_typed() -> None:
    status, out, _ = ended("run", script("print('hello ' + input('name? '))\n"), typed=b"Eve\n")
    assert (status, out) == (0, b"name? hello Eve\n")


def test_nobody_reading_stdout_ends_the_run_quietly() -> None:
    with started("run", "--fast", script("while True: print('x' * 1000)\n")) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert len(process.stderr.read().splitlines()) == 1
        assert process.wait(30) == 141


class Full(io.TextIOWrapper):
    """A stdout on a disk that is full."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("words", [["boards"], ["pins", "pico"], ["chips"]])
def test_a_list_for_which_there_is_no_room_is_told_in_one_line(
    words: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Full(Path("full").open("wb")) as full:
        monkeypatch.setattr("sys.stdout", full)
        assert main(words) == 1
    assert capsys.readouterr().err == f"machine-compat: standard output: {os.strerror(errno.ENOSPC)}\n"


def test_a_list_without_a_stdout_is_quiet() -> None:
    words = ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "boards"]
    done = subprocess.run(words, capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


# ---- what is left when a script has ended

TICKING = "from machine import Timer\nt = Timer(period=100, callback=lambda t: print('tick'))\n"


def test_timers_go_on_after_the_script_has_ended(capsys: Captured) -> None:
    assert main(["run", "--fast", "--for", "0.35", script(TICKING)]) == 0
    out, err = capsys.readouterr()
    assert out == "tick\n" * 3
    assert err.splitlines()[1:] == [
        "machine-compat: the script has ended; its timers and interrupts go on, as on a board, until 0.35 s have passed"
    ]


def test_the_run_ends_when_the_last_timer_has(capsys: Captured) -> None:
    assert main(["run", "--fast", script(TICKING.replace("period=", "mode=Timer.ONE_SHOT, period="))]) == 0
    assert capsys.readouterr().out == "tick\n"


def test_an_interrupt_that_nothing_will_ever_cause_keeps_nobody_waiting(capsys: Captured) -> None:
    assert main(["run", script("from machine import Pin\nPin(3, Pin.IN).irq(print)\n")]) == 0
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_reset_in_a_timer_starts_the_script_again(capsys: Captured) -> None:
    text = (
        "import machine\nif machine.reset_cause() == machine.PWRON_RESET:\n"
        "    machine.Timer(period=100, mode=0, callback=lambda t: machine.reset())\nelse:\n    print('again')\n"
    )
    assert main(["run", "--fast", script(text)]) == 0
    assert capsys.readouterr().out == "again\n"


# ---- what goes wrong


def test_a_wait_for_nothing_is_told_when_nobody_waits_for_the_clock(capsys: Captured) -> None:
    text = "import _thread\nlock = _thread.allocate_lock()\nlock.acquire()\nlock.acquire()\n"
    assert main(["run", "--fast", script(text)]) == 1
    assert "machine-compat: main.py:4 waits for something that can never come" in capsys.readouterr().err


def test_a_script_that_keeps_board_time_from_moving_is_stopped(capsys: Captured) -> None:
    assert main(["run", "--guard", "0.05", script("for i in range(10**12):\n    i\n")]) == 1
    assert "machine-compat: main.py:" in capsys.readouterr().err


def test_a_script_that_cannot_be_stopped_ends_with_the_process() -> None:
    text = "for i in range(10**12):\n    try:\n        for j in range(10**6): j\n    except BaseException:\n        j\n"
    status, _, lines = ended("run", "--guard", "0.05", script(text))
    assert status == 1
    assert "it cannot be stopped otherwise" in lines[-1]


def test_a_board_that_only_resets_is_stopped(capsys: Captured) -> None:
    assert main(["run", script("import machine\nmachine.reset()\n")]) == 1
    assert "machine-compat: the board was reset 21 times" in capsys.readouterr().err


def test_two_outputs_on_one_wire_are_an_error_of_the_set_up(capsys: Captured) -> None:
    text = "from machine import Pin\nPin(0, Pin.OUT, value=1)\nPin(1, Pin.OUT, value=0)\n"
    line = complaint(["run", "--board", "pico", "--wire", "GP0=GP1", script(text)], capsys)
    assert "GP0" in line
    assert "GP1" in line


def test_a_chip_that_raises_is_named_with_its_line(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise LookupError("out of order")

    monkeypatch.setattr("machine_compat.mock.devices.bme280.OnI2C.read", fail)
    text = "from machine import I2C\nI2C(0).readfrom(0x76, 1)\n"
    assert main(["run", "--attach", "bme280@i2c0:0x76", script(text)]) == 1
    *_, said, line = capsys.readouterr().err.splitlines()
    assert said.endswith("simulated chip bme280@i2c0 failed: LookupError: out of order")
    assert line.startswith(f'  File "{__file__}", line ')


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ([], ["COMMAND"]),
        (["walk"], ["walk", "run", "repl", "boards"]),
        (["run"], ["SCRIPT"]),
        (["run", "nowhere.py"], ["nowhere.py"]),
        (["run", "--board", "nano", "main.py"], ["nano", "pico"]),
        (["run", "--board", "nowhere.toml", "main.py"], ["nowhere.toml"]),
        (["run", "--attach", "x@i2c0", "main.py"], ["'x'", "bme280"]),
        (["run", "--attach", "bme280", "main.py"], ["--attach bme280", "CHIP@PLACE"]),
        (["run", "--wire", "GP0", "main.py"], ["--wire GP0", "A=B"]),
        (["run", "--board", "pico", "--wire", "GP0=GP99", "main.py"], ["--wire GP0=GP99", "GP99", "GP28"]),
        (["run", "--path", "nowhere", "main.py"], ["--path nowhere"]),
        (["run", "--flash", "nowhere", "main.py"], ["--flash nowhere"]),
        (["run", "--trace", "nowhere/x.vcd", "main.py"], ["--trace nowhere/x.vcd"]),
        (["run", "--for", "nan", "main.py"], ["--for", "nan"]),
        (["run", "--guard", "soon", "main.py"], ["--guard", "soon"]),
        (["run", "--loud", "main.py"], ["--loud"]),
        (["pins"], ["BOARD"]),
        (["pins", "nano"], ["nano", "pico"]),
        (["pins", "pcio"], ["no board 'pcio'; did you mean pico?"]),
        (
            ["run", "--show", "absent/x.png", "--attach", "ssd1306@i2c0", "main.py"],
            ["--show absent/x.png: there is"],
        ),
        (["run", "--show", ".", "--attach", "ssd1306@i2c0", "main.py"], ["--show .: a folder; name a file"]),
        (["repl", "--fast"], ["--fast"]),
    ],
)
def test_a_wrong_call_is_told_in_one_line(words: list[str], names: list[str], capsys: Captured) -> None:
    script("print('must not run')\n")
    line = complaint(words, capsys)
    assert [name for name in names if name not in line] == []


@pytest.mark.parametrize("name", ["locked.py", "folder"])
def test_a_script_that_may_not_be_read_is_named(name: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("folder").mkdir()
    for file in ("locked.py", "folder/main.py"):
        script("print('must not run')\n", file)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    line = complaint(["run", "--fast", name], capsys)
    assert name in line
    assert line.endswith(": Permission denied")


def test_a_board_file_that_is_no_toml_is_named(capsys: Captured) -> None:
    Path("mine.toml").write_text("port = \n")
    assert "mine.toml" in complaint(["run", "--board", "mine.toml", script("")], capsys)


def test_a_board_whose_backend_is_unknown_is_named(capsys: Captured) -> None:
    Path("mine.toml").write_text('backend = "teapot://"\n')
    line = complaint(["run", "--board", "mine.toml", script("")], capsys)
    assert "teapot://" in line
    assert "mock://" in line


# ---- which board


def chosen(capsys: Captured, *words: str) -> str:
    assert main(["run", *words, script("")]) == 0
    return capsys.readouterr().err


def test_the_choice_of_the_board(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(capsys).startswith("machine-compat: board mock: ")
    Path("pyproject.toml").write_text('[tool.machine_compat]\nboard = "esp32"\n')
    said = chosen(capsys)
    assert said.startswith("machine-compat: board esp32: ")
    assert said.endswith(f"simulated; chosen in {Path('pyproject.toml').absolute()}\n")
    monkeypatch.setenv("MACHINE_COMPAT_BOARD", "pyboard")
    assert chosen(capsys).endswith("simulated; chosen by $MACHINE_COMPAT_BOARD\n")
    said = chosen(capsys, "--board", "pico")
    assert said.startswith("machine-compat: board pico: ")
    assert said.endswith("simulated; chosen by --board\n")
    assert said.count("\n") == 1


def test_the_nearest_project_file_above_the_script_chooses(capsys: Captured) -> None:
    Path("pyproject.toml").write_text('[tool.machine_compat]\nboard = "boards/mine.toml"\n')
    Path("boards").mkdir()
    Path("boards/mine.toml").write_text('description = "My own"\n')
    Path("src").mkdir()
    assert main(["run", script("", "src/main.py")]) == 0
    assert "board mine: My own, simulated" in capsys.readouterr().err
    Path("src/pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert main(["run", "src/main.py"]) == 0
    assert "board mock: " in capsys.readouterr().err


@pytest.mark.parametrize("text", ["[tool.machine_compat", "[tool.machine_compat]\nboard = 5\n"])
def test_a_project_file_that_cannot_be_read_is_named(text: str, capsys: Captured) -> None:
    Path("pyproject.toml").write_text(text)
    assert "pyproject.toml" in complaint(["run", script("")], capsys)


def test_a_wrong_choice_names_the_place_of_it(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MACHINE_COMPAT_BOARD", "nano")
    assert "$MACHINE_COMPAT_BOARD: " in complaint(["run", script("")], capsys)


# ---- traces

BLINK = """\
from machine import Pin
import time
p = Pin(2, Pin.OUT)
for i in range(4):
    p.toggle()
    time.sleep_ms(5)
"""


def test_a_trace_on_stderr_has_a_line_for_each_call(capsys: Captured) -> None:
    assert main(["run", "--fast", "--trace", "-", script(BLINK)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(maxsplit=1)[1] for line in err.splitlines()[1:]] == ["GP2 = 1", "GP2 = 0", "GP2 = 1", "GP2 = 0"]


def test_a_trace_in_a_file_is_vcd_and_is_whole_after_an_error_too(capsys: Captured) -> None:
    assert main(["run", "--fast", "--trace", "out.vcd", script(BLINK + "1/0\n")]) == 1
    text = Path("out.vcd").read_text()
    assert "$enddefinitions $end" in text
    assert text.rstrip().splitlines()[-1].startswith("#20")
    assert capsys.readouterr().err.endswith("trace: out.vcd (open with PulseView or GTKWave)\n")


# ---- signals


def interrupted(text: str, *numbers: signal.Signals, options: Sequence[str] = ()) -> tuple[int, bytes, list[str]]:
    """Run a script that prints a line when it is ready for each signal."""
    with started("run", *options, script(text)) as process:
        assert process.stdout is not None
        for number in numbers:
            assert process.stdout.readline() == b"ready\n"
            process.send_signal(number)
        out, err = process.communicate(timeout=30)
    return process.returncode, out, err.decode().splitlines()[1:]


def test_ctrl_c_is_a_keyboard_interrupt_in_a_script_that_sleeps() -> None:
    text = "import time\ntry:\n    print('ready')\n    time.sleep(60)\nfinally:\n    print('off')\n"
    status, out, err = interrupted(text, signal.SIGINT)
    assert (status, out) == (130, b"off\n")
    assert err[0] == "Traceback (most recent call last):"
    assert err[-1].startswith("KeyboardInterrupt")


@pytest.mark.parametrize(
    "loop",
    ["for i in range(10**12): i", "while True: p.toggle()", "while True: pass", "input()", "while True: time.sleep(1)"],
)
@pytest.mark.parametrize("options", [[], ["--fast"]])
def test_ctrl_c_is_where_the_script_is_and_the_script_may_go_on(loop: str, options: list[str]) -> None:
    text = (
        "from machine import Pin\nimport time\np = Pin(2, Pin.OUT)\n"
        f"try:\n    print('ready')\n    {loop}\nexcept KeyboardInterrupt:\n    time.sleep_ms(1)\n    print('done')\n"
    )
    assert interrupted(text, signal.SIGINT, options=options) == (0, b"done\n", [])


def test_a_second_ctrl_c_ends_a_script_that_ignores_the_first() -> None:
    text = "import time\nwhile True:\n  try:\n    print('ready')\n    time.sleep(60)\n  except:\n    'no'\n"
    assert interrupted(text, signal.SIGINT, signal.SIGINT) == (130, b"", [])


def test_ctrl_c_ends_what_goes_on_after_the_script() -> None:
    text = "from machine import Timer\nt = Timer(period=50, callback=lambda t: print('ready'))\n"
    status, _, err = interrupted(text, signal.SIGINT)
    assert status == 130
    assert len(err) == 1


def test_sigterm_ends_the_run_without_a_word_to_the_script() -> None:
    text = "import time\ntry:\n    print('ready')\n    time.sleep(60)\nfinally:\n    print('off')\n"
    status, out, err = interrupted(text, signal.SIGTERM, options=["--trace", "out.vcd"])
    assert (status, out) == (143, b"")
    assert err == ["trace: out.vcd (open with PulseView or GTKWave)"]
    assert "$enddefinitions $end" in Path("out.vcd").read_text()


# ---- the other commands


def test_the_prompt_answers_a_pipe() -> None:
    typed = b"x = 20\nx + 1\nfor i in range(2):\n    i\n\ninput('? ')\nEve\n1/0\n'end'"
    status, out, err = ended("repl", "--board", "pico", typed=typed)
    assert status == 0
    assert out.decode().splitlines()[2:] == [
        ">>> >>> 21",
        ">>> ... ... 0",
        "1",
        ">>> ? 'Eve'",
        ">>> Traceback (most recent call last):",
        '  File "<stdin>", line 1, in <module>',
        "ZeroDivisionError: division by zero",
        ">>> 'end'",
        ">>> ",
    ]
    assert err == ["machine-compat: board pico: Raspberry Pi Pico (RP2040), simulated; chosen by --board"]


def test_the_prompt_is_left_with_a_status() -> None:
    assert ended("repl", typed=b"import sys\nsys.exit(4)\n1\n")[0] == 4


def test_the_boards_are_listed(capsys: Captured) -> None:
    assert main(["boards"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines]
    assert {line[max(map(len, names)) :][:2] for line in lines} == {"  "}
    assert {"mock", "pico", "esp32", "pyboard"} <= set(names)
    assert names == sorted(names)


def test_a_boards_pins_are_drawn(capsys: Captured) -> None:
    assert main(["pins", "pico"]) == 0
    assert "GP28" in capsys.readouterr().out


def test_the_chips_are_listed_with_the_form_of_their_place(capsys: Captured) -> None:
    assert main(["chips"]) == 0
    lines = capsys.readouterr().out.splitlines()
    heads = {line.split()[0] for line in lines if not line.startswith(" ")}
    assert {"bme280@i2cN", "24c01@i2cN", "w25q08@spiN:CS", "button@PIN", "hcsr04@TRIG,ECHO", "gps@uartN"} <= heads
    assert all(line.strip() for line in lines)


def test_the_version(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith(f"machine-compat {__version__} (cpython ")


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "-h"], ["repl", "-h"], ["boards", "-h"], ["pins", "-h"], ["chips", "-h"]]
)
def test_every_help_has_an_example(words: list[str], capsys: Captured) -> None:
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "\n  machine-compat " in text[text.index("example") :]
