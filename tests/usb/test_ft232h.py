"""The simulated FTDI chips below any driver: FIFOs, latency timer, requests, and the engine's commands byte by byte."""

from array import array
from itertools import pairwise

import pytest
import usb.core

from machine_compat.errors import ConfigError
from machine_compat.mock.nets import Contention, Terminal, connect
from machine_compat.mock.usb.ft232h import FT232H, FT4232H
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.world import World

MS = 1_000_000
OUT, IN = 0x40, 0xC0
RESET, SET_LATENCY, GET_LATENCY, SET_BITMODE, READ_PINS, POLL_MODEM = 0, 9, 10, 11, 12, 5
STATUS = b"\x32\x60"


class Channel:
    """A channel in MPSSE mode, with the clock at 1 MHz, AD0, AD1 and AD3 outputs."""

    def __init__(self, host: VirtualHost, chip: FT232H, number: int = 1) -> None:
        self.host, self.chip, self.number = host, chip, number
        self.usb = usb.core.find(idVendor=0x0403, backend=host.backend())
        self.usb.detach_kernel_driver(number - 1)
        self.request(SET_LATENCY, 2)
        self.request(SET_BITMODE, 0x0200)
        self.write("8a 86 1d 00 80 08 0b")

    def request(self, request: int, value: int = 0) -> None:
        self.usb.ctrl_transfer(OUT, request, value, self.number)

    def ask(self, request: int, count: int, index: int | None = None) -> bytes:
        return bytes(self.usb.ctrl_transfer(IN, request, 0, self.number if index is None else index, count))

    def write(self, commands: str) -> None:
        self.usb.write(2 * self.number, bytes.fromhex(commands))

    def packet(self) -> bytes:
        return bytes(self.usb.read(0x7F + 2 * self.number, 512))

    def answer(self, commands: str) -> bytes:
        """What comes back for some commands that end in SEND_IMMEDIATE."""
        self.write(commands + " 87")
        packet = self.packet()
        assert packet[:2] == STATUS
        return packet[2:]


@pytest.fixture
def chip(host: VirtualHost) -> FT232H:
    return host.plug(FT232H(serial="FT1"))


@pytest.fixture
def channel(host: VirtualHost, chip: FT232H) -> Channel:
    return Channel(host, chip)


# ---- packets and time


def test_every_packet_begins_with_the_modem_status(channel: Channel) -> None:
    assert channel.answer("ab") == b"\xfa\xab"
    channel.write("86 00 00 20 fe 03 87")
    data = bytes(channel.usb.read(0x81, 4096))
    assert [data[place : place + 2] for place in (0, 512, 1024)] == [STATUS] * 3
    assert len(data) == 1023 + 6


def test_without_send_immediate_an_answer_waits_for_the_latency_timer(world: World, channel: Channel) -> None:
    channel.request(SET_LATENCY, 40)
    channel.packet()
    began = world.now
    channel.write("81")
    assert len(channel.packet()) == 3
    assert 40 * MS <= world.now - began + MS <= 42 * MS
    began = world.now
    assert len(channel.answer("81")) == 1
    assert world.now - began < MS


def test_with_nothing_to_say_the_status_comes_at_each_run_of_the_timer(world: World, channel: Channel) -> None:
    channel.packet()
    began = world.now
    assert [channel.packet() for _ in range(3)] == [STATUS] * 3
    assert 6 * MS <= world.now - began <= 7 * MS


def test_the_latency_timer_is_read_and_limited(channel: Channel) -> None:
    assert channel.ask(GET_LATENCY, 1) == b"\x02"
    with pytest.raises(usb.core.USBError, match="Pipe error"):
        channel.request(SET_LATENCY, 0)
    assert channel.ask(POLL_MODEM, 2) == STATUS


def test_short_packets_deliver_the_same_bytes(chip: FT232H, channel: Channel) -> None:
    chip.channel.short_packets = 3
    channel.write("81 81 81 81 81 87")
    assert [len(channel.packet()) - 2 for _ in range(2)] == [3, 2]


