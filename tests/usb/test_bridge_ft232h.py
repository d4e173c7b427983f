"""The FT232H backend on simulated chips: the contract, USB transfers counted, and everything that goes wrong."""

import re
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from machine_compat.backends.ft232h import FT232HBackend
from machine_compat.contract import Edge, I2CBus, I2CConfig, LineConfig, Mode, Pull, Read, SPIConfig, Wiring, Write
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported
from machine_compat.mock.nets import connect
from machine_compat.mock.usb.ft232h import FT232H, FT2232H, FT4232H
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.testing import check_backend, check_clock, check_i2c, check_line, check_spi
from tests.usb.bridge_bench import Bench, failing

MS = 1_000_000


class FTBench(Bench[FT232H]):
    """A simulated chip of FTDI's, and a backend on it."""

    def __init__(self, chip: FT232H, place: str = "", **options: str) -> None:
        super().__init__(FT232HBackend, chip, place, **options)

    def stretch(self, after_clocks: int, us: int) -> None:
        """Hold SCL low for a while when it falls after START and so many clocks."""
        finger = self.hold("AD0")
        falls = [0]

        def changed(level: int, time: int) -> None:
            falls[0] += not level
            if not level and falls[0] == after_clocks + 1:
                finger.pull_low(True)
                self.host.world.after(us * 1_000, lambda: finger.pull_low(False))

        self.chip.terminal("AD0").watch(changed)


@pytest.fixture
def bench() -> Iterator[FTBench]:
    bench = FTBench(FT232H(serial="FT1"), poll="1000")
    bench.chip.attach("24c256@i2c0:0x50")
    with closing(bench.backend):
        yield bench


# ---- the contract, on every chip of the family


@pytest.mark.parametrize(
    ("chip", "place", "bus"), [(FT232H, "", "i2c0"), (FT2232H, "FT1/2", "i2c1"), (FT4232H, "/1", "i2c0")]
)
def test_the_contract_of_i2c(chip: type[FT232H], place: str, bus: str) -> None:
    bench = FTBench(chip(serial="FT1"), place)
    bench.chip.attach(f"24c32@{bus}:0x50")
    with closing(bench.backend):
        check_backend(bench.backend)
        check_i2c(bench.backend, "i2c0", 0x50, pointer_bytes=2)


@pytest.mark.parametrize("chip", [FT232H, FT2232H, FT4232H])
def test_the_contract_of_spi_and_lines(chip: type[FT232H]) -> None:
    bench = FTBench(chip(serial="FT1"), poll="2000")
    connect(bench.chip.terminal("AD1"), bench.chip.terminal("AD2"))
    connect(bench.chip.terminal("AD4"), bench.chip.terminal("AD5"))
    with closing(bench.backend):
        check_clock(bench.backend.clock())
        check_spi(bench.backend, "spi0")
        check_line(bench.backend, "D4", other="D5")


# ---- USB transfers


def test_a_transfer_is_one_out_and_one_back(bench: FTBench) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(bytes(129))])
    assert bench.counted() == 2
    bench.sleep(10)
    bus.transfer(0x50, [Write(b"\x00\x00"), Read(14)])
    assert bench.counted() == 2
    bus.transfer(0x50, [Write(b"")])
    assert bench.counted() == 2
    failing(bus, 0x51, Write(b"\x00"), Read(14))
    assert bench.counted() == 2


@pytest.mark.parametrize("frequency", [100_000, 400_000])
def test_a_read_of_2048_bytes_takes_no_more_transfers_than_its_packets(bench: FTBench, frequency: int) -> None:
    bus = bench.i2c(frequency)
    assert len(bus.transfer(0x50, [Write(b"\x00\x00"), Read(2048)])) == 2048
    assert bench.counted() == 4


def test_a_scan_is_one_out_and_one_back(bench: FTBench) -> None:
    bench.chip.attach("bme280@i2c0:0x76")
    bus = bench.backend.i2c("i2c0")
    bus.configure(I2CConfig(100_000))
    bench.counted()
    assert bus.scan(range(0x08, 0x78)) == (0x50, 0x76)
    assert bench.counted() == 2
    bus.transfer(0x50, [Write(b"\x00\x00")], False)
    bench.counted()
    assert bus.scan([0x50, 0x51]) == (0x50,)
    assert bench.counted() == 2


