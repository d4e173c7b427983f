"""The serial port that a board's firmware is on USB: the script's terminal, alone and beside its own interfaces."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import usb.core
import usb.util

from machine_compat.interpreter.life import Program
from machine_compat.machine.usb.stack import usb_of
from machine_compat.simulation import SimulatedBoard
from machine_compat.usbspec.descriptors import INTERRUPT, endpoint, interface
from tests.machine.usb_thing import Thing

ECHO = """
import sys
print("ready")
while True:
    line = sys.stdin.readline()
    print("got", line.strip())
"""

LIFE = """
import sys, machine
print("life")
if sys.stdin.readline().strip() == "again":
    machine.RESET()
"""

HID = """
import machine, time
usb = machine.USBDevice()
base = usb.BUILTIN_CDC
usb.builtin_driver = base
mine = MINE
cfg = bytearray(base.desc_cfg + mine)
cfg[2] = len(cfg)
cfg[4] = 3
opened = []
usb.config(base.desc_dev, cfg, {5: "Keys"}, open_itf_cb=lambda view: opened.append(bytes(view)))
usb.active(True)
while not opened:
    time.sleep_ms(10)
print("opened", len(opened), opened[0] == mine)
usb.submit_xfer(0x83, b"report")
while True:
    time.sleep_ms(100)