def test_a_driver_that_does_not_read_fills_the_fifo_and_its_writes_time_out(channel: Channel) -> None:
    channel.write("20 ff 0f")
    channel.usb.write(2, bytes([0x81]) * 512)
    channel.usb.write(2, bytes([0x81]) * 512)
    with pytest.raises(usb.core.USBTimeoutError):
        channel.usb.write(2, bytes([0x81]) * 512, timeout=100)
    assert len(bytes(channel.usb.read(0x81, 512))) == 512
    channel.request(RESET, 1)
    channel.request(RESET, 2)
    assert channel.usb.write(2, b"\x87") == 1


def test_a_purge_towards_the_host_forgets_answers(channel: Channel) -> None:
    channel.write("81 81")
    channel.host.world.spend(MS)
    channel.request(RESET, 2)
    assert channel.packet() == STATUS


def test_an_unknown_request_stalls(channel: Channel) -> None:
    with pytest.raises(usb.core.USBError, match="Pipe error"):
        channel.request(0x77)
    with pytest.raises(usb.core.USBError, match="Pipe error"):
        channel.ask(GET_LATENCY, 1, index=9)


# ---- the engine


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ("84 31 01 00 a5 3c", "a5 3c"),
        ("84 34 01 00 a5 3c", "a5 3c"),
        ("84 39 00 00 a5", "a5"),
        ("84 33 04 a8", "15"),
        ("84 3b 04 15", "a8"),
        ("84 33 00 80", "01"),
        ("00", "fa 00"),
        ("84 85 81", "fc"),
        ("aa 81", "fa aa fc"),
    ],
)
def test_commands_and_their_answers(channel: Channel, commands: str, expected: str) -> None:
    assert channel.answer(commands) == bytes.fromhex(expected)


def test_a_command_may_come_in_pieces(channel: Channel) -> None:
    for piece in ("84", "31", "01", "00", "a5", "3c"):
        channel.write(piece)
    assert channel.answer("") == b"\xa5\x3c"


def edges(chip: FT232H, pin: str, since: int) -> list[int]:
    return [time - since for time in chip.terminal(pin).net.edges if time >= since]


def test_data_changes_while_the_clock_is_low_and_stands_while_it_is_high(
    world: World, chip: FT232H, channel: Channel
) -> None:
    channel.write("80 08 0b")
    world.spend(MS)
    began = world.now
    channel.answer("11 00 00 a5 81")
    clock, data = edges(chip, "AD0", began), edges(chip, "AD1", began)
    assert [after - before for before, after in pairwise(clock)] == [500] * 15
    assert [(change - clock[0]) % 1000 for change in data] == [500] * 7


def test_three_phases_keep_data_beyond_the_falling_edge(world: World, chip: FT232H, channel: Channel) -> None:
    world.spend(MS)
    began = world.now
    channel.answer("8c 11 00 00 a5 81")
    clock, data = edges(chip, "AD0", began), edges(chip, "AD1", began)
    assert clock[2] - clock[0] == 1500
    assert [(change - clock[0]) % 1500 for change in data] == [1000] * 7


def test_the_clock_keeps_to_sixty_megahertz(world: World, chip: FT232H, channel: Channel) -> None:
    world.spend(MS)
    began = world.now
    channel.answer("86 00 00 11 ff 00" + " 00" * 256 + " 81")
    clock = edges(chip, "AD0", began)
    assert len(clock) == 4096
    assert clock[-1] - clock[0] == pytest.approx(4095 * 1000 / 60, abs=1)


def test_the_slow_clock_is_a_fifth(world: World, chip: FT232H, channel: Channel) -> None:
    world.spend(MS)
    began = world.now
    channel.answer("8b 11 00 00 00 81")
    clock = edges(chip, "AD0", began)
    assert clock[1] - clock[0] == 2500


