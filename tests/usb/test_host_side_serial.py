"""Serial ports of the virtual host: the kernel's driver cdc_acm as a test has it, and as pyserial has it on a pty."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import serial
import usb.core
from serial.tools import list_ports

from machine_compat.backends.mcp2221 import MCP2221Backend
from machine_compat.board import Board
from machine_compat.bridge.uart import node_of
from machine_compat.contract import UARTConfig, UARTEvent, Wiring
from machine_compat.errors import BusError, ConfigError, Unsupported
from machine_compat.interpreter.pace import Pacer
from machine_compat.mock.nets import connect
from machine_compat.mock.usb.cdc_acm import BUFFER
from machine_compat.mock.usb.device import Handshake
from machine_compat.mock.usb.devices.echo import USBEcho
from machine_compat.mock.usb.devices.serial import USBSerial
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.mcp2221 import MCP2221A
from machine_compat.mock.world import World
from machine_compat.profile import load
from machine_compat.simulation import SimulatedBoard
from machine_compat.usbspec.requests import Setup
from tests.same_script_boards import FOLDER, expected, run_directly

MS = 1_000_000
FRAME_MS = 10 / 9.6
"""One character at 9600 baud."""


@pytest.fixture
def adapter(host: VirtualHost) -> USBSerial:
    return host.plug(USBSerial())


# ---- as a test has it


def test_bytes_go_both_ways_at_the_speed_of_the_line(world: World, host: VirtualHost, adapter: USBSerial) -> None:
    port = host.serial(adapter)
    far = adapter.far
    began = world.now
    assert port.write(b"0123456789") == 10
    assert port.flush()
    world.run(world.now + 12 * MS)
    assert far.read() == b"0123456789"
    assert world.now - began >= 10 * FRAME_MS * MS
    far.write(b"hello")
    assert (port.in_waiting, port.read()) == (0, b"")
    assert port.read(5, timeout_ms=20) == b"hello"
    assert far.read() == b""


def test_a_read_waits_for_all_it_was_asked_for_and_no_longer(world: World, host: VirtualHost) -> None:
    adapter = host.plug(USBSerial())
    port = host.serial(adapter)
    adapter.far.write(b"abc")
    assert port.read(2, timeout_ms=1000) == b"ab"
    began = world.now
    assert port.read(9, timeout_ms=30) == b"c"
    assert world.now - began == 30 * MS
    adapter.far.write(b"x")
    assert port.read(timeout_ms=1000) == b"x"


def test_line_settings_reach_the_wire(world: World, host: VirtualHost, adapter: USBSerial) -> None:
    port = host.serial(adapter)
    port.configure(115_200, parity=0, stop=2)
    adapter.far.write(b"\x00")
    world.run(world.now + 20 * MS)
    port.read()
    port.write(b"\x55" * 20)
    port.flush()
    began = world.now
    world.run(world.now + 3 * MS)
    assert adapter.far.read() == b"\x55" * 20
    assert world.now - began < 20 * FRAME_MS * MS / 4


class Ledger(USBSerial):
    """Notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, int, bytes]] = []

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        self.asked.append((setup.bRequest, setup.wValue, data))
        return super().request(setup, data)


def test_what_the_driver_asks_of_a_device(world: World, host: VirtualHost) -> None:
    device = host.plug(Ledger())
    with host.serial(device) as port:
        assert (port.dtr, port.rts) == (True, True)
        port.rts = False
        port.dtr = False
        assert (port.dtr, port.rts) == (False, False)
        port.send_break(100)
        port.configure(1_000_000, 7, 1, 2)
    assert not port.open
    assert device.asked == [
        (0x20, 0, bytes.fromhex("80250000 00 00 08")),
        (0x22, 3, b""),
        (0x22, 1, b""),
        (0x22, 0, b""),
        (0x23, 100, b""),
        (0x20, 0, bytes.fromhex("40420f00 02 01 07")),
        (0x22, 0, b""),
    ]


def test_a_device_that_refuses_settings_still_carries_bytes(world: World, host: VirtualHost) -> None:
    class Stubborn(USBSerial):
        def request(self, setup: Setup, data: bytes) -> bytes | None:
            return None

    device = host.plug(Stubborn(loopback=1))
    port = host.serial(device)
    port.write(b"still")
    assert port.read(5, timeout_ms=100) == b"still"
    assert host.log[-1] == "port 1: cdc_acm: a request: the device stalled it"