def test_spi_transfers(bench: FTBench) -> None:
    bench.chip.join_sda(False)
    connect(bench.chip.terminal("AD1"), bench.chip.terminal("AD2"))
    bus = bench.backend.spi("spi0")
    bus.configure(SPIConfig(10_000_000))
    bench.counted()
    sent = bytes(range(256)) * 16
    assert bus.transfer(sent) == sent
    assert bench.counted() == 6
    assert bus.transfer(sent, False) == b""
    assert bench.counted() == 1
    for fill in (b"\x00", b"\xff"):
        assert bus.transfer(fill * 4096) == fill * 4096
        assert bench.counted() == 2


def test_a_line_is_set_with_one_transfer_and_read_with_two(bench: FTBench) -> None:
    line = bench.backend.line("C3")
    line.configure(LineConfig(Mode.OUT, level=1))
    bench.counted()
    line.write(0)
    assert bench.counted() == 1
    assert line.read() == 0
    assert bench.counted() == 2


# ---- on the wire


def test_spi_drives_a_flash_chip(bench: FTBench) -> None:
    bench.chip.join_sda(False)
    bench.chip.attach("w25q16@spi0:AD3")
    bus, select = bench.backend.spi("spi0"), bench.backend.line("D3")
    select.configure(LineConfig(Mode.OUT, level=1))
    bus.configure(SPIConfig(20_000_000))

    def command(out: bytes, count: int = 0) -> bytes:
        select.write(0)
        bus.transfer(out, False)
        reply = bus.transfer(bytes(count))
        select.write(1)
        return reply

    assert command(b"\x9f", 3) == b"\xef\x40\x15"
    command(b"\x06")
    command(b"\x02\x00\x01\x00" + bytes(range(256)))
    bench.sleep(10)
    assert command(b"\x03\x00\x01\x00", 256) == bytes(range(256))


def test_the_other_pins_of_the_bus_s_byte_keep_their_levels(bench: FTBench) -> None:
    line = bench.backend.line("D6")
    line.configure(LineConfig(Mode.OUT, level=1))
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"\x00\x00"), Read(4)])
    assert bench.chip.terminal("AD6").level == 1
    bus.transfer(0x50, [Write(b"\x00\x00")], False)
    line.write(0)
    assert bench.chip.terminal("AD0").level == 0, "a held bus stays held while another pin is set"
    bus.transfer(0x50, [Read(1)])
    assert bench.chip.terminal("AD6").level == 0
    assert bench.chip.terminal("AD0").level == 1


def test_the_frequency_is_reported(bench: FTBench) -> None:
    bus = bench.backend.i2c("i2c0")
    assert bus.frequency == 0
    bus.configure(I2CConfig(390_000))
    assert bus.frequency == 384_615


# ---- errors


def test_the_byte_that_was_refused_is_known_and_stop_follows(bench: FTBench) -> None:
    chip = bench.chip.attach("mcp23017@i2c0:0x20")
    refused = 3
    counted = [0]
    original = chip.write

    def write(byte: int) -> bool:
        counted[0] += 1
        return counted[0] <= refused and original(byte)

    chip.write = write
    bus = bench.i2c()
    error = failing(bus, 0x20, Write(bytes(8)))
    assert (error.fault, error.acked) == (Fault.NACK_DATA, refused)
    assert bench.chip.terminal("AD0").level == bench.chip.terminal("AD1").level == 1
    assert bus.transfer(0x50, [Write(b"")]) == b""


def test_after_an_error_without_stop_the_bus_is_idle(bench: FTBench) -> None:
    bus = bench.i2c()
    error = failing(bus, 0x51, Write(b"\x00"), stop=False)
    assert error.fault is Fault.NACK_ADDRESS
    assert bench.chip.terminal("AD0").level == bench.chip.terminal("AD1").level == 1
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


def test_nothing_is_sent_after_the_batch_in_which_a_byte_was_refused(bench: FTBench) -> None:
    bus = bench.i2c()
    failing(bus, 0x51, Write(bytes(8000)))
    assert sum(transfer.endpoint == 2 for transfer in bench.host.transfers) == 2, "the batch, and a STOP"
    assert bus.transfer(0x50, [Write(b"")]) == b""