def test_clock_pulses_without_data(world: World, chip: FT232H, channel: Channel) -> None:
    world.spend(MS)
    began = world.now
    channel.answer("8e 02 8f 01 00 81")
    assert len(edges(chip, "AD0", began)) == 2 * (3 + 16)


def test_waiting_for_a_pin(world: World, chip: FT232H, channel: Channel) -> None:
    signal = Terminal(world, "signal")
    connect(signal, chip.terminal("AD5"))
    signal.pull_low(True)
    channel.packet()
    channel.write("88 81 87")
    assert channel.packet() == STATUS
    world.after(5 * MS, lambda: signal.pull_low(False))
    assert [len(channel.packet()) for _ in range(3)] == [2, 2, 3]
    channel.write("89")
    world.spend(MS)
    channel.request(SET_BITMODE, 0x0200)
    assert channel.answer("81") == b"\xff"


def test_test_mode_bits_go_out_on_their_pin(world: World, chip: FT232H, channel: Channel) -> None:
    channel.write("80 00 0b")
    world.spend(MS)
    channel.answer("4b 04 95 81")
    assert chip.terminal("AD1").level == 1
    assert len(chip.terminal("AD3").net.edges) >= 4


def test_drive_zero_makes_outputs_open_drain(world: World, chip: FT232H, channel: Channel) -> None:
    finger = Terminal(world, "finger")
    connect(finger, chip.terminal("AD1"))
    channel.write("9e 02 00 80 02 0b")
    world.spend(MS)
    finger.drive(0)
    assert channel.answer("81")[0] & 2 == 0
    finger.release()
    assert channel.answer("81")[0] & 2 == 2
    channel.write("9e 00 00")
    world.spend(MS)
    with pytest.raises(Contention, match=r"ft232h\.AD1 drives high"):
        finger.drive(0)


def test_an_input_is_pulled_up(channel: Channel) -> None:
    assert channel.answer("80 00 00 82 00 00 81 83") == b"\xff\xff"
    assert channel.ask(READ_PINS, 1) == b"\xff"


def test_a_chip_without_a_second_bank(host: VirtualHost) -> None:
    host.plug(FT4232H(serial="FT4"))
    channel = Channel(host, FT4232H(), 2)
    assert channel.answer("82 00 ff 83") == b"\xff"


# ---- wires


def test_a_chip_has_pins_once_it_was_plugged_in(world: World, host: VirtualHost) -> None:
    bridge = FT232H()
    with pytest.raises(ConfigError, match="plug it into a host"):
        bridge.attach("bme280@i2c0:0x76")
    host.plug(bridge)
    sensor = bridge.attach("bme280@i2c0:0x76", temperature=25.0)
    assert sensor.temperature == 25.0
    with pytest.raises(ConfigError, match="no 'humour' to set"):
        bridge.attach("bme280@i2c0:0x77", humour=1)
    with pytest.raises(ConfigError, match="board ft232h has no pin 'GP1'; it has AC0, AC1"):
        bridge.attach("button@GP1")
    host.unplug(bridge)
    with pytest.raises(ConfigError, match="another world"):
        VirtualHost(World()).plug(bridge)
    host.plug(bridge)
    assert sensor.legs["sda"].net is bridge.terminal("AD2").net


def test_the_switch_that_joins_data_out_and_in(chip: FT232H) -> None:
    chip.join_sda()
    assert chip.terminal("AD1").net is chip.terminal("AD2").net
    chip.join_sda()
    chip.join_sda(False)
    assert chip.terminal("AD1").net is not chip.terminal("AD2").net


def test_pulled_out_in_the_middle_of_a_write(world: World, host: VirtualHost, chip: FT232H, channel: Channel) -> None:
    world.after(3 * MS, lambda: host.unplug(chip))
    with pytest.raises(usb.core.USBError, match="No such device"):
        channel.usb.write(2, array("B", bytes([0x80, 0x08, 0x0B]) * 10_000))
    assert chip.terminal("AD0").strong is None
    host.plug(chip)
    assert Channel(host, chip).answer("ab") == b"\xfa\xab"
