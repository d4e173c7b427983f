"""The simulated devices that scripts talk to over USB: echo, keyboard and disk, and how --attach plugs them in."""

import errno
import struct
from array import array
from pathlib import Path

import pytest
import usb.core
import usb.util
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.cli import main
from machine_compat.errors import ConfigError
from machine_compat.mock.devices.sdcard_blocks import MemoryBlocks
from machine_compat.mock.usb.device import Handshake, SimulatedDevice
from machine_compat.mock.usb.devices import parts
from machine_compat.mock.usb.devices.disk import USBDisk
from machine_compat.mock.usb.devices.echo import USBEcho
from machine_compat.mock.usb.devices.keyboard import USBKeyboard
from machine_compat.mock.usb.host import VirtualHost, host_of
from machine_compat.mock.usb.mass_storage import MassStorage
from machine_compat.mock.usb.scsi import SCSIDisk
from machine_compat.mock.world import World
from machine_compat.simulation import SimulatedBoard
from machine_compat.usbspec.descriptors import configuration, device_descriptor
from machine_compat.usbspec.hid import KEYBOARD_REPORTS
from machine_compat.usbspec.requests import Setup
from machine_compat.usbspec.storage import storage_interface

MS = 1_000_000


def found(host: VirtualHost, product: int) -> usb.core.Device:
    """The device with this product id, free of the kernel's driver and configured."""
    device = usb.core.find(idVendor=0x1209, idProduct=product, backend=host.backend())
    if device.is_kernel_driver_active(0):
        device.detach_kernel_driver(0)
    device.set_configuration()
    return device


# ---- one host a world


def test_a_world_has_one_host() -> None:
    world = World()
    assert world.usb_host is None
    host = host_of(world)
    assert host_of(world) is host
    assert host.world is world
    assert host_of(World()) is not host


# ---- echo


def test_echo_on_both_pairs_of_endpoints(host: VirtualHost) -> None:
    host.plug(USBEcho())
    device = found(host, 1)
    for out, back in ((0x01, 0x81), (0x02, 0x82)):
        assert device.write(out, b"abc") == 3
        assert device.write(out, bytes(130)) == 130
        assert bytes(device.read(back, 64)) == b"abc"
        assert bytes(device.read(back, 130)) == bytes(130)


def test_echo_of_vendor_requests(host: VirtualHost) -> None:
    echo = host.plug(USBEcho("E7"))
    device = found(host, 1)
    assert (device.manufacturer, device.product, device.serial_number) == ("machine_compat", "echo", "E7")
    assert device.ctrl_transfer(0x40, 1, 0x5A) == 0
    assert bytes(device.ctrl_transfer(0xC0, 2, 0, 0, 8)) == b"\x5a"
    assert device.ctrl_transfer(0x40, 1, 0, 0, b"kept here") == 9
    assert echo.kept == b"kept here"
    assert bytes(device.ctrl_transfer(0xC0, 2, 0, 0, 4)) == b"kept"
    assert bytes(device.ctrl_transfer(0xC0, 3, 0x1234, 0x5678, 4)) == b"\x34\x12\x78\x56"
    with pytest.raises(usb.core.USBError, match="Pipe error"):
        device.ctrl_transfer(0xC0, 9, 0, 0, 4)


def test_echo_forgets_what_it_held_when_it_is_reset(host: VirtualHost) -> None:
    host.plug(USBEcho(capacity=64))
    device = found(host, 1)
    assert device.write(1, bytes(100), timeout=20) == 64
    device.reset()
    with pytest.raises(usb.core.USBTimeoutError):
        device.read(0x81, 64, timeout=20)


# ---- keyboard


@pytest.fixture
def keyboard(host: VirtualHost) -> USBKeyboard:
    return host.plug(USBKeyboard())


def reports(device: usb.core.Device, count: int) -> list[str]:
    return [bytes(device.read(0x81, 8)).hex() for _ in range(count)]


