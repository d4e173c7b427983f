"""The simulated i2c-tiny-usb on the virtual host, asked as Linux's driver asks it."""

import pytest
import usb.core

from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.i2c_tiny_usb import I2CTinyUSB

OUT, IN = 0x41, 0xC1
ECHO, GET_FUNCTIONS, SET_DELAY, GET_STATUS, TRANSFER, BEGIN, END = 0, 1, 2, 3, 4, 1, 2
READ = 1
ACKNOWLEDGED, NOT_ACKNOWLEDGED = 1, 2


class Adapter:
    """The requests of the driver."""

    def __init__(self, host: VirtualHost) -> None:
        self.host = host
        self.chip = host.plug(I2CTinyUSB())
        self.device = usb.core.find(idVendor=0x0403, idProduct=0xC631, backend=host.backend())

    def write(self, address: int, data: bytes, command: int = TRANSFER | BEGIN | END) -> int:
        """The status of a message."""
        self.device.ctrl_transfer(OUT, command, 0, address, data)
        return self.status()

    def read(self, address: int, count: int, command: int = TRANSFER | BEGIN | END) -> tuple[int, bytes]:
        data = bytes(self.device.ctrl_transfer(IN, command, READ, address, count))
        return self.status(), data

    def status(self) -> int:
        return int(self.device.ctrl_transfer(IN, GET_STATUS, 0, 0, 1)[0])


@pytest.fixture
def adapter(host: VirtualHost) -> Adapter:
    return Adapter(host)


def test_it_says_what_it_can(adapter: Adapter) -> None:
    functions = int.from_bytes(adapter.device.ctrl_transfer(IN, GET_FUNCTIONS, 0, 0, 4), "little")
    assert functions & 0x0001_0001 == 0x0001_0001
    assert bytes(adapter.device.ctrl_transfer(IN, ECHO, 0x1234, 0, 2)) == b"\x34\x12"
    assert adapter.status() == 0


def test_a_register_with_a_repeated_start(adapter: Adapter) -> None:
    adapter.chip.attach("bme280@i2c0:0x76")
    assert adapter.write(0x76, b"\xd0", TRANSFER | BEGIN) == ACKNOWLEDGED
    assert adapter.read(0x76, 1, TRANSFER | END) == (ACKNOWLEDGED, b"\x60")


def test_messages_longer_than_its_packets(adapter: Adapter) -> None:
    adapter.chip.attach("24c32@i2c0:0x50")
    assert adapter.write(0x50, b"\0\0" + bytes(range(30))) == ACKNOWLEDGED
    adapter.host.world.spend(10_000_000)
    assert adapter.write(0x50, b"\0\0", TRANSFER | BEGIN) == ACKNOWLEDGED
    assert adapter.read(0x50, 30, TRANSFER | END) == (ACKNOWLEDGED, bytes(range(30)))


def test_an_empty_message_finds_who_is_there(adapter: Adapter) -> None:
    adapter.chip.attach("24c32@i2c0:0x50")
    assert [address for address in range(8, 0x78) if adapter.write(address, b"") == ACKNOWLEDGED] == [0x50]


def test_nobody_there_is_a_status_and_zeros(adapter: Adapter) -> None:
    assert adapter.write(0x33, b"xyz") == NOT_ACKNOWLEDGED
    assert adapter.read(0x33, 2) == (NOT_ACKNOWLEDGED, b"\0\0")


def test_a_line_that_is_held_is_waited_for_and_given_up(adapter: Adapter) -> None:
    held = adapter.chip.attach("button@SCL")
    held.press()
    before = adapter.host.world.now
    assert adapter.write(0x50, b"x") == NOT_ACKNOWLEDGED
    assert adapter.host.world.now - before >= 50_000_000


def test_the_delay_is_the_time_of_a_bit(adapter: Adapter) -> None:
    adapter.chip.attach("24c32@i2c0:0x50")
    times = []
    for delay in (10, 100):
        adapter.device.ctrl_transfer(OUT, SET_DELAY, delay, 0, None)
        before = adapter.host.world.now
        adapter.write(0x50, bytes(10))
        times.append(adapter.host.world.now - before)
        adapter.host.world.spend(10_000_000)
    assert times[0] >= 99 * 10_000
    assert times[1] >= 99 * 100_000


def test_a_host_that_gives_up_begins_anew(adapter: Adapter) -> None:
    chip = adapter.chip.attach("button@SCL")
    chip.press()
    with pytest.raises(usb.core.USBTimeoutError):
        adapter.device.ctrl_transfer(OUT, TRANSFER | BEGIN | END, 0, 0x50, b"x", timeout=10)
    chip.release()
    adapter.chip.attach("24c32@i2c0:0x50")
    assert adapter.write(0x50, b"\0\0") == ACKNOWLEDGED