class Source(USBSerial):
    """Sends 2000 packets, whenever the host asks for one."""

    sent = 0

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        if endpoint != 2 or self.sent >= 2000:
            return Handshake.NAK
        self.sent += 1
        return bytes((self.sent & 0xFF,)) * 63


ALL = b"".join(bytes((number & 0xFF,)) * 63 for number in range(1, 2001))


def test_nothing_is_lost_that_nobody_reads(world: World, host: VirtualHost) -> None:
    device = host.plug(Source())
    port = host.serial(device)
    world.run(world.now + 1_000 * MS)
    assert BUFFER - 64 < port.in_waiting <= BUFFER
    held = device.sent
    assert held < 2000
    got = b""
    while len(got) < len(ALL):
        got += port.read(1000, timeout_ms=100)
    assert got == ALL


def test_a_stalled_endpoint_is_cleared(world: World, host: VirtualHost) -> None:
    device = host.plug(USBSerial(loopback=1))
    port = host.serial(device)
    port.flush()
    device.halted.add(0x02)
    port.write(b"lost")
    port.write(b"kept")
    assert port.read(4, timeout_ms=100) == b"kept"
    assert "endpoint 0x02: the device stalled it" in host.log[-1]


def test_a_device_pulled_out_closes_the_port_and_keeps_what_had_come(world: World, host: VirtualHost) -> None:
    device = host.plug(USBSerial(loopback=1))
    port = host.serial(device)
    port.write(b"last words")
    world.run(world.now + 50 * MS)
    host.unplug(device)
    assert (port.open, port.read()) == (False, b"last words")
    with pytest.raises(ConfigError, match="the serial port is closed: its device was pulled out"):
        port.write(b"x")
    assert port.read(1, timeout_ms=10) == b""
    host.plug(device)
    again = host.serial(device)
    assert again is not port
    again.write(b"back")
    assert again.read(4, timeout_ms=100) == b"back"


def test_a_program_that_takes_the_interface_from_the_driver_closes_the_port(
    host: VirtualHost, adapter: USBSerial
) -> None:
    port = host.serial(adapter)
    assert host.serial(adapter) is port
    device = usb.core.find(idVendor=0x1209, backend=host.backend())
    device.detach_kernel_driver(0)
    assert not port.open
    with pytest.raises(ConfigError, match="USBSerial has no serial port 0 on this host: the kernel's driver cdc_acm"):
        host.serial(adapter)
    device.attach_kernel_driver(0)
    assert host.serial(adapter).open


def test_a_device_without_a_serial_port(host: VirtualHost, adapter: USBSerial) -> None:
    with pytest.raises(ConfigError, match="USBEcho has no serial port 0"):
        host.serial(host.plug(USBEcho()))
    with pytest.raises(ConfigError, match="has no serial port 1 on this host: it has 1"):
        host.serial(adapter, 1)


def test_settings_and_a_programs_control_transfers_take_turns(world: World, host: VirtualHost) -> None:
    device = host.plug(Ledger())
    port = host.serial(device)
    program = usb.core.find(idVendor=0x1209, backend=host.backend())
    for baudrate in range(1, 20):
        port.configure(baudrate * 1000)
    for _ in range(20):
        assert bytes(program.ctrl_transfer(0x80, 6, 0x0100, 0, 18)) == device.device_bytes
    world.run(world.now + 100 * MS)
    speeds = [int.from_bytes(data[:4], "little") for request, _, data in device.asked if request == 0x20]
    assert speeds == [9600, *range(1000, 20_000, 1000)]


def test_an_adapter_soldered_to_a_board(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "from machine import UART\nuart = UART(0, 9600)\nwhile True:\n    line = uart.readline()\n"
        "    if line:\n        uart.write(line.upper())\n"
    )
    with SimulatedBoard("pico") as board:
        adapter = board.attach("usbserial@usb,tx=GP1,rx=GP0")
        board.run(tmp_path / "main.py", ms=10)
        port = board.usb.serial(adapter)
        port.write(b"hello\n")
        assert port.read(6, timeout_ms=200) == b"HELLO\n"


# ---- as pyserial has it