def test_a_keyboard_is_what_its_descriptors_say(host: VirtualHost, keyboard: USBKeyboard) -> None:
    device = usb.core.find(idVendor=0x1209, idProduct=2, backend=host.backend())
    assert host.ports[0].drivers == {0: "usbhid"}
    interface = device.get_active_configuration()[(0, 0)]
    assert (interface.bInterfaceClass, interface.bInterfaceSubClass, interface.bInterfaceProtocol) == (3, 1, 1)
    assert list(interface.extra_descriptors)[7] == len(KEYBOARD_REPORTS) == 63
    device.detach_kernel_driver(0)
    assert bytes(device.ctrl_transfer(0x81, 6, 0x2200, 0, 255)) == KEYBOARD_REPORTS
    assert bytes(device.ctrl_transfer(0x81, 6, 0x2100, 0, 9)) == bytes(interface.extra_descriptors)


def test_typing(host: VirtualHost, keyboard: USBKeyboard) -> None:
    device = found(host, 2)
    keyboard.type("hI\n")
    assert reports(device, 6) == [
        "00000b0000000000",
        "0000000000000000",
        "02000c0000000000",
        "0000000000000000",
        "0000280000000000",
        "0000000000000000",
    ]
    with pytest.raises(usb.core.USBTimeoutError):
        device.read(0x81, 8, timeout=50)
    with pytest.raises(ValueError, match="no key for 'é'"):
        keyboard.type("caf\u00e9")
    with pytest.raises(usb.core.USBTimeoutError):
        device.read(0x81, 8, timeout=50)


def test_keys_held_together(host: VirtualHost, keyboard: USBKeyboard) -> None:
    device = found(host, 2)
    keyboard.press("ctrl", "right alt", "a")
    keyboard.press("f1", "enter", "left", "7", "z")
    keyboard.press("x")
    keyboard.release("a", "ctrl")
    keyboard.release()
    assert reports(device, 5) == [
        "4100040000000000",
        "4100043a2850241d",
        "4100010101010101",
        "40003a2850241d1b",
        "0000000000000000",
    ]
    for key in ("A", "hyper", "", "\0"):
        with pytest.raises(ValueError, match="usbkeyboard has no key"):
            keyboard.press(key)


def test_a_report_an_interval_and_the_last_one_on_request(world: World, host: VirtualHost) -> None:
    keyboard = host.plug(USBKeyboard())
    device = found(host, 2)
    keyboard.press("a")
    keyboard.release("a")
    device.read(0x81, 8)
    began = world.now
    assert bytes(device.ctrl_transfer(0xA1, 1, 0x0100, 0, 8)).hex() == "0000040000000000"
    device.read(0x81, 8)
    assert 9 * MS < world.now - began <= 11 * MS


def test_leds(host: VirtualHost, keyboard: USBKeyboard) -> None:
    device = found(host, 2)
    assert keyboard.leds == frozenset()
    assert device.ctrl_transfer(0x21, 9, 0x0200, 0, b"\x03") == 1
    assert keyboard.leds == {"num lock", "caps lock"}
    assert bytes(device.ctrl_transfer(0xA1, 1, 0x0200, 0, 1)) == b"\x03"
    for wrong in (b"", b"\1\2"):
        with pytest.raises(usb.core.USBError, match="Pipe error"):
            device.ctrl_transfer(0x21, 9, 0x0200, 0, wrong)


def test_an_idle_rate_repeats_the_report_that_stands(world: World, host: VirtualHost, keyboard: USBKeyboard) -> None:
    device = found(host, 2)
    assert bytes(device.ctrl_transfer(0xA1, 2, 0, 0, 1)) == b"\0"
    device.ctrl_transfer(0x21, 0x0A, 25 << 8, 0)
    assert bytes(device.ctrl_transfer(0xA1, 2, 0, 0, 1)) == bytes((25,))
    keyboard.press("a")
    began = world.now
    assert set(reports(device, 4)) == {"0000040000000000"}
    assert 300 * MS <= world.now - began <= 340 * MS
    device.ctrl_transfer(0x21, 0x0A, 0, 0)
    with pytest.raises(usb.core.USBTimeoutError):
        device.read(0x81, 8, timeout=500)


