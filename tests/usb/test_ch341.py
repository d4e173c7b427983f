"""The simulated CH341A, packet by packet: I2C and SPI streams, and its parallel pins."""

import pytest
import usb.core

from machine_compat.mock.usb.ch341 import CH341A
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.world import World

MS = 1_000_000
ACK, NO_ACK = b"\x00", b"\x80"


class Stick:
    """A CH341A on USB, with its packets in hex."""

    def __init__(self, host: VirtualHost) -> None:
        self.usb = usb.core.find(idVendor=0x1A86, backend=host.backend())

    def send(self, packet: str) -> None:
        self.usb.write(2, bytes.fromhex(packet))

    def ask(self, packet: str) -> bytes:
        self.send(packet)
        return bytes(self.usb.read(0x82, 32, timeout=100))


def swapped(data: bytes) -> bytes:
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)


@pytest.fixture
def chip(host: VirtualHost) -> CH341A:
    return host.plug(CH341A())


@pytest.fixture
def stick(host: VirtualHost, chip: CH341A) -> Stick:
    return Stick(host)


def test_it_has_no_serial_number_and_no_kernel_driver(host: VirtualHost, stick: Stick) -> None:
    assert (stick.usb.idProduct, stick.usb.iSerialNumber, stick.usb.product) == (0x5512, 0, "USB UART-LPT")
    assert host.ports[0].drivers == {}
    assert bytes(stick.usb.ctrl_transfer(0xC0, 0x5F, 0, 0, 2)) == b"\x31\x00"
    with pytest.raises(usb.core.USBError, match="Pipe error"):
        stick.usb.ctrl_transfer(0xC0, 0x33, 0, 0, 2)


# ---- I2C


def test_an_out_of_count_zero_tells_who_is_there(chip: CH341A, stick: Stick) -> None:
    chip.attach("24c32@i2c0:0x50")
    found = [a for a in range(8, 0x78) if stick.ask(f"aa 74 80 {a << 1:02x} 75 00") == ACK]
    assert found == [0x50]


def test_an_out_with_a_count_tells_nothing(stick: Stick) -> None:
    stick.send("aa 74 82 62 00 75 00")
    with pytest.raises(usb.core.USBTimeoutError):
        stick.usb.read(0x82, 32, timeout=20)


def test_what_is_written_is_read_back(world: World, chip: CH341A, stick: Stick) -> None:
    chip.attach("24c32@i2c0:0x50")
    stick.send("aa 74 87 a0 00 00 01 02 03 04 75 00")
    world.spend(10 * MS)
    stick.send("aa 74 83 a0 00 00 74 81 a1 00")
    assert stick.ask("aa c1 c2 c0 75 00") == bytes((1, 2, 3, 4))
    assert (chip.terminal("SCL").level, chip.terminal("SDA").level) == (1, 1)


@pytest.mark.parametrize(("code", "hertz"), [(0, 20_000), (1, 100_000), (2, 400_000), (3, 750_000)])
def test_speeds(world: World, chip: CH341A, stick: Stick, code: int, hertz: int) -> None:
    chip.attach("24c32@i2c0:0x50")
    began = world.now
    stick.ask(f"aa {0x60 | code:02x} 74 80 a0 75 00")
    clock = [time for time in chip.terminal("SCL").net.edges if time > began]
    assert clock[4] - clock[2] == pytest.approx(1e9 / hertz, rel=0.01)


def test_delays_in_a_stream(world: World, stick: Stick) -> None:
    began = world.now
    stick.ask("aa 5a 4f 74 80 62 75 00")
    assert 10 * MS < world.now - began < 13 * MS


def test_an_empty_bus_reads_as_ones(stick: Stick) -> None:
    assert stick.ask("aa 74 80 63 c0 75 00") == NO_ACK + b"\xff"


def test_packets_wait_their_turn(world: World, chip: CH341A, stick: Stick) -> None:
    chip.attach("24c32@i2c0:0x50")
    began = world.now
    for _ in range(4):
        stick.send("aa 60 74 81 a1 d4 c0 75 00")
    assert world.now - began > 20 * 9 * 50_000
    for _ in range(4):
        assert stick.usb.read(0x82, 32, timeout=100).tobytes() == b"\xff" * 21


# ---- SPI


def test_spi_reads_an_id(chip: CH341A, stick: Stick) -> None:
    chip.attach("w25q16@spi0:D0")
    stick.send("ab b7 7f 20")
    selected = bytes.fromhex("ab b6 20").ljust(32, b"\0")
    stick.usb.write(2, selected + b"\xa8" + swapped(b"\x9f\0\0\0"))
    assert swapped(stick.usb.read(0x82, 32).tobytes()) == b"\xff\xef\x40\x15"
    stick.send("ab b7 20")


def test_spi_in_several_packets(chip: CH341A, stick: Stick) -> None:
    flash = chip.attach("w25q16@spi0:D0")
    stick.send("ab b7 7f b6 20")
    out = swapped(bytes((3, 0, 0, 0)) + bytes(58))
    stick.usb.write(2, b"\xa8" + out[:31] + b"\xa8" + out[31:])
    heard = b"".join(swapped(stick.usb.read(0x82, 32).tobytes()) for _ in range(2))
    assert heard[4:] == b"\xff" * 58
    assert not flash.busy


# ---- parallel pins


def test_six_pins_drive_and_eight_are_read(chip: CH341A, stick: Stick) -> None:
    assert stick.ask("ab 00 20") == b"\xff"
    assert stick.ask("ab 95 7f 00 20") == b"\xd5"
    assert [chip.terminal(f"D{bit}").level for bit in range(8)] == [1, 0, 1, 0, 1, 0, 1, 1]
    chip.attach("button@D7").press()
    assert stick.ask("ab 40 00 20") == b"\x7f"


def test_a_reset_device_lets_go_of_its_pins(chip: CH341A, stick: Stick) -> None:
    stick.ask("ab 80 7f 00 20")
    assert chip.terminal("D0").level == 0
    stick.usb.reset()
    assert chip.terminal("D0").level == 1