def opened(path: str, world: World, **settings: object) -> serial.Serial:
    return serial.Serial(path, timeout=0, **settings)


def exchanged(world: World, port: serial.Serial, data: bytes) -> bytes:
    """What comes back, until it is as much as was sent."""
    port.write(data)
    return received(world, port, len(data))


def received(world: World, port: serial.Serial, count: int) -> bytes:
    end = world.now + 5_000 * MS
    got = b""
    while len(got) < count and world.now < end:
        world.run(world.now + 10 * MS)
        got += port.read(1000)
    return got


def test_pyserial_opens_the_pty(world: World, host: VirtualHost) -> None:
    device = host.plug(USBSerial(loopback=1))
    path = host.pty(device)
    with opened(path, world) as port:
        assert exchanged(world, port, bytes(range(256))) == bytes(range(256))
    with opened(path, world) as port:
        assert exchanged(world, port, b"once more") == b"once more"
    host.close_serials()
    with pytest.raises(serial.SerialException):
        opened(path, world)


def test_line_settings_of_the_pty_reach_the_device(world: World, host: VirtualHost) -> None:
    device = host.plug(Ledger())
    connect(device.terminal("TX"), device.terminal("RX"))
    path = host.pty(device)
    with opened(path, world, baudrate=115_200, stopbits=2) as port:
        assert exchanged(world, port, b"x") == b"x"
        port.baudrate = 57_600
        port.stopbits = 1
        assert exchanged(world, port, b"y") == b"y"
    host.close_serials()
    codings = [(int.from_bytes(data[:4], "little"), data[4:]) for request, _, data in device.asked if request == 0x20]
    assert codings == [(9600, b"\0\0\x08"), (115_200, b"\x02\0\x08"), (57_600, b"\0\0\x08")]


def test_dtr_and_rts_are_up_while_a_program_has_the_pty_open(world: World, host: VirtualHost) -> None:
    device = host.plug(Ledger())
    connect(device.terminal("TX"), device.terminal("RX"))
    path = host.pty(device)
    for _ in range(2):
        with opened(path, world) as port:
            assert exchanged(world, port, b"abc") == b"abc"
            port.write(b"never read")
            world.run(world.now + 50 * MS)
        world.run(world.now + 50 * MS)
    # A program that comes and goes between two looks.
    Path(path).write_bytes(b"quick")
    world.run(world.now + 50 * MS)
    with opened(path, world):
        world.run(world.now + 50 * MS)
    host.close_serials()
    assert [value for request, value, _ in device.asked if request == 0x22] == [3, 0, 3, 0, 3, 0, 3]


def test_a_link_names_the_pty_until_the_device_is_pulled_out(world: World, host: VirtualHost, tmp_path: Path) -> None:
    device = host.plug(USBSerial(loopback=1))
    link = tmp_path / "board"
    open_before = len(os.listdir("/proc/self/fd"))
    assert host.pty(device, link=link) == str(link)
    with pytest.raises(ConfigError, match="is on a pseudo terminal already"):
        host.pty(device)
    with opened(str(link), world) as port:
        assert exchanged(world, port, b"abc") == b"abc"
        host.unplug(device)
        with pytest.raises(OSError, match="Input/output error"):
            port.write(b"x")
    assert not link.is_symlink()
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_pty_of_the_command_line_goes_with_the_board(tmp_path: Path) -> None:
    link = tmp_path / "board"
    with SimulatedBoard("pico") as board:
        board.attach(f"usbserial@usb,loopback=1,pty={link}")
        with opened(str(link), board.world) as port:
            assert exchanged(board.world, port, b"abc") == b"abc"
    assert not link.is_symlink()


def test_a_link_whose_name_is_taken_leaves_nothing_open(host: VirtualHost, tmp_path: Path) -> None:
    device = host.plug(USBSerial())
    taken = tmp_path / "board"
    taken.write_text("mine")
    open_before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ConfigError, match=r"cannot be made a link to /dev/pts/.*: File exists"):
        host.pty(device, link=taken)
    assert taken.read_text() == "mine"
    assert len(os.listdir("/proc/self/fd")) == open_before
    host.pty(device)
    host.close_serials()


