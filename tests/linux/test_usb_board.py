"""This file shows a simulated board to the kernel with `run --usb vhci`: a serial port, and a keyboard."""

import os
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import serial

from tests.bench.rig import ROOT
from tests.bench.usb import FREE, load_modules, ports, wait_for

CLASSES = Path("/sys/class")
EVENT = struct.Struct("qqHHi")
"""struct input_event."""
EV_KEY, KEY_A, PRESSED = 1, 30, 1

PRINTS = """\
import time
turn = 0
while True:
    print("turn", turn)
    turn += 1
    time.sleep_ms(100)
"""
KEYBOARD = """\
import machine
import struct
import time

KEYS = bytes.fromhex("05010906a101050719e029e71500250175019508810275089501810195067508250f1500050719002965 8100c0")
usb = machine.USBDevice()
number, endpoint = usb.BUILTIN_DEFAULT.itf_max, 0x80 | usb.BUILTIN_DEFAULT.ep_max
hid = bytes((9, 4, number, 0, 1, 3, 1, 1, 0)) + struct.pack("<BBHBBBH", 9, 0x21, 0x111, 0, 1, 0x22, len(KEYS))
hid += struct.pack("<BBBBHB", 7, 5, endpoint, 3, 8, 10)
whole = bytearray(usb.BUILTIN_DEFAULT.desc_cfg + hid)
whole[2:4] = struct.pack("<H", len(whole))
whole[4] += 1
there = []


def control(stage, request):
    kind, number, value, index, length = struct.unpack("<BBHHH", bytes(request))
    if stage == 1 and (kind, number, value >> 8) == (0x81, 6, 0x22):
        return KEYS
    return stage != 1 or kind == 0x21


def press():
    for report in (b"\\0\\0\\x04\\0\\0\\0\\0\\0", bytes(8)):
        usb.submit_xfer(endpoint, report)
        time.sleep_ms(50)


usb.active(False)
usb.builtin_driver = usb.BUILTIN_DEFAULT
usb.config(usb.BUILTIN_DEFAULT.desc_dev, whole, (), there.append, there.clear, control)
usb.active(True)
while True:
    time.sleep_ms(200)
    if there:
        press()
        print("pressed")
"""


@contextmanager
def running(folder: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    """A board that runs a script, plugged into this computer; ended with Ctrl-C."""
    load_modules("vhci-hcd", "cdc_acm", "usbhid", "hid-generic", "evdev")
    (folder / "main.py").write_text(script, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "machine_compat",
        "run",
        "--board",
        "pico",
        "--usb",
        "vhci",
        str(folder / "main.py"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as board:
        try:
            yield board
        finally:
            board.send_signal(signal.SIGINT)
            said, _ = board.communicate(timeout=30)
    assert board.returncode == 130, said
    wait_for("free ports", lambda: {int(row[2]) for row in ports().values()} == {FREE})


def made(kind: str, pattern: str) -> str:
    """The node of what a driver has made of the board, once it is there; kind: its class in sysfs."""

    def look() -> str | None:
        found = (path for path in (CLASSES / kind).glob(pattern) if "vhci_hcd" in str(path.resolve()))
        uevents = ((path / "uevent").read_text() for path in found)
        nodes = (f"/dev/{line.partition('=')[2]}" for text in uevents for line in text.split() if "DEVNAME=" in line)
        return next((node for node in nodes if os.path.exists(node)), None)

    return wait_for(pattern, look)


def test_what_a_script_prints_comes_out_of_the_boards_serial_port(tmp_path: Path) -> None:
    with running(tmp_path, PRINTS), serial.Serial(made("tty", "ttyACM*"), timeout=20) as port:
        port.readline()
        first = int(port.readline().removeprefix(b"turn "))
        assert port.readline() == b"turn %d\r\n" % (first + 1)


def test_a_script_makes_the_board_a_keyboard(tmp_path: Path) -> None:
    with running(tmp_path, KEYBOARD):
        keyboard = os.open(made("input", "event*"), os.O_RDONLY)
        try:
            assert (EV_KEY, KEY_A, PRESSED) in (next_event(keyboard) for _ in range(20))
        finally:
            os.close(keyboard)


def next_event(node: int) -> tuple[int, int, int]:
    """Type, code and value of what an input device says next."""
    assert select.select([node], [], [], 20)[0], "no key was pressed"
    _, _, kind, code, value = EVENT.unpack(os.read(node, EVENT.size))
    return kind, code, value