def test_the_boot_protocol(host: VirtualHost, keyboard: USBKeyboard) -> None:
    device = found(host, 2)
    device.ctrl_transfer(0x21, 0x0B, 0, 0)
    assert (bytes(device.ctrl_transfer(0xA1, 3, 0, 0, 1)), keyboard.protocol) == (b"\0", 0)
    with pytest.raises(usb.core.USBError, match="Pipe error"):
        device.ctrl_transfer(0x21, 0x0B, 2, 0)
    device.reset()
    assert keyboard.protocol == 1


# ---- disk


class Stick:
    """What a driver of mass storage does: a command, its data, its status."""

    def __init__(self, device: usb.core.Device) -> None:
        self.device = device
        self.tag = 0

    def begin(self, command: bytes, length: int, to_host: bool) -> None:
        self.tag += 1
        head = struct.pack("<4sIIBBB", b"USBC", self.tag, length, to_host << 7, 0, len(command))
        assert self.device.write(0x01, (head + command).ljust(31, b"\0")) == 31

    def status(self) -> tuple[int, int]:
        """The residue and the status of the command."""
        signature, tag, residue, status = struct.unpack("<4sIIB", bytes(self.device.read(0x81, 13)))
        assert (signature, tag) == (b"USBS", self.tag)
        return residue, status

    def read(self, command: bytes, length: int) -> tuple[bytes, int, int]:
        """The data, the residue and the status. What had come before an endpoint halted is in the buffer."""
        self.begin(command, length, True)
        data = array("B", bytes(length))
        if length:
            try:
                self.device.read(0x81, data)
            except usb.core.USBError as error:
                if error.errno != errno.EPIPE:
                    raise
                self.device.clear_halt(0x81)
        residue, status = self.status()
        return data[: length - residue].tobytes(), residue, status

    def write(self, command: bytes, data: bytes) -> tuple[int, int]:
        self.begin(command, len(data), False)
        try:
            self.device.write(0x01, data)
        except usb.core.USBError as error:
            if error.errno != errno.EPIPE:
                raise
            self.device.clear_halt(0x01)
        return self.status()

    def sense(self) -> tuple[int, int]:
        data, residue, status = self.read(bytes((3, 0, 0, 0, 18, 0)), 18)
        assert (len(data), residue, status) == (18, 0, 0)
        return data[2], data[12]


def read10(first: int, count: int, code: int = 0x28) -> bytes:
    return struct.pack(">BBIBHB", code, 0, first, 0, count, 0)


IMAGE = b"".join(bytes((number,)) * 512 for number in range(40))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "stick.img"
    path.write_bytes(IMAGE)
    return path


@pytest.fixture
def disk(host: VirtualHost, image: Path) -> USBDisk:
    return host.plug(USBDisk(image))


@pytest.fixture
def stick(host: VirtualHost, disk: USBDisk) -> Stick:
    return Stick(found(host, 4))


def test_what_a_disk_says_of_itself(host: VirtualHost, stick: Stick) -> None:
    assert bytes(stick.device.ctrl_transfer(0xA1, 0xFE, 0, 0, 1)) == b"\0"
    data, residue, status = stick.read(bytes((0x12, 0, 0, 0, 36, 0)), 36)
    assert (data[:2], data[8:16], data[16:32], data[32:], residue, status) == (
        b"\x00\x80",
        b"MCOMPAT ",
        b"disk            ",
        b"1.00",
        0,
        0,
    )
    assert stick.read(bytes((0x25,)) + bytes(9), 8) == (struct.pack(">II", 39, 512), 0, 0)
    assert stick.read(bytes((0x23,)) + bytes(6) + b"\0\xff\0", 255)[0] == struct.pack(">IIBBH", 8, 40, 2, 0, 512)
    assert stick.read(bytes((0x1A, 0, 0x3F, 0, 192, 0)), 192) == (b"\x03\x00\x80\x00", 188, 0)
    assert stick.read(bytes((0x5A, 0, 0x3F, 0, 0, 0, 0, 0, 192, 0)), 192)[0][3] == 0x80
    assert stick.read(bytes(6), 0) == (b"", 0, 0)