"""


@pytest.fixture
def plugged(tmp_path: Path) -> Iterator[Callable[..., SimulatedBoard]]:
    """Runs a script on a board that somebody looks at from its host."""
    boards: list[SimulatedBoard] = []

    def run(script: str, name: str = "pico", ms: float = 500) -> SimulatedBoard:
        (tmp_path / "main.py").write_text(script)
        board = SimulatedBoard(name)
        boards.append(board)
        board.run(tmp_path / "main.py", ms=1)
        assert board.usb.ports == []
        board.run_on(ms=ms)
        return board

    yield run
    for board in boards:
        board.close()


def pc_of(board: SimulatedBoard) -> Any:
    return usb.core.find(backend=board.usb.backend())


def test_nobody_looks_and_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import time\ntime.sleep_ms(500)\nprint(time.ticks_us())\n")
    with SimulatedBoard("pico") as board:
        board.run(tmp_path / "main.py")
        assert board.world.usb_host is None
        quiet = board.output
    with SimulatedBoard("pico") as board:
        _ = board.usb
        board.run(tmp_path / "main.py")
        assert board.output == quiet


@pytest.mark.parametrize(
    ("name", "vendor", "product"), [("pico", 0x2E8A, 5), ("esp32s3", 0x303A, 0x4001), ("xiao_samd21", 0xF055, 0x9802)]
)
def test_a_board_that_is_looked_at(
    plugged: Callable[..., SimulatedBoard], name: str, vendor: int, product: int
) -> None:
    board = plugged(ECHO, name)
    pc = pc_of(board)
    assert (pc.idVendor, pc.idProduct) == (vendor, product)
    assert pc.serial_number == board.board.port.unique_id.hex()
    assert [one.bInterfaceClass for one in pc[0]] == [2, 10]


@pytest.mark.parametrize("name", ["esp32", "esp8266", "microbit", "linux"])
def test_a_board_that_is_no_device_by_itself(plugged: Callable[..., SimulatedBoard], name: str) -> None:
    assert plugged(ECHO, name).usb.ports == []


def test_the_terminal(plugged: Callable[..., SimulatedBoard]) -> None:
    board = plugged(ECHO)
    port = board.usb.serial(board.gadget)
    board.run_on(ms=50)
    port.write(b"one\rtwo\n")
    board.run_on(ms=50)
    assert port.read(100) == b"got one\r\ngot two\r\n"
    assert board.output == "ready\ngot one\ngot two\n"
    board.type("three\n")
    board.run_on(ms=50)
    assert port.read(100) == b"got three\r\n"


def test_plain_pyusb_as_a_terminal(plugged: Callable[..., SimulatedBoard]) -> None:
    board = plugged(ECHO)
    pc = pc_of(board)
    for number in (0, 1):
        pc.detach_kernel_driver(number)
    assert bytes(pc.ctrl_transfer(0xA1, 0x21, 0, 0, 7)).hex() == "00c20100000008"
    pc.ctrl_transfer(0x21, 0x20, 0, 0, bytes.fromhex("80250000000008"))
    assert bytes(pc.ctrl_transfer(0xA1, 0x21, 0, 0, 7)).hex() == "80250000000008"
    pc.ctrl_transfer(0x21, 0x22, 1, 0)
    pc.write(0x02, b"hello\r")
    answer = b""
    while not answer.endswith(b"\n"):
        answer += bytes(pc.read(0x82, 64))
    assert answer == b"got hello\r\n"
    cdc = usb_of(board.board).cdc
    assert cdc is not None
    assert (cdc.dtr, cdc.rts, cdc.baudrate) == (True, False, 9600)
    with pytest.raises(usb.core.USBError):
        pc.ctrl_transfer(0xA1, 0x55, 0, 0, 7)


def test_what_was_printed_before_waits(plugged: Callable[..., SimulatedBoard]) -> None:
    board = plugged("import time\nfor n in range(100):\n    print('line', n)\n    time.sleep_ms(1)\n")
    port = board.usb.serial(board.gadget)
    board.run_on(ms=100)
    kept = port.read(1000)
    # A packet was ready before, and the FIFO has the latest 256 bytes.
    assert kept.endswith(b"line 98\r\nline 99\r\n")
    assert 256 <= len(kept) <= 320


def test_bytes_are_sent_as_they_are(plugged: Callable[..., SimulatedBoard]) -> None:
    script = "import sys\nsys.stdin.readline()\nsys.stdout.buffer.write(b'a\\nb')\nsys.stdout.write('c\\nd')\n"
    board = plugged(script)
    port = board.usb.serial(board.gadget)
    port.write(b"\r")
    board.run_on(ms=50)
    assert port.read(100) == b"a\nbc\r\nd"


def test_a_terminal_that_is_not_read_holds_the_script_up(plugged: Callable[..., SimulatedBoard]) -> None:
    script = (
        "import sys, time\nsys.stdin.readline()\nt = time.ticks_ms()\nprint('x' * 1000)\nt2 = time.ticks_ms() - t\n"
    )
    board = plugged(script + "while True:\n    time.sleep(1)\n    print(t2)\n")
    pc = pc_of(board)
    for number in (0, 1):
        pc.detach_kernel_driver(number)
    pc.ctrl_transfer(0x21, 0x22, 1, 0)
    pc.write(0x02, b"\r")
    board.run_on(ms=3000)
    # 500 ms without room, and the rest is dropped (MICROPY_HW_USB_CDC_TX_TIMEOUT); then the same for the line's end.
    assert 1000 <= int(board.output.split()[1]) <= 1010


def test_long_output_comes_whole(plugged: Callable[..., SimulatedBoard]) -> None:
    board = plugged("import sys\nsys.stdin.readline()\nprint('0123456789' * 300)\n")
    port = board.usb.serial(board.gadget)
    port.write(b"\r")
    board.run_on(ms=200)
    assert port.read(4000) == b"0123456789" * 300 + b"\r\n"


def test_full_packets_are_ended_by_an_empty_one(plugged: Callable[..., SimulatedBoard]) -> None:
    board = plugged("import sys\nsys.stdin.readline()\nsys.stdout.write('x' * 128)\n")
    pc = pc_of(board)
    for number in (0, 1):
        pc.detach_kernel_driver(number)
    pc.ctrl_transfer(0x21, 0x22, 1, 0)
    pc.write(0x02, b"\r")
    began = board.ms
    assert len(pc.read(0x82, 512, timeout=1000)) == 128
    assert board.ms - began < 20


def test_beside_the_scripts_interfaces(plugged: Callable[..., SimulatedBoard]) -> None:
    mine = interface(2, (3, 0, 0), endpoint(0x83, INTERRUPT, 8, 10), name=5)
    script = HID.replace("MINE", repr(mine))
    board = plugged(script, ms=600)
    assert board.output == "opened 1 True\n"
    pc = pc_of(board)
    assert [one.bInterfaceNumber for one in pc[0]] == [0, 1, 2]
    assert usb.util.get_string(pc, 5) == "Keys"
    pc.detach_kernel_driver(2)
    assert bytes(pc.read(0x83, 8)) == b"report"
    port = board.usb.serial(board.gadget)
    board.run_on(ms=20)
    assert port.read(100) == b"opened 1 True\r\n"


def test_a_soft_reset_keeps_the_terminal(plugged: Callable[..., SimulatedBoard]) -> None:
    script = (
        "import sys, machine\nprint('life')\nif sys.stdin.readline().strip() == 'again':\n    machine.soft_reset()\n"
    )
    board = plugged(script)
    port = board.usb.serial(board.gadget)
    board.run_on(ms=20)
    port.read(100)
    port.write(b"again\r")
    board.run_on(ms=20)
    assert port.open
    assert port.read(100) == b"life\r\n"
    port.write(b"over\r")
    board.run_on(ms=20)
    assert board.finished


def test_a_hard_reset_ends_the_terminal_and_it_comes_back(plugged: Callable[..., SimulatedBoard]) -> None:
    script = LIFE.replace("RESET", "reset")
    board = plugged(script)
    port = board.usb.serial(board.gadget)
    port.write(b"again\r")
    board.run_on(ms=20)
    assert not port.open
    assert pc_of(board) is None
    board.run_on(ms=300)
    assert pc_of(board) is not None
    port = board.usb.serial(board.gadget)
    board.run_on(ms=20)
    assert port.read(100) == b"life\r\n"


def test_a_soft_reset_takes_the_scripts_device_away(plugged: Callable[..., SimulatedBoard]) -> None:
    script = """