def test_a_target_that_holds_sda_is_clocked_free(bench: FTBench) -> None:
    bus = bench.i2c()
    finger = bench.hold("AD1")
    finger.pull_low(True)
    error = failing(bus, 0x50, Write(b"\x00"))
    assert error.fault is Fault.TIMEOUT
    assert str(error) == "SDA is held low; nine clocks did not free it"
    bench.host.world.at(bench.host.world.now + 300_000, lambda: finger.pull_low(False))
    assert str(failing(bus, 0x50, Write(b"\x00"))) == "SDA is held low; nine clocks freed it"
    assert bus.transfer(0x50, [Write(b"")]) == b""


def test_a_clock_held_low_is_a_timeout(bench: FTBench) -> None:
    bus = bench.i2c()
    finger = bench.hold("AD0")
    finger.pull_low(True)
    error = failing(bus, 0x50, Read(1))
    assert (error.fault, str(error)) == (Fault.TIMEOUT, "SCL is held low")
    finger.pull_low(False)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


@pytest.mark.parametrize("op", [Write(b""), Write(b"\x00"), Read(4)])
def test_a_stretched_clock_is_refused_loudly(bench: FTBench, op: Write | Read) -> None:
    bus = bench.i2c(100_000)
    bench.stretch(after_clocks=9, us=200)
    error = failing(bus, 0x50, op)
    assert error.fault is Fault.TIMEOUT
    assert "?stretch=yes" in str(error)
    bench.sleep(1)
    assert bus.transfer(0x50, [Write(b"")]) == b""


@pytest.mark.parametrize("clocks", [9, 12, 17, 18])
def test_a_stretched_clock_is_followed_where_scl_is_on_d7_too(clocks: int) -> None:
    bench = FTBench(FT232H(serial="FT1"), stretch="yes")
    bench.chip.attach("24c256@i2c0:0x50")
    connect(bench.chip.terminal("AD0"), bench.chip.terminal("AD7"))
    with closing(bench.backend):
        bus = bench.i2c(100_000)
        bench.stretch(clocks, us=200)
        assert bus.transfer(0x50, [Read(3)]) == b"\xff\xff\xff"
        with pytest.raises(ConfigError, match="D7 follows SCL"):
            bench.backend.line("D7")


def test_pins_that_are_not_joined_are_named(bench: FTBench) -> None:
    bench.chip.join_sda(False)
    with pytest.raises(ConfigError, match="D1 and D2 have to be joined"):
        bench.i2c().transfer(0x50, [Write(b"")])


def test_unplugged_in_mid_transfer_and_plugged_in_again(bench: FTBench) -> None:
    bus = bench.i2c()
    line = bench.backend.line("C0")
    line.configure(LineConfig(Mode.OUT, level=1))
    bench.host.world.at(bench.host.world.now + 5 * MS, lambda: bench.host.unplug(bench.chip))
    error = failing(bus, 0x50, Read(2000))
    assert (error.fault, str(error)) == (Fault.IO, "FT232H FT1 was unplugged")
    error = failing(bus, 0x50, Read(1))
    assert error.fault is Fault.IO
    assert "is not back: no FT232H with serial number FT1 is plugged in" in str(error)
    bench.host.plug(bench.chip)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"
    assert bench.chip.terminal("AC0").level == 1


def test_closing_what_was_unplugged_is_no_error(bench: FTBench) -> None:
    bus, spi, line = bench.i2c(), bench.backend.spi("spi0"), bench.backend.line("D4")
    line.configure(LineConfig(Mode.OUT, level=1))
    bus.transfer(0x50, [Write(b"\x00\x00")], False)
    bench.host.unplug(bench.chip)
    for channel in (bus, spi, line):
        channel.close()


def test_a_chip_that_falls_silent_is_a_timeout_and_started_anew(bench: FTBench) -> None:
    bus = bench.i2c()
    bench.host.port(bench.chip).mute(0x81)
    before = bench.host.world.now
    assert failing(bus, 0x50, Read(1)).fault is Fault.TIMEOUT
    assert bench.host.world.now - before < 5_000 * MS
    bench.host.port(bench.chip).mute(0x81, False)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


@pytest.mark.parametrize("endpoint", [0x02, 0x81])
def test_a_stall_is_an_error_and_not_the_end(bench: FTBench, endpoint: int) -> None:
    bus = bench.i2c()
    bench.host.port(bench.chip).stall(endpoint)
    assert failing(bus, 0x50, Read(1)).fault is Fault.IO
    with suppress(BusError):
        bus.transfer(0x50, [Write(b"")])
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