def test_a_reader_that_never_reads_holds_the_device_off_and_loses_nothing(world: World, host: VirtualHost) -> None:
    device = host.plug(Source())
    with opened(host.pty(device), world) as port:
        world.run(world.now + 500 * MS)
        assert 64 < device.sent < 2000
        assert received(world, port, len(ALL)) == ALL
    host.close_serials()


def test_the_ports_go_with_the_last_board_and_with_a_new_world() -> None:
    first = SimulatedBoard("pico")
    second = SimulatedBoard("pico", world=first.world)
    port = first.usb.serial(first.attach("usbserial@usb"))
    assert second.usb is first.usb
    second.close()
    assert port.open
    first.close()
    assert not port.open
    with SimulatedBoard("pico") as board:
        port = board.usb.serial(board.attach("usbserial@usb"))
        before = board.usb
        board.renew()
        assert not port.open
        assert board.usb is not before
        assert board.usb.ports == []


def test_another_process_talks_to_a_paced_world(world: World, host: VirtualHost) -> None:
    device = host.plug(USBSerial(loopback=1))
    program = (
        "import serial, sys\nport = serial.Serial(sys.argv[1], 115200, timeout=20)\nport.write(b'over there')\n"
        "print(port.read(10).decode())"
    )
    other = subprocess.Popen([sys.executable, "-c", program, host.pty(device)], stdout=subprocess.PIPE, text=True)
    pacer = Pacer(world, lambda: False)
    pacer.start()
    try:
        world.run(world.now + 30_000 * MS, lambda: other.poll() is not None)
    finally:
        pacer.stop()
        host.close_serials()
    assert other.communicate() == ("over there\n", None)


# ---- the UART of an MCP2221 as the bridge's backend has it


@pytest.fixture
def system(tmp_path: Path, host: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], MCP2221A]]:
    """Plugs in a chip whose serial port a system has: its place in sysfs, and its file in /dev."""
    dev = tmp_path / "dev"
    dev.mkdir()
    (tmp_path / "sys/bus/usb/devices").mkdir(parents=True)
    monkeypatch.setattr(MCP2221Backend, "sysfs", tmp_path / "sys")
    monkeypatch.setattr(MCP2221Backend, "dev", dev)

    def plug() -> MCP2221A:
        chip = host.plug(MCP2221A())
        place = tmp_path / f"sys/bus/usb/devices/1-{host.port(chip).number}:1.0/tty/ttyACM3"
        place.mkdir(parents=True)
        host.pty(chip, link=dev / "ttyACM3")
        return chip

    yield plug
    host.close_serials()


def backend_on(host: VirtualHost) -> MCP2221Backend:
    return MCP2221Backend(load("mcp2221").wiring(), usb_backend=host.backend(), clock=host.clock)


def test_the_uart_of_an_mcp2221_does_what_the_contract_says(host: VirtualHost, system: Callable[[], MCP2221A]) -> None:
    chip = system()
    connect(chip.terminal("UTX"), chip.terminal("URX"))
    backend = backend_on(host)
    uart = backend.uart("uart0")
    for config in (UARTConfig(115_200), UARTConfig(9_600, stop=2)):
        uart.configure(config)
        sent = bytes(range(100))
        before = backend.clock().now_ns()
        assert (uart.waiting(), uart.read(10), backend.clock().now_ns()) == (0, b"", before)
        assert uart.write(sent) == 100
        while not uart.drain(100 * MS):
            assert backend.clock().now_ns() < before + 1_000 * MS
        assert backend.clock().now_ns() >= before + 100 * config.frame_ns()
        got = b""
        while len(got) < 100:
            got += uart.read(7, 500 * MS)
        assert got == sent
        before = backend.clock().now_ns()
        assert uart.read(1, 5 * MS) == b""
        assert backend.clock().now_ns() <= before + 5 * MS
    uart.close()
    backend.close()


def test_the_same_script_on_the_uart_of_an_mcp2221(
    host: VirtualHost, system: Callable[[], MCP2221A], tmp_path: Path
) -> None:
    chip = system()
    script = FOLDER / "modem.py"
    chip.attach(f"dialogue@uart0,lines=1,file={FOLDER}/modem.txt")
    (tmp_path / "wiring.py").write_text("UART = 0\n")
    board = Board(load("mcp2221"), backend_on(host), script.parent)
    assert run_directly(board, script, tmp_path) == expected(script)


