"""The MCP2221 backend on a simulated chip: the contract, USB transfers counted, and everything that goes wrong."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from machine_compat.backends.mcp2221 import MCP2221Backend
from machine_compat.contract import ADCConfig, Edge, I2CConfig, LineConfig, Mode, Pull, Read, Write
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.usb.mcp2221 import MCP2221A
from machine_compat.testing import check_adc, check_backend, check_clock, check_i2c, check_line
from tests.usb.bridge_bench import Bench, failing

MS = 1_000_000


def made(place: str = "", **options: str) -> Bench[MCP2221A]:
    """A simulated MCP2221A with an EEPROM, and a backend on it."""
    bench = Bench(MCP2221Backend, MCP2221A(), place, **options)
    bench.chip.attach("24c256@i2c0:0x50")
    return bench


@pytest.fixture
def bench() -> Iterator[Bench[MCP2221A]]:
    bench = made()
    with closing(bench.backend):
        yield bench


# ---- the contract


def test_the_contract() -> None:
    bench = made(poll="500")
    connect(bench.chip.terminal("GP0"), bench.chip.terminal("GP1"))
    with closing(bench.backend) as backend:
        check_backend(backend)
        check_clock(backend.clock())
        check_i2c(backend, "i2c0", 0x50, pointer_bytes=2)
        check_line(backend, "G0")
        check_adc(backend, "G2")


# ---- USB transfers: a report and its answer are two


@pytest.mark.parametrize("frequency", [100_000, 400_000])
def test_transfers_take_the_reports_that_the_protocol_wants(bench: Bench[MCP2221A], frequency: int) -> None:
    bus = bench.i2c(frequency)
    bus.transfer(0x50, [Write(bytes(129))])
    assert bench.counted() == 2 * (3 + 1), "three chunks, and how it ended"
    bench.sleep(10)
    bus.transfer(0x50, [Write(b"\x00\x00"), Read(14)])
    assert bench.counted() == 2 * 3
    bus.transfer(0x50, [Write(b"\x00\x00"), Read(2048)])
    assert bench.counted() == 2 * (2 + 35)
    failing(bus, 0x51, Read(1))
    assert bench.counted() == 2 * 3, "the read, its failure, and the cancelling"


def test_a_line_is_set_and_read_with_one_report(bench: Bench[MCP2221A]) -> None:
    line = bench.backend.line("G3")
    line.configure(LineConfig(Mode.OUT, level=1))
    bench.counted()
    line.write(0)
    assert bench.counted() == 2
    assert line.read() == 0
    assert bench.counted() == 2


def test_the_frequency_is_reported(bench: Bench[MCP2221A]) -> None:
    bus = bench.backend.i2c("i2c0")
    assert bus.frequency == 0
    bus.configure(I2CConfig(1_000_000))
    assert bus.frequency == 400_000
    bus.configure(I2CConfig(90_000))
    assert bus.frequency == 89_552
    with pytest.raises(ConfigError, match="46693 to 400000 Hz"):
        bus.configure(I2CConfig(46_000))


# ---- errors


def test_the_byte_that_was_refused_is_known_and_the_next_transfer_works(bench: Bench[MCP2221A]) -> None:
    chip = bench.chip.attach("mcp23017@i2c0:0x20")
    taken = [0]
    original = chip.write

    def write(byte: int) -> bool:
        taken[0] += 1
        return taken[0] <= 5 and original(byte)

    chip.write = write
    bus = bench.i2c()
    error = failing(bus, 0x20, Write(bytes(8)))
    assert (error.fault, error.acked) == (Fault.NACK_DATA, 5)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


def test_nobody_there_again_and_again(bench: Bench[MCP2221A]) -> None:
    bus = bench.i2c(100_000)
    for address in range(0x20, 0x30):
        assert failing(bus, address, Read(1)).fault is Fault.NACK_ADDRESS
        assert failing(bus, address, Write(b"\x00")).fault is Fault.NACK_ADDRESS
        assert failing(bus, address, Write(b"\x00"), Read(1)).fault is Fault.NACK_ADDRESS
        assert bus.transfer(0x50, [Read(1)]) == b"\xff"


@pytest.mark.parametrize("line", ["SCL", "SDA"])
def test_a_line_held_low_is_named(bench: Bench[MCP2221A], line: str) -> None:
    bus = bench.i2c()
    finger = bench.hold(line)
    finger.pull_low(True)
    error = failing(bus, 0x50, Read(1))
    assert error.fault is Fault.TIMEOUT
    assert f"{line} is held low" in str(error)
    finger.pull_low(False)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


def test_without_a_spare_pin_a_stuck_bus_says_how_to_free_it(bench: Bench[MCP2221A]) -> None:
    bus = bench.i2c()
    bench.hold("SDA").pull_low(True)
    assert "?unstick=G0" in str(failing(bus, 0x50, Read(1)))


def test_a_stuck_bus_is_clocked_free_by_a_spare_pin() -> None:
    bench = made(unstick="G0")
    connect(bench.chip.terminal("GP0"), bench.chip.terminal("SCL"))
    with closing(bench.backend):
        bus = bench.i2c()
        finger = bench.hold("SDA")
        finger.pull_low(True)
        clocks = [0]

        def changed(level: int, time: int) -> None:
            clocks[0] += level
            if clocks[0] == 9:
                finger.pull_low(False)

        bench.chip.terminal("SCL").watch(changed)
        error = failing(bus, 0x50, Read(1))
        assert "nine clocks were sent to free it" in str(error)
        assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"
        with pytest.raises(ConfigError, match="G0 is joined to SCL"):
            bench.backend.line("G0")


def test_a_hanging_engine_is_an_error_and_works_once_replugged(bench: Bench[MCP2221A]) -> None:
    bus = bench.i2c()
    bench.chip.i2c.state = 0x62
    bench.chip.i2c.used = False
    with pytest.raises(BusError, match="unplug the MCP2221"):
        bus.configure(I2CConfig())
    bench.host.unplug(bench.chip)
    bench.host.plug(bench.chip)
    with pytest.raises(BusError, match="was unplugged"):
        bus.configure(I2CConfig())
    bus.configure(I2CConfig())
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


def test_an_engine_left_in_an_error_state_is_cancelled_first(bench: Bench[MCP2221A]) -> None:
    bench.i2c().transfer(0x50, [Write(b"\x00\x00")])
    bench.chip.i2c.state = 0x25
    bus = bench.i2c()
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


def test_sda_that_moved_while_nobody_looked_does_not_spoil_a_transfer(bench: Bench[MCP2221A]) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"\x00\x00")])
    finger = bench.hold("SDA")
    finger.pull_low(True)
    finger.pull_low(False)
    assert bench.chip.i2c.disturbed
    bench.sleep(2_000)
    bench.counted()
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"
    assert bench.host.transfers[0].data[0] == 0x10, "it looks first, and cancels"
    assert bench.host.transfers[2].data[:3] == b"\x10\x00\x10"


def test_a_held_bus_is_let_go_when_it_is_closed(bench: Bench[MCP2221A]) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"\x00\x00")], False)
    assert bench.chip.terminal("SCL").level == 0
    bus.close()
    bench.sleep(5)
    assert bench.chip.terminal("SCL").level == 1


def test_unplugged_in_mid_transfer_and_plugged_in_again(bench: Bench[MCP2221A]) -> None:
    bus, line = bench.i2c(), bench.backend.line("G2")
    line.configure(LineConfig(Mode.OUT, level=1))
    bench.host.world.at(bench.host.world.now + 30 * MS, lambda: bench.host.unplug(bench.chip))
    error = failing(bus, 0x50, Read(2000))
    assert (error.fault, str(error)) == (Fault.IO, "MCP2221 0001 was unplugged")
    assert "is not back: no MCP2221" in str(failing(bus, 0x50, Read(1)))
    bench.host.plug(bench.chip)
    assert bench.chip.terminal("GP2").level == 0
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"
    assert bench.chip.terminal("GP2").level == 1
    bench.host.unplug(bench.chip)
    bus.close()
    line.close()


def test_a_chip_that_falls_silent_is_a_timeout_and_its_late_answer_is_not_mistaken(bench: Bench[MCP2221A]) -> None:
    bus = bench.i2c()
    bench.host.port(bench.chip).mute(0x83)
    before = bench.host.world.now
    assert failing(bus, 0x50, Write(b"\x00\x00"), Read(1)).fault is Fault.TIMEOUT
    assert bench.host.world.now - before < 5_000 * MS
    bench.host.port(bench.chip).mute(0x83, False)
    bus.configure(I2CConfig())
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


# ---- lines, converters


def test_lines_on_the_wire(bench: Bench[MCP2221A]) -> None:
    line = bench.backend.line("G0")
    for level in (1, 0):
        line.configure(LineConfig(Mode.OUT, level=level))
        assert bench.chip.terminal("GP0").level == level
    line.configure(LineConfig(Mode.OPEN_DRAIN, level=1))
    bench.chip.terminal("GP0").pull(1)
    assert line.read() == 1
    line.write(0)
    assert line.read() == bench.chip.terminal("GP0").level == 0
    for pull in (Pull.UP, Pull.DOWN):
        with pytest.raises(Unsupported, match="no pull resistors"):
            line.configure(LineConfig(Mode.IN, pull))
    with pytest.raises(Unsupported, match="ADC or DAC"):
        line.configure(LineConfig(Mode.ANALOG))


def test_setting_one_pin_keeps_the_others(bench: Bench[MCP2221A]) -> None:
    first, second = bench.backend.line("G0"), bench.backend.line("G1")
    first.configure(LineConfig(Mode.OUT, level=0))
    first.write(1)
    second.configure(LineConfig(Mode.OUT, level=1))
    assert bench.chip.terminal("GP0").level == bench.chip.terminal("GP1").level == 1


def test_edges_are_found_by_polling() -> None:
    bench = made(poll="100")
    with closing(bench.backend) as backend:
        line = backend.line("G0")
        line.configure(LineConfig(Mode.IN))
        edges: list[tuple[Edge, int]] = []
        line.watch(Edge.BOTH, lambda edge, time_ns: edges.append((edge, time_ns)))
        bench.sleep(50)
        pressed = bench.host.world.now
        bench.chip.terminal("GP0").drive(1)
        bench.sleep(50)
        [(edge, time)] = edges
        assert edge is Edge.RISING
        assert pressed <= time <= pressed + 15 * MS


def test_analog_in_and_out(bench: Bench[MCP2221A]) -> None:
    pin = bench.chip.terminal("GP1")
    outside = Terminal(bench.host.world, "battery", None)
    connect(outside, pin)
    outside.supply(1.65)
    channel = bench.backend.adc("G1")
    channel.configure(ADCConfig())
    assert channel.full_scale_uv() is None
    assert abs(channel.sample() - 32_768) < 100
    channel.configure(ADCConfig(2_000_000))
    assert channel.full_scale_uv() == 2_048_000
    assert abs(channel.sample() - round(1.65 / 2.048 * 65_535)) < 100
    bench.backend.line("G0").configure(LineConfig(Mode.OUT, level=1))
    assert abs(channel.sample() - round(1.65 / 2.048 * 65_535)) < 100, "loading pins must not lose the reference"
    output = bench.backend.dac("G2")
    output.write(32_768)
    assert bench.chip.terminal("GP2").volts == pytest.approx(1.65)
    output.write(0)
    assert bench.chip.terminal("GP2").volts == 0
    assert abs(channel.sample() - round(1.65 / 2.048 * 65_535)) < 100
    output.close()
    assert bench.chip.terminal("GP2").volts is None


# ---- which adapter, and what it leaves alone


def test_only_the_hid_interface_is_taken(bench: Bench[MCP2221A]) -> None:
    port = bench.host.port(bench.chip)
    assert port.drivers == {0: "cdc_acm", 1: "cdc_acm"}
    bench.backend.close()
    assert sorted(port.drivers) == [0, 1, 2]


def test_two_that_match_are_listed_and_none_is_taken() -> None:
    bench = made()
    bench.backend.close()
    bench.host.plug(MCP2221A())
    with pytest.raises(ConfigError, match=r"mcp2221://\?port=1-1, mcp2221://\?port=1-2"):
        bench.open()
    bench.host.plug(MCP2221A(serial="0002"))
    bench.place = "0002"
    bench.open().close()
    bench.options = {"unstick": "D0"}
    with pytest.raises(ConfigError, match="has no 'D0'; it has G0, G1, G2, G3"):
        bench.open()


def test_it_has_one_uart(bench: Bench[MCP2221A]) -> None:
    # How it works with a serial port of the system is in test_host_side_serial.py.
    with pytest.raises(ConfigError, match="the MCP2221 has no 'uart1'; it has uart0"):
        bench.backend.uart("uart1")
