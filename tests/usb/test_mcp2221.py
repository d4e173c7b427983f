"""The simulated MCP2221A below any driver: reports, the I2C engine's states and wedges, and the serial port."""

import pytest
import usb.core

from machine_compat.errors import ConfigError
from machine_compat.mock.attach import Place, attach
from machine_compat.mock.chip import I2CChip, UARTPeer
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.mcp2221 import MCP2221A, REPORT_DESCRIPTOR
from machine_compat.mock.world import World

MS = 1_000_000
IDLE, START_TIMEOUT, ADDRESS_NACK, WANTS_DATA = 0x00, 0x12, 0x25, 0x43
DATA_TIMEOUT, HELD, CHUNK, LAST, STOP_TIMEOUT = 0x44, 0x45, 0x54, 0x55, 0x62
ON_THE_WAY = (0x10, 0x21, 0x40, 0x50, 0x60)


class Picky(I2CChip):
    """Acknowledges a few bytes and no more."""

    def __init__(self, address: int = 0x30, taken: int = 3) -> None:
        super().__init__(address)
        self.taken = taken
        self.heard: list[int] = []

    def write(self, byte: int) -> bool:
        self.heard.append(byte)
        return len(self.heard) <= self.taken

    def read(self) -> int:
        return 0x42


class Reports:
    """The HID interface of one chip, opened as a program would."""

    def __init__(self, host: VirtualHost) -> None:
        self.usb = usb.core.find(idVendor=0x04D8, backend=host.backend())
        self.usb.detach_kernel_driver(2)

    def send(self, *command: int) -> None:
        self.usb.write(0x03, bytes(command).ljust(64, b"\0"))

    def fetch(self) -> bytes:
        return bytes(self.usb.read(0x83, 64, timeout=50))

    def ask(self, *command: int) -> bytes:
        self.send(*command)
        answer = self.fetch()
        assert answer[0] == command[0]
        return answer

    def state(self) -> int:
        return self.ask(0x10)[8]

    def settled(self) -> int:
        """The engine's state once it rests."""
        while (state := self.state()) in ON_THE_WAY:
            continue
        return state

    def cancel(self) -> int:
        return self.ask(0x10, 0, 0x10)[2]


@pytest.fixture
def chip(host: VirtualHost) -> MCP2221A:
    return host.plug(MCP2221A(serial="M1"))


@pytest.fixture
def hid(host: VirtualHost, chip: MCP2221A) -> Reports:
    chip.attach("24c32@i2c0:0x50")
    return Reports(host)


# ---- reports


def test_the_hid_interface_describes_itself(host: VirtualHost, hid: Reports) -> None:
    assert len(REPORT_DESCRIPTOR) == 29
    assert bytes(hid.usb.ctrl_transfer(0x81, 6, 0x2200, 2, 255)) == REPORT_DESCRIPTOR
    assert hid.usb.ctrl_transfer(0x21, 0x0A, 0, 2) == 0
    assert hid.usb[0].bNumInterfaces == 3
    assert host.ports[0].drivers == {0: "cdc_acm", 1: "cdc_acm"}


def test_one_answer_a_command_and_about_two_milliseconds_for_both(world: World, hid: Reports) -> None:
    began = world.now
    for _ in range(100):
        assert len(hid.ask(0x10)) == 64
    assert 199 * MS <= world.now - began <= 201 * MS
    with pytest.raises(usb.core.USBTimeoutError):
        hid.fetch()


def test_a_command_it_does_not_know_fails(hid: Reports) -> None:
    assert hid.ask(0x99)[:2] == b"\x99\x01"
    assert hid.ask(0xB0, 9)[1] == 1
    assert hid.ask(0xB1, 9)[1] == 1


def test_unread_answers_stay_in_order_and_hold_off_more_commands(hid: Reports) -> None:
    hid.send(0x10)
    hid.send(0x51)
    with pytest.raises(usb.core.USBTimeoutError):
        hid.usb.write(0x03, bytes((0x61,)).ljust(64, b"\0"), timeout=20)
    assert [hid.fetch()[0], hid.fetch()[0]] == [0x10, 0x51]
    assert hid.ask(0x61)[0] == 0x61