def test_short_packets_are_put_together(bench: FTBench) -> None:
    bus = bench.i2c()
    bench.chip.channel.short_packets = 5
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(100)]) == b"\xff" * 100


# ---- who has D0 to D2


def test_the_bus_configured_last_has_the_pins(bench: FTBench) -> None:
    i2c, spi = bench.i2c(), bench.backend.spi("spi0")
    spi.configure(SPIConfig())
    with pytest.raises(ConfigError, match="configured as something else"):
        i2c.transfer(0x50, [Write(b"")])
    i2c.configure(I2CConfig())
    assert i2c.transfer(0x50, [Write(b"")]) == b""
    with pytest.raises(ConfigError, match="configured as something else"):
        spi.transfer(b"\x00")
    spi.close()
    assert i2c.transfer(0x50, [Write(b"")]) == b"", "closing a bus that has lost its pins touches nothing"


def test_a_pin_of_the_bus_can_be_moved_by_hand(bench: FTBench) -> None:
    i2c, scl = bench.i2c(), bench.backend.line("D0")
    scl.configure(LineConfig(Mode.OPEN_DRAIN, level=0))
    bench.sleep(1)
    assert bench.chip.terminal("AD0").level == 0
    i2c.configure(I2CConfig())
    scl.write(0)
    bench.sleep(1)
    assert bench.chip.terminal("AD0").level == 1, "the line has lost its pin to the bus"
    assert i2c.transfer(0x50, [Write(b"")]) == b""


def test_buses_must_be_configured_and_on_their_pins(bench: FTBench) -> None:
    for bus in (bench.backend.i2c("i2c0"), bench.backend.spi("spi0")):
        with pytest.raises(ConfigError, match="configure the bus first"):
            bus.transfer(0x50, [Write(b"")]) if isinstance(bus, I2CBus) else bus.transfer(b"")
    with pytest.raises(ConfigError, match="scl is D0 on this bridge, not D4"):
        bench.backend.i2c("i2c0").configure(I2CConfig(scl="D4"))
    with pytest.raises(Unsupported, match="7-bit"):
        bench.i2c().transfer(0x80, [Write(b"")])


# ---- lines


def test_a_line_says_what_it_cannot_do(bench: FTBench) -> None:
    line = bench.backend.line("D5")
    line.configure(LineConfig(Mode.IN, Pull.UP))
    with pytest.raises(Unsupported, match=r"D5: .*no pull-down"):
        line.configure(LineConfig(Mode.IN, Pull.DOWN))
    with pytest.raises(Unsupported, match="no analog"):
        line.configure(LineConfig(Mode.ANALOG))


def test_edges_are_found_by_polling_and_timed_by_the_board(bench: FTBench) -> None:
    line = bench.backend.line("D4")
    line.configure(LineConfig(Mode.IN))
    edges: list[tuple[Edge, int]] = []
    line.watch(Edge.FALLING, lambda edge, time_ns: edges.append((edge, time_ns)))
    bench.sleep(10)
    pressed = bench.host.world.now
    bench.chip.terminal("AD4").drive(0)
    bench.sleep(10)
    bench.chip.terminal("AD4").drive(1)
    bench.sleep(10)
    [(edge, time)] = edges
    assert edge is Edge.FALLING
    assert pressed <= time <= pressed + 3 * MS
    line.watch(Edge.FALLING, None)
    bench.counted()
    bench.sleep(10)
    assert bench.counted() == 0, "nobody watches, nobody polls"


def test_a_poll_does_not_land_in_a_transfer(bench: FTBench) -> None:
    line = bench.backend.line("D4")
    line.configure(LineConfig(Mode.IN))
    edges: list[Edge] = []
    line.watch(Edge.BOTH, lambda edge, time_ns: edges.append(edge))
    bus = bench.i2c(100_000)
    bench.host.world.at(bench.host.world.now + 5 * MS, lambda: bench.chip.terminal("AD4").drive(0))
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(300)]) == b"\xff" * 300
    bench.sleep(5)
    assert edges == [Edge.FALLING]