import machine, sys
usb = machine.USBDevice()
print(usb.active(), usb.builtin_driver is usb.BUILTIN_NONE)
sys.stdin.readline()
usb.builtin_driver = usb.BUILTIN_DEFAULT
dev = bytearray(usb.BUILTIN_DEFAULT.desc_dev)
dev[8:10] = b"\\x55\\xf0"
usb.config(dev, usb.BUILTIN_DEFAULT.desc_cfg, ())
usb.active(True)
sys.stdin.readline()
machine.soft_reset()
"""
    board = plugged(script)
    assert pc_of(board).idVendor == 0x2E8A
    board.type("\n")
    board.run_on(ms=500)
    assert pc_of(board).idVendor == 0xF055
    board.type("\n")
    board.run_on(ms=20)
    assert pc_of(board) is None
    board.run_on(ms=500)
    assert pc_of(board).idVendor == 0x2E8A
    assert board.output == "False True\n" * 2


def test_builtin_none_takes_the_terminal_away(plugged: Callable[..., SimulatedBoard]) -> None:
    script = """
import machine, sys
sys.stdin.readline()
usb = machine.USBDevice()
config = bytes.fromhex("09021200010100 8032 0904000000ff000000".replace(" ", ""))
usb.config(usb.BUILTIN_NONE.desc_dev, config, ())
usb.active(True)
sys.stdin.readline()
"""
    board = plugged(script)
    port = board.usb.serial(board.gadget)
    port.write(b"\r")
    board.run_on(ms=500)
    assert not port.open
    assert [one.bInterfaceClass for one in pc_of(board)[0]] == [0xFF]


def test_a_callback_that_prints_more_than_there_is_room_for() -> None:
    thing = Thing()
    device = thing.usb
    default = device.BUILTIN_DEFAULT
    config = bytearray(default.desc_cfg + interface(2, (0xFF, 0, 0)))
    config[2], config[4] = len(config), 3
    out = thing.board.stdout
    assert out is not None
    device.builtin_driver = default
    device.config(default.desc_dev, config, (), control_xfer_cb=lambda stage, _: out.write("x" * 1000))
    device.active(True)
    thing.run_ms(400)
    pc = thing.find(0x2E8A, detach=(0, 1))
    # Nobody has the port open: all of it is taken, and the latest is kept.
    assert pc.ctrl_transfer(0x21, 1, 0, 2) == 0
    thing.run_ms(1)
    pc.ctrl_transfer(0x21, 0x22, 1, 0)
    assert thing.output.count("x") == 2000
    thing.run_ms(1)
    with pytest.raises(usb.core.USBError):
        pc.ctrl_transfer(0x21, 1, 0, 2)
    thing.run_ms(1000)
    assert "OSError: TinyUSB callback can't recurse" in thing.output


def test_the_plain_face() -> None:
    """What other classes are built on: bytes in and out, and hooks."""
    thing = Thing()
    stack = usb_of(thing.board)
    stack.start()
    cdc = stack.cdc
    assert cdc is not None
    thing.run_ms(300)
    assert (cdc.connected, cdc.waiting, cdc.read(10), cdc.room) == (False, 0, b"", 256)
    seen: list[str] = []
    cdc.arrived = lambda: seen.append("arrived")
    cdc.lines_changed = lambda: seen.append("lines")
    port = thing.host.serial(thing.backend.gadget)
    thing.run_ms(20)
    port.write(b"to the board")
    thing.run_ms(5)
    assert (cdc.waiting, cdc.read(2), cdc.read(100)) == (12, b"to", b" the board")
    assert seen == ["lines", "arrived"]
    assert cdc.write(b"to the host") == 11
    thing.run_ms(5)
    assert port.read(100) == b"to the host"
    port.write(bytes(1000))
    thing.run_ms(50)
    # What has no room stays with the host.
    assert cdc.waiting == 256
    assert len(cdc.read(256)) == 256
    thing.run_ms(50)
    assert cdc.waiting == 256
    thing.backend.gadget.cable = False
    thing.run_ms(1)
    assert not cdc.connected


def test_a_halted_pipe_of_the_serial_port() -> None:
    thing = Thing()
    stack = usb_of(thing.board)
    stack.start()
    thing.run_ms(300)
    cdc = stack.cdc
    assert cdc is not None
    pc = thing.find(0x2E8A, detach=(0, 1))
    pc.ctrl_transfer(0x21, 0x22, 1, 0)
    pc.ctrl_transfer(0x02, 3, 0, 0x82)
    pc.ctrl_transfer(0x02, 3, 0, 0x02)
    cdc.write(b"waits")
    pc.clear_halt(0x82)
    pc.clear_halt(0x02)
    assert bytes(pc.read(0x82, 64)) == b"waits"
    assert pc.write(0x02, b"comes") == 5
    thing.run_ms(1)
    assert cdc.read(10) == b"comes"


def test_a_new_world_is_without_a_host(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(ECHO)
    with SimulatedBoard("pico") as board:
        for _ in range(2):
            assert board.usb.ports == []
            board.run(tmp_path / "main.py", ms=300)
            assert [port.number for port in board.usb.ports] == [1]
            board.type("x\n")
            board.gadget.cable = False
            board.run_on(ms=1)
            assert board.usb.ports == []
            board.renew()
            assert board.world.usb_host is None
            board.run(tmp_path / "main.py", ms=300)
            assert board.world.usb_host is None
            board.renew()


def test_a_closed_board_is_gone_from_its_world(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(ECHO)
    with SimulatedBoard("pico") as first:
        second = SimulatedBoard("pico2", world=first.world)
        second.start(Program(tmp_path / "main.py"))
        host = first.usb
        assert second.usb is host
        first.run(tmp_path / "main.py", ms=300)
        assert len(host.ports) == 2
        second.close()
        first.run_on(ms=500)
        assert [port.device for port in host.ports] == [first.gadget]
        first.run_on(ms=500)
        assert len(host.ports) == 1


def test_a_board_that_sleeps_deeply(plugged: Callable[..., SimulatedBoard]) -> None:
    script = "import machine, time\ntime.sleep_ms(400)\nmachine.deepsleep(1000)\n"
    board = plugged(script, ms=300)
    assert pc_of(board) is not None
    board.run_on(ms=1500)
    assert pc_of(board) is not None
    assert [line for line in board.usb.log if "disconnected" in line]


def test_a_host_that_waits_is_served_before_the_script_goes_on(plugged: Callable[..., SimulatedBoard]) -> None:
    """A script that sleeps does not run ahead of a read that its own report has ended."""
    script = """