def test_a_report_may_come_as_a_control_transfer(hid: Reports) -> None:
    assert hid.usb.ctrl_transfer(0x21, 9, 0x0200, 2, bytes((0x61,)).ljust(64, b"\0")) == 64
    assert hid.fetch()[:4] == b"\x61\x00\x12\x04"


def test_revisions_and_lines_in_the_status(hid: Reports) -> None:
    status = hid.ask(0x10)
    assert status[46:50] == b"A612"
    assert (status[22], status[23]) == (1, 1)


def test_speed_is_set_when_the_engine_is_idle(world: World, chip: MCP2221A, hid: Reports) -> None:
    answer = hid.ask(0x10, 0, 0, 0x20, 28)
    assert (answer[3], answer[4], answer[14]) == (0x20, 28, 28)
    hid.ask(0x91, 30, 0, 0xA1)
    clock = chip.terminal("SCL").net.edges
    hid.settled()
    assert clock[6] - clock[4] == pytest.approx(1e9 / 400_000, rel=0.01)
    assert hid.ask(0x10, 0, 0, 0x20, 118)[3] == 0x21


# ---- the engine


def test_an_address_nack_wedges_the_engine_until_it_is_cancelled(hid: Reports) -> None:
    assert hid.ask(0x90, 1, 0, 0x62, 0)[:3] == b"\x90\x00\x10"
    assert hid.settled() == ADDRESS_NACK
    assert hid.ask(0x10)[20] & 0x40
    for command in ((0x90, 1, 0, 0xA0, 0), (0x91, 1, 0, 0xA1)):
        assert hid.ask(*command)[1:3] == bytes((1, ADDRESS_NACK))
    assert hid.ask(0x40)[1:4] == bytes((0x41, ADDRESS_NACK, 127))
    assert hid.cancel() == 0x10
    assert hid.settled() == IDLE
    assert hid.cancel() == 0x11
    assert hid.ask(0x91, 1, 0, 0xA1)[1] == 0
    assert hid.settled() == LAST


def test_the_command_alone_tells_a_read_from_a_write(hid: Reports) -> None:
    """Linux sends every address without its lowest bit."""
    hid.ask(0x90, 2, 0, 0xA1, 0, 0)
    hid.settled()
    hid.ask(0x91, 1, 0, 0xA0)
    hid.settled()
    assert hid.ask(0x40)[1:5] == bytes((0, 0x55, 1, 0xFF))


def test_a_data_nack_says_how_far_it_came(chip: MCP2221A, hid: Reports) -> None:
    picky = Picky()
    hang(chip, picky)
    hid.ask(0x90, 10, 0, 0x60, *range(10))
    assert hid.settled() == DATA_TIMEOUT
    status = hid.ask(0x10)
    assert (int.from_bytes(status[9:11], "little"), int.from_bytes(status[11:13], "little")) == (10, 3)
    assert picky.heard == [0, 1, 2, 3]
    hid.cancel()
    assert hid.settled() == IDLE
    assert (chip.terminal("SCL").level, chip.terminal("SDA").level) == (1, 1)


def hang(chip: MCP2221A, part: I2CChip) -> None:
    attach(chip.wires, part, Place(bus="i2c0"), "part")


def test_a_long_write_waits_for_its_chunks(chip: MCP2221A, hid: Reports) -> None:
    picky = Picky(taken=1000)
    hang(chip, picky)
    header = (0x90, 130, 0, 0x60)
    assert hid.ask(*header, *range(60))[1] == 0
    assert hid.ask(*header, *range(60, 120))[1:3] != b"\x00\x00"
    assert hid.settled() == WANTS_DATA
    assert hid.ask(*header, *range(60, 120))[1] == 0
    assert hid.settled() == WANTS_DATA
    assert hid.ask(*header, *range(120, 130))[1] == 0
    assert hid.settled() == IDLE
    assert picky.heard == list(range(130))