def test_reading(stick: Stick) -> None:
    assert stick.read(read10(0, 1), 512) == (IMAGE[:512], 0, 0)
    assert stick.read(read10(3, 37), 37 * 512) == (IMAGE[3 * 512 :], 0, 0)
    assert stick.read(read10(0, 0), 0) == (b"", 0, 0)


def test_a_write_is_refused_and_the_image_is_as_it_was(stick: Stick, image: Path) -> None:
    assert stick.write(read10(0, 1, 0x2A), bytes(512)) == (512, 1)
    assert stick.sense() == (0x07, 0x27)
    assert stick.sense() == (0, 0)
    assert image.read_bytes() == IMAGE


@pytest.mark.parametrize(
    ("command", "length", "sense"),
    [
        (read10(40, 1), 512, (0x05, 0x21)),
        (read10(39, 2), 1024, (0x05, 0x21)),
        (read10(0xFFFFFFFF, 1), 512, (0x05, 0x21)),
        (bytes((0x04, 0, 0, 0, 0, 0)), 0, (0x05, 0x20)),
        (bytes((0x12, 1, 0x80, 0, 36, 0)), 36, (0x05, 0x24)),
        (bytes((0x1A, 0, 0x08, 0, 192, 0)), 192, (0x05, 0x24)),
        (read10(38, 3, 0x2F), 0, (0x05, 0x21)),
    ],
)
def test_a_command_that_fails_says_why(stick: Stick, command: bytes, length: int, sense: tuple[int, int]) -> None:
    assert stick.read(command, length) == (b"", length, 1)
    assert stick.sense() == sense
    assert stick.read(read10(1, 1), 512) == (IMAGE[512:1024], 0, 0)


def test_a_medium_that_is_taken_out_and_put_back(stick: Stick, disk: USBDisk) -> None:
    assert stick.read(bytes((0x1E, 0, 0, 0, 1, 0)), 0)[2] == 0
    assert stick.read(bytes((0x1B, 0, 0, 0, 2, 0)), 0)[2] == 0
    assert not disk.disk.present
    for command, length in ((bytes(6), 0), (read10(0, 1), 512), (bytes((0x25,)) + bytes(9), 8)):
        assert stick.read(command, length)[2] == 1
        assert stick.sense() == (0x02, 0x3A)
    disk.disk.present = True
    assert stick.read(bytes(6), 0) == (b"", 0, 0)


def test_an_image_that_vanishes_is_a_medium_error(stick: Stick, image: Path) -> None:
    image.unlink()
    assert stick.read(read10(0, 1), 512) == (b"", 512, 1)
    assert stick.sense() == (0x03, 0x11)


def test_what_is_no_command_halts_both_endpoints_until_the_reset(stick: Stick) -> None:
    device = stick.device
    device.write(0x01, b"USBX" + bytes(27))
    for _ in range(2):
        for act in (lambda: device.read(0x81, 13), lambda: device.write(0x01, bytes(31))):
            with pytest.raises(usb.core.USBError, match="Pipe error"):
                act()
        device.clear_halt(0x81)
        device.clear_halt(0x01)
    device.ctrl_transfer(0x21, 0xFF, 0, 0)
    assert stick.read(read10(0, 1), 512) == (IMAGE[:512], 0, 0)


def test_where_host_and_disk_mean_different_data(stick: Stick) -> None:
    # Less than the host expects: a short packet, or a halt where the last packet was full.
    assert stick.read(read10(0, 1), 700) == (IMAGE[:512], 188, 0)
    assert stick.read(bytes((0x12, 0, 0, 0, 36, 0)), 64)[1:] == (28, 0)
    # More than it expects, none where the disk has some, the other direction.
    assert stick.read(read10(0, 2), 512)[2] == 2
    assert stick.read(read10(0, 1), 0) == (b"", 0, 2)
    assert stick.write(read10(0, 1), bytes(512))[1] == 2
    # Data where the disk has none.
    assert stick.read(bytes(6), 64) == (b"", 64, 0)
    assert stick.write(bytes(6), bytes(64)) == (64, 0)