def test_polling_outlives_an_unplugging(bench: FTBench) -> None:
    line = bench.backend.line("D4")
    line.configure(LineConfig(Mode.IN))
    edges: list[Edge] = []
    line.watch(Edge.BOTH, lambda edge, time_ns: edges.append(edge))
    bench.host.unplug(bench.chip)
    bench.sleep(100)
    bench.host.plug(bench.chip)
    bench.sleep(1_500)
    bench.chip.terminal("AD4").drive(0)
    bench.sleep(10)
    assert edges == [Edge.FALLING]


# ---- which adapter


def test_two_that_match_are_listed_and_none_is_taken() -> None:
    bench = FTBench(FT232H(serial="FT1"))
    bench.backend.close()
    second = bench.host.plug(FT2232H(serial="FT2"))
    with pytest.raises(ConfigError, match="2 adapters match FT232H; say which") as raised:
        bench.open()
    assert "ft232h://FT1 on USB port 1-1, ft232h://FT2 on USB port 1-2" in str(raised.value)
    bench.place = "FT2/2"
    with closing(bench.open()) as backend:
        assert backend.name == "FT2232H"
        backend.line("C7").configure(LineConfig(Mode.OUT, level=0))
        bench.sleep(1)
        assert second.terminal("BC7").level == 0


def test_twins_without_a_serial_number_are_told_apart_by_their_ports() -> None:
    bench = FTBench(FT232H(serial="SAME"))
    bench.backend.close()
    bench.host.plug(FT232H(serial="SAME"))
    with pytest.raises(ConfigError, match=r"ft232h://\?port=1-1, ft232h://\?port=1-2"):
        bench.open()
    bench.options = {"port": "1-2"}
    bench.open().close()


def test_two_channels_of_one_chip_at_once() -> None:
    bench = FTBench(FT2232H(serial="FT1"))
    bench.place = "FT1/2"
    with closing(bench.backend) as first, closing(bench.open()) as second:
        for backend, name in ((first, "AD5"), (second, "BD5")):
            backend.line("D5").configure(LineConfig(Mode.OUT, level=0))
            bench.sleep(1)
            assert bench.chip.terminal(name).level == 0


@pytest.mark.parametrize(
    ("place", "options", "message"),
    [
        ("FT9", {}, "no FT232H with serial number FT9 is plugged in; there is ft232h://FT1 on USB port 1-1"),
        ("", {"port": "1-9"}, "no FT232H on USB port 1-9 is plugged in"),
        ("FT1/2", {}, "the FT232H has one MPSSE, and none on channel 2"),
        ("FT1/x", {}, "a channel is a number from 1 to 4"),
        ("", {"pol": "1"}, "no option 'pol'; it has port, poll, stretch"),
        ("", {"poll": "0"}, "give a whole number from 1 to 10000"),
        ("", {"stretch": "1"}, "give yes or no"),
    ],
)
def test_a_url_that_means_nothing_says_why(place: str, options: dict[str, str], message: str) -> None:
    bench = FTBench(FT232H(serial="FT1"))
    bench.backend.close()
    bench.place, bench.options = place, options
    with pytest.raises(ConfigError, match=re.escape(message)) as raised:
        bench.open()
    assert "\n" not in str(raised.value)


def test_nothing_plugged_in() -> None:
    host = VirtualHost()
    with pytest.raises(ConfigError, match="no FT232H is plugged in: looked for USB id 0403:6014"):
        FT232HBackend(Wiring(), usb_backend=host.backend(), clock=host.clock)


def test_a_device_this_user_may_not_open_comes_with_the_udev_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    bench = FTBench(FT232H(serial="FT1"))
    bench.backend.close()
    bench.host.port(bench.chip).permitted = False
    for bench.place in ("", "FT1"):
        with pytest.raises(ConfigError, match="permission denied") as raised:
            bench.open()
        assert 'ATTR{idVendor}=="0403", ATTR{idProduct}=="6014", TAG+="uaccess"' in str(raised.value)


def test_another_program_has_it() -> None:
    bench = FTBench(FT232H(serial="FT1"))
    with pytest.raises(ConfigError, match="another program or driver has it"):
        bench.open()
    bench.backend.close()
    bench.open().close()


def test_the_kernel_s_driver_gets_the_interface_back(bench: FTBench) -> None:
    port = bench.host.port(bench.chip)
    assert port.drivers == {}
    bench.backend.close()
    assert port.drivers == {0: "ftdi_sio"}