def test_a_long_read_holds_the_clock_between_its_chunks(world: World, chip: MCP2221A, hid: Reports) -> None:
    hid.ask(0x91, 100, 0, 0xA1)
    assert hid.settled() == CHUNK
    assert chip.terminal("SCL").level == 0
    world.spend(100 * MS)
    first = hid.ask(0x40)
    assert first[1:4] == bytes((0, CHUNK, 60))
    assert hid.settled() == LAST
    assert hid.ask(0x40)[1:4] == bytes((0, LAST, 40))
    assert hid.state() == IDLE
    assert hid.ask(0x40)[1:4] == bytes((0x41, IDLE, 127))


def test_a_held_bus_wants_a_repeated_start(hid: Reports) -> None:
    hid.ask(0x94, 2, 0, 0xA0, 0, 0)
    assert hid.settled() == HELD
    assert hid.ask(0x91, 1, 0, 0xA1)[1:3] == bytes((1, HELD))
    assert hid.ask(0x93, 1, 0, 0xA1)[1] == 0
    assert hid.settled() == LAST


def test_a_write_of_nothing_does_nothing_at_all(chip: MCP2221A, hid: Reports) -> None:
    edges = len(chip.terminal("SCL").net.edges)
    assert hid.ask(0x90, 0, 0, 0x62)[1:3] == b"\x00\x00"
    assert hid.state() == IDLE
    assert len(chip.terminal("SCL").net.edges) == edges


@pytest.mark.parametrize("pin", ["SCL", "SDA"])
def test_a_line_that_is_held_ends_in_a_timeout_state(world: World, chip: MCP2221A, hid: Reports, pin: str) -> None:
    finger = Terminal(world, "finger")
    connect(finger, chip.terminal(pin))
    finger.pull_low(True)
    assert hid.ask(0x10)[22 if pin == "SCL" else 23] == 0
    hid.ask(0x90, 1, 0, 0xA0, 0)
    assert hid.settled() == START_TIMEOUT
    finger.pull_low(False)
    assert hid.ask(0x90, 1, 0, 0xA0, 0)[1] == 1
    hid.cancel()
    assert hid.settled() == IDLE
    assert hid.ask(0x90, 1, 0, 0xA0, 0)[1] == 0


def test_a_target_may_stretch_the_clock(world: World, chip: MCP2221A, hid: Reports) -> None:
    finger = Terminal(world, "finger")
    connect(finger, chip.terminal("SCL"))
    world.after(1_200_000, lambda: finger.pull_low(True))
    world.after(10 * MS, lambda: finger.pull_low(False))
    hid.ask(0x91, 2, 0, 0xA1)
    assert hid.settled() == LAST
    assert world.now > 10 * MS
    assert hid.ask(0x40)[4:6] == b"\xff\xff"


def test_what_status_bytes_betray(world: World, chip: MCP2221A, hid: Reports) -> None:
    """Bytes 18 and 21, undocumented: whether the engine was used, and whether SDA moved while it was idle."""
    assert (hid.ask(0x10)[18], hid.ask(0x10)[21]) == (0x00, 0x00)
    hid.ask(0x91, 1, 0, 0xA1)
    hid.settled()
    hid.ask(0x40)
    assert (hid.ask(0x10)[18], hid.ask(0x10)[21]) == (0x10, 0x60)
    finger = Terminal(world, "finger")
    connect(finger, chip.terminal("SDA"))
    finger.pull_low(True)
    finger.pull_low(False)
    assert hid.ask(0x10)[18] == 0x08
    hid.cancel()
    assert hid.ask(0x10)[18] == 0x10


def test_cancelling_an_unused_engine_may_wedge_it_until_reset(world: World, chip: MCP2221A, hid: Reports) -> None:
    assert hid.cancel() == 0x11
    chip.i2c.fragile_cancel = True
    hid.cancel()
    assert hid.state() == STOP_TIMEOUT
    hid.cancel()
    assert hid.ask(0x91, 1, 0, 0xA1)[1:3] == bytes((1, STOP_TIMEOUT))
    hid.send(0x70, 0xAB, 0xCD, 0xEF)
    world.spend(500 * MS)
    assert chip.i2c.state == IDLE