def test_events_of_the_uart_of_an_mcp2221(host: VirtualHost, system: Callable[[], MCP2221A]) -> None:
    chip = system()
    connect(chip.terminal("UTX"), chip.terminal("URX"))
    backend = backend_on(host)
    uart = backend.uart("uart0")
    heard: list[UARTEvent] = []
    uart.watch(UARTEvent.RX | UARTEvent.RX_IDLE | UARTEvent.TX_IDLE, heard.append)
    uart.configure(UARTConfig(115_200))
    uart.write(b"abc")
    host.world.run(host.world.now + 1_000 * MS, lambda: len(heard) == 3)
    assert heard == [UARTEvent.TX_IDLE, UARTEvent.RX, UARTEvent.RX_IDLE]
    assert uart.read(10) == b"abc"
    with pytest.raises(Unsupported, match="MCP2221: its driver tells of no BREAK"):
        uart.watch(UARTEvent.BREAK, heard.append)
    uart.close()
    with pytest.raises(BusError, match="the serial port of MCP2221 is not open"):
        uart.write(b"x")
    backend.close()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (UARTConfig(invert_tx=True), "inverts no signals"),
        (UARTConfig(flow_rts=True), "has no flow control"),
        (UARTConfig(bits=9), "/ttyACM3, the serial port of MCP2221: Not a valid byte size: 9"),
    ],
)
def test_settings_the_port_does_not_have(
    host: VirtualHost, system: Callable[[], MCP2221A], config: UARTConfig, said: str
) -> None:
    system()
    backend = backend_on(host)
    with pytest.raises(ConfigError, match=said):
        backend.uart("uart0").configure(config)
    backend.close()


def test_an_mcp2221_without_a_serial_port_of_the_system(
    host: VirtualHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.plug(MCP2221A())
    (tmp_path / "bus/usb/devices").mkdir(parents=True)
    monkeypatch.setattr(MCP2221Backend, "sysfs", tmp_path)
    backend = MCP2221Backend(Wiring(), usb_backend=host.backend(), clock=host.clock)
    with pytest.raises(ConfigError, match=r"MCP2221 on USB port 1-1: the system has no serial port for it; .* cdc_acm"):
        backend.uart("uart0").configure(UARTConfig())
    with pytest.raises(ConfigError, match="has no 'uart1'; it has uart0"):
        backend.uart("uart1")
    backend.close()


class Listed(NamedTuple):
    """A serial port as pyserial lists it."""

    device: str
    vid: int | None
    pid: int | None
    location: str | None


@pytest.mark.parametrize(
    ("ports", "node"),
    [
        ([Listed("COM3", 0x04D8, 0x00DD, "1-1:x.0"), Listed("COM4", 0x04D8, 0x00DD, "1-2:x.0")], "COM3"),
        ([Listed("COM1", None, None, None), Listed("COM5", 0x04D8, 0x00DD, None)], "COM5"),
        ([Listed("COM6", 0x04D8, 0x00DD, "1-7"), Listed("COM7", 0x04D8, 0x00DD, "1-8")], None),
        ([], None),
    ],
)
def test_where_a_system_without_sysfs_has_the_port(
    host: VirtualHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ports: list[Listed], node: str | None
) -> None:
    host.plug(MCP2221A())
    monkeypatch.setattr(list_ports, "comports", lambda: ports)
    device = usb.core.find(idVendor=0x04D8, backend=host.backend())
    if node is None:
        with pytest.raises(ConfigError, match="the system has no serial port for it"):
            node_of(device, "MCP2221", tmp_path)
    else:
        assert node_of(device, "MCP2221", tmp_path) == node


def test_an_mcp2221_that_is_pulled_out_while_its_uart_is_open(
    host: VirtualHost, system: Callable[[], MCP2221A]
) -> None:
    chip = system()
    backend = backend_on(host)
    uart = backend.uart("uart0")
    uart.configure(UARTConfig())
    host.unplug(chip)
    with pytest.raises(BusError, match="MCP2221 was unplugged, or its serial port failed"):
        uart.read(1)
    with pytest.raises(BusError, match="MCP2221 was unplugged, or its serial port failed"):
        uart.write(b"x")
    uart.close()
    backend.close()