@pytest.mark.parametrize(
    ("setup", "said"), [((0xA1, 0xFE, 1, 0, 1), "Pipe"), ((0x21, 0xFF, 1, 0, None), "Pipe"), ((0x21, 1), "Pipe")]
)
def test_requests_that_are_none(stick: Stick, setup: tuple[int, ...], said: str) -> None:
    with pytest.raises(usb.core.USBError, match=said):
        stick.device.ctrl_transfer(*setup)


class Writable(SimulatedDevice):
    """A disk in memory that can be written."""

    device_bytes = device_descriptor(0x1209, 0x0004, 0x0100)
    configuration_bytes = configuration(storage_interface(0, 1, 64))

    def __init__(self, blocks: MemoryBlocks) -> None:
        super().__init__("", "", "")
        self._storage = MassStorage(self, SCSIDisk(blocks, 100), 1, 64)

    def settled(self) -> None:
        self._storage.reset()

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        return self._storage.request(setup)

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        return self._storage.accept(data)

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        return self._storage.give()


class Full(MemoryBlocks):
    def write(self, block: int, data: bytes) -> None:
        if block == 9:
            raise OSError(errno.ENOSPC, "full")
        super().write(block, data)


def test_a_disk_that_can_be_written(host: VirtualHost) -> None:
    blocks = Full()
    host.plug(Writable(blocks))
    stick = Stick(found(host, 4))
    assert stick.read(bytes((0x1A, 0, 0x3F, 0, 192, 0)), 192)[0] == bytes((3, 0, 0, 0))
    data = bytes(range(256)) * 6
    assert stick.write(read10(5, 3, 0x2A), data) == (0, 0)
    assert stick.read(read10(5, 3), 1536) == (data, 0, 0)
    assert stick.read(bytes((0x35,)) + bytes(9), 0) == (b"", 0, 0)
    # A short transfer changes nothing; one that the store refuses is a write error.
    assert stick.write(read10(6, 2, 0x2A), bytes(512))[1] == 2
    stick.device.ctrl_transfer(0x21, 0xFF, 0, 0)
    stick.device.clear_halt(0x01)
    assert stick.read(read10(5, 3), 1536)[0] == data
    assert stick.write(read10(9, 1, 0x2A), bytes(512))[1] == 1
    assert stick.sense() == (0x03, 0x0C)
    assert stick.write(read10(1, 1, 0x2A), bytes(600)) == (88, 0)


# ---- --attach


def test_devices_are_attached_by_name(image: Path) -> None:
    with SimulatedBoard("pico") as board:
        keyboard = board.attach("usbkeyboard@usb,serial=K9")
        board.attach(f"usbdisk@usb,file={image}")
        assert isinstance(keyboard, USBKeyboard)
        with board.usb.in_place_of_libusb():
            assert [(one.product, one.serial_number) for one in usb.core.find(find_all=True)] == [
                ("keyboard", "K9"),
                ("disk", "000000000001"),
            ]


def test_a_device_attached_while_the_world_goes_on(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "import time, usb.core\nwhile usb.core.find() is None:\n    time.sleep_ms(10)\nprint(time.ticks_ms() // 100)\n"
    )
    with SimulatedBoard("pico") as board:
        board.at(500, lambda: board.attach("usbecho@usb"))
        board.run(tmp_path / "main.py", seconds=2)
        assert board.output == "6\n"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("usbmouse@usb", "no simulated USB device 'usbmouse'; there are usbdisk, usbecho, usbkeyboard, usbserial"),
        ("bme280@usb", "no simulated USB device 'bme280'"),
        ("usbecho@GP4", "usbecho is a USB device: attach it as usbecho@usb"),
        ("usbecho@i2c0", "usbecho is a USB device: attach it as usbecho@usb"),
        ("usbecho@usb:3", "a colon is for an I2C address or an SPI chip select, usbecho has none"),
        ("usbecho@usb,size=3", "usbecho has no option 'size'; it has capacity, pty, serial"),
        ("usbserial@usb,cts=GP1", "usbserial has no option 'cts'; it has loopback, pty, rx, serial, tx"),
        ("usbserial@usb,tx=GP99", "GP99"),
        ("usbecho@usb,pty=/tmp/echo", "USBEcho has no serial port 0"),
        ("usbserial@usb,pty=/", "/ cannot be made a link to"),
        ("usbdisk@usb", "usbdisk needs the option file: usbdisk@usb,file=..."),
        ("usbdisk@usb,file=nowhere.img", "file='nowhere.img' is no file"),
    ],
)
def test_what_cannot_be_attached(spec: str, said: str) -> None:
    with SimulatedBoard("pico") as board:
        with pytest.raises(ConfigError, match=said):
            board.attach(spec)
        assert board.usb.ports == []


