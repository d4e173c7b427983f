"""`machine-compat run --usb pty`: the board's serial ports on pseudo terminals, for the programs of this computer."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import serial

from machine_compat.cli import main

Run = Callable[..., "Running"]
READY = "machine-compat: the board's USB serial port"

ECHO = """
import sys
print("ready")
for line in sys.stdin:
    print("got", line.strip())
    if line == "end\\n":
        break
print("bye")
"""
SPIN = """
import time
print("ready")
while True:
    time.sleep_ms(1)
"""
SECOND = """
import machine, time
usb = machine.USBDevice()
base = usb.BUILTIN_CDC
usb.builtin_driver = base
cfg = bytearray(base.desc_cfg + bytes.fromhex(
    "080b020202020000" "0904020001020200 00" "0524002001" "0524060203" "0705830308 0010"
    "09040300020a000000" "0705040240 0000" "0705840240 0000"
))
cfg[2:4] = len(cfg).to_bytes(2, "little")
cfg[4] = 4
buffer = bytearray(64)

def opened(descriptors):
    usb.submit_xfer(0x04, buffer)

def moved(endpoint, result, count):
    if endpoint == 0x04:
        usb.submit_xfer(0x84, bytes(buffer[:count]).upper())
    else:
        usb.submit_xfer(0x04, buffer)

usb.config(base.desc_dev, cfg, {}, open_itf_cb=opened, xfer_cb=moved, control_xfer_cb=lambda stage, request: True)
usb.active(True)
time.sleep(60)
"""


class Running:
    """The command as a process of its own. paths: where its serial ports are, as it said."""

    def __init__(self, words: Sequence[str]) -> None:
        command = [sys.executable, "-m", "machine_compat", "run", "--board", "pico", *words]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)

    def path(self) -> str:
        """The next path it says."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.startswith(READY):
                return line.rpartition(": ")[2].strip()
        raise AssertionError("no serial port")

    def open(self, path: str) -> serial.Serial:
        return serial.Serial(path, 115_200, timeout=30)

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Starts the command with a script."""
    began: list[Running] = []

    def start(script: str, *words: str) -> Running:
        (tmp_path / "main.py").write_text(script)
        began.append(Running([*words, str(tmp_path / "main.py")]))
        return began[-1]

    yield start
    for one in began:
        one.process.kill()
        one.process.communicate()


def test_a_program_reads_what_is_printed_and_types(run: Run) -> None:
    board = run(ECHO, "--usb", "pty")
    path = board.path()
    with board.open(path) as port:
        assert port.readline() == b"ready\r\n"
        port.write(b"hello\r")
        assert port.readline() == b"got hello\r\n"
    # Another program, which finds the script where it was.
    with board.open(path) as port:
        port.write(b"end\r")
        assert (port.readline(), port.readline()) == (b"got end\r\n", b"bye\r\n")
    assert board.end() == (0, "ready\ngot hello\ngot end\nbye\n", "")
    assert not os.path.exists(path)


def test_ctrl_c_typed_there_stops_the_script(run: Run) -> None:
    board = run(SPIN, "--usb", "pty")
    with board.open(board.path()) as port:
        assert port.readline() == b"ready\r\n"
        port.write(b"\x03")
        shown = b"".join(iter(port.readline, b"KeyboardInterrupt: \r\n"))
    assert shown.startswith(b"Traceback (most recent call last):\r\n")
    status, out, err = board.end()
    assert out.splitlines()[-1] == "KeyboardInterrupt: "
    assert (status, err) == (0, "")


def test_a_script_that_nobody_listens_to_is_not_held_up(run: Run) -> None:
    board = run("for number in range(2000):\n    print(number)\nprint('end')\n", "--usb", "pty")
    status, out, _ = board.end()
    assert (status, out.splitlines()[-1]) == (0, "end")


def test_a_link_names_it_while_the_board_runs(run: Run, tmp_path: Path) -> None:
    link = tmp_path / "board"
    board = run(ECHO, "--usb", f"pty:{link}")
    assert board.path() == str(link)
    assert os.readlink(link).startswith("/dev/pts/")
    with board.open(str(link)) as port:
        port.write(b"end\r")
        assert port.readline() == b"ready\r\n"
        port.read_until(b"bye\r\n")
    assert board.end()[0] == 0
    assert not link.is_symlink()


def test_the_scripts_own_serial_port_appears_beside_it(run: Run, tmp_path: Path) -> None:
    link = tmp_path / "board"
    board = run(SECOND, "--usb", f"pty:{link}", "--for", "60")
    while (path := board.path()) == str(link):
        continue
    assert path == f"{link}2"
    with board.open(path) as port:
        port.write(b"whisper")
        assert port.read(7) == b"WHISPER"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--usb", "pty", "--fast"], "leave --fast out"),
        (["--usb", "pty", "--board", "esp32"], "board esp32 is no USB device"),
        (["--usb", "pty:"], "write pty, pty:/tmp/board or vhci"),
        (["--usb", "tty"], "write pty, pty:/tmp/board or vhci"),
        (["--usb", "pty:main.py"], "--usb pty:main.py: there is such a file already"),
        (["--usb", "pty:nowhere/board"], "--usb pty:nowhere/board: no folder nowhere"),
        (["--usb", "pty", "--vm", "both"], "--vm both runs two boards"),
    ],
)
def test_what_cannot_be(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "main.py"
    script.write_text("print('never')\n")
    board = [] if "--board" in words else ["--board", "pico"]
    assert main(["run", *board, *words, str(script)]) == 2
    out, err = capsys.readouterr()
    assert (out, script.read_text()) == ("", "print('never')\n")
    assert told in err.splitlines()[-1]