import machine, time
usb = machine.USBDevice()
cfg = bytearray(usb.BUILTIN_DEFAULT.desc_cfg + MINE)
cfg[2] = len(cfg)
cfg[4] = 3
there = []
usb.builtin_driver = usb.BUILTIN_DEFAULT
usb.config(usb.BUILTIN_DEFAULT.desc_dev, cfg, None, there.append)
usb.active(True)
while not there:
    time.sleep_ms(1)
time.sleep_ms(1000)
for report in range(5):
    usb.submit_xfer(0x83, bytes([report]))
    time.sleep_ms(100)
"""
    mine = interface(2, (0xFF, 0, 0), endpoint(0x83, INTERRUPT, 8, 10))
    board = plugged(script.replace("MINE", repr(mine)), ms=500)
    pc = pc_of(board)
    began = board.ms
    read = [(bytes(pc.read(0x83, 8, timeout=2000)), board.ms - began) for _ in range(5)]
    assert [report for report, _ in read] == [bytes((number,)) for number in range(5)]
    steps = [later - earlier for (_, earlier), (_, later) in pairwise(read)]
    assert all(90 < step < 115 for step in steps)


def test_a_script_that_ends_with_its_last_change(plugged: Callable[..., SimulatedBoard]) -> None:
    board = plugged(
        "import machine\nusb = machine.USBDevice()\nusb.builtin_driver = usb.BUILTIN_DEFAULT\nusb.active(1)\n"
    )
    assert board.finished
    assert pc_of(board) is not None
    board = plugged(
        "import machine\nusb = machine.USBDevice()\nusb.active(0)\nusb.config(b'', b'', ())\nusb.active(1)\n"
    )
    assert "not accepted" in board.usb.log[-1]


def test_an_answer_that_comes_too_late_is_not_the_next_ones(plugged: Callable[..., SimulatedBoard]) -> None:
    script = """
import machine, time
usb = machine.USBDevice()
cfg = bytearray(usb.BUILTIN_DEFAULT.desc_cfg + MINE)
cfg[2] = len(cfg)
cfg[4] = 3

def control(stage, request):
    if stage == 1 and request[1] == 1:
        time.sleep_ms(100)
        return b"slow"
    return b"quick" if stage == 1 else True

usb.builtin_driver = usb.BUILTIN_DEFAULT
usb.config(usb.BUILTIN_DEFAULT.desc_dev, cfg, None, control_xfer_cb=control)
usb.active(True)
while True:
    time.sleep_ms(10)
"""
    board = plugged(script.replace("MINE", repr(interface(2, (0xFF, 0, 0)))), ms=500)
    pc = pc_of(board)
    assert bytes(pc.ctrl_transfer(0xA1, 1, 0, 2, 8, timeout=500)) == b"slow"
    for _ in range(3):
        with pytest.raises(usb.core.USBTimeoutError):
            pc.ctrl_transfer(0xA1, 1, 0, 2, 8, timeout=20)
        assert bytes(pc.ctrl_transfer(0xA1, 2, 0, 2, 8, timeout=500)) == b"quick"