# ---- pins and memory


def test_loading_pin_settings_puts_the_references_back(chip: MCP2221A, hid: Reports) -> None:
    hid.ask(0x60, 0, 0, 0x85, 0x9F, 0x87, 0, 0x80, 0, 0, 3, 2)
    assert hid.ask(0x61)[6:8] == bytes((0x1F, 0x62))
    hid.ask(0x60, 0, 0, 0x85, 0x9F, 0x87, 0, 0)
    assert hid.ask(0x61)[6:8] == bytes((0xBF, 0x7E))
    assert chip.terminal("GP2").volts == pytest.approx(31 / 32 * 2.048)


def test_pins_that_are_not_gpio_say_so(hid: Reports) -> None:
    assert hid.ask(0x51)[2:10] == b"\xee\xef" * 4
    assert hid.ask(0x50, 0, 1, 1, 1, 0)[2:6] == b"\xee" * 4
    hid.ask(0x60, 0, 0, 0, 0, 0, 0, 0x80, 0x10, 0x08, 0x08, 0x08)
    assert hid.ask(0x51)[2:6] == bytes((1, 0, 0, 1))


def test_strings_in_flash_take_effect_at_the_next_plug(host: VirtualHost, chip: MCP2221A, hid: Reports) -> None:
    text = "M77".encode("utf-16-le")
    assert hid.ask(0xB1, 4, len(text) + 2, 3, *text)[1] == 0
    assert hid.usb.serial_number == "M1"
    host.unplug(chip)
    host.plug(chip)
    assert usb.core.find(idVendor=0x04D8, backend=host.backend()).serial_number == "M77"


def test_the_password(hid: Reports) -> None:
    assert hid.ask(0xB2, 0, *bytes(8))[1] == 0
    assert hid.ask(0xB2, 0, *b"12345678")[1] == 3


def test_there_are_no_pins_before_it_is_plugged_in() -> None:
    with pytest.raises(ConfigError, match="mcp2221: plug it into a host"):
        MCP2221A().attach("24c32@i2c0")


# ---- the serial port


class Shouter(UARTPeer):
    """Answers in capitals."""

    def receive(self, data: bytes) -> None:
        self.send(data.upper())


@pytest.fixture
def port(host: VirtualHost, chip: MCP2221A) -> usb.core.Device:
    attach(chip.wires, Shouter(), Place(bus="uart0"), "shouter")
    device = usb.core.find(idVendor=0x04D8, backend=host.backend())
    for number in (0, 1):
        device.detach_kernel_driver(number)
    return device


def test_the_serial_port_speaks_to_a_peer(world: World, port: usb.core.Device) -> None:
    line = (115_200).to_bytes(4, "little") + bytes((0, 0, 8))
    assert port.ctrl_transfer(0x21, 0x20, 0, 0, line) == 7
    assert port.ctrl_transfer(0x21, 0x22, 3, 0) == 0
    assert bytes(port.ctrl_transfer(0xA1, 0x21, 0, 0, 7)) == line
    assert port.write(2, b"hello, world, again") == 19
    heard = b""
    while len(heard) < 19:
        heard += bytes(port.read(0x82, 64, timeout=100))
    assert heard == b"HELLO, WORLD, AGAIN"
    with pytest.raises(usb.core.USBTimeoutError):
        port.read(0x82, 64, timeout=20)


def test_the_serial_port_holds_off_a_host_that_is_too_fast(world: World, port: usb.core.Device) -> None:
    assert port.write(2, bytes(2000), timeout=100) < 2000
    assert port.write(2, bytes(16), timeout=3000) == 16


def test_a_transfer_of_full_packets_is_ended_by_an_empty_one(world: World, port: usb.core.Device) -> None:
    port.write(2, b"x" * 16)
    world.spend(50 * MS)
    assert bytes(port.read(0x82, 64, timeout=100)) == b"X" * 16