def test_an_image_that_is_no_disks(tmp_path: Path) -> None:
    for data in (b"", bytes(511), bytes(513)):
        (tmp_path / "odd.img").write_bytes(data)
        with pytest.raises(ConfigError, match="not a whole number of blocks of 512 bytes"):
            USBDisk(tmp_path / "odd.img")


def test_the_command_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chips"]) == 0
    listed = capsys.readouterr().out
    assert sorted(parts()) == ["usbdisk", "usbecho", "usbkeyboard", "usbserial"]
    assert all(f"\n{name}@usb\n" in f"\n{listed}" for name in parts())


def test_buffers_to_read_into_are_arrays(host: VirtualHost) -> None:
    host.plug(USBEcho())
    device = found(host, 1)
    buffer = array("B", bytes(64))
    device.write(1, b"abc")
    assert device.read(0x81, buffer) == 3
    assert buffer[:4].tobytes() == b"abc\0"


Act = tuple[str, bytes]
ACTS = st.one_of(
    st.tuples(st.just("out"), st.binary(max_size=70)),
    st.tuples(
        st.just("out"),
        st.builds(
            lambda length, flags, size, command: struct.pack("<4sIIBBB", b"USBC", 1, length, flags, 0, size) + command,
            st.sampled_from((0, 1, 13, 36, 64, 512, 513, 1024, 0xFFFFFFFF)),
            st.sampled_from((0, 0x80)),
            st.integers(0, 17),
            st.one_of(
                st.binary(min_size=16, max_size=16),
                st.builds(
                    lambda code, first, count: read10(first, count, code).ljust(16, b"\0"),
                    st.sampled_from((0x00, 0x03, 0x12, 0x1A, 0x1B, 0x23, 0x25, 0x28, 0x2A, 0x2F, 0x35, 0x5A)),
                    st.integers(0, 101),
                    st.integers(0, 4),
                ),
            ),
        ),
    ),
    st.tuples(st.just("in"), st.just(b"")),
    st.tuples(st.just("clear in"), st.just(b"")),
    st.tuples(st.just("clear out"), st.just(b"")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=25))
def test_whatever_a_host_sends_the_reset_makes_a_disk_ready(acts: list[Act]) -> None:
    host = VirtualHost()
    host.plug(Writable(MemoryBlocks()))
    device = found(host, 4)
    for act, data in acts:
        try:
            if act == "out":
                device.write(0x01, data, 3)
            elif act == "in":
                device.read(0x81, 64, 3)
            else:
                device.clear_halt(0x81 if act == "clear in" else 0x01)
        except usb.core.USBError as error:
            if error.errno not in (errno.EPIPE, errno.ETIMEDOUT):
                raise
    device.ctrl_transfer(0x21, 0xFF, 0, 0)
    device.clear_halt(0x81)
    device.clear_halt(0x01)
    stick = Stick(device)
    assert stick.read(bytes((0x1B, 0, 0, 0, 3, 0)), 0) == (b"", 0, 0)
    assert stick.read(bytes((0x25,)) + bytes(9), 8) == (struct.pack(">II", 99, 512), 0, 0)
    assert stick.write(read10(7, 1, 0x2A), b"\x5a" * 512) == (0, 0)
    assert stick.read(read10(7, 1), 512) == (b"\x5a" * 512, 0, 0)
