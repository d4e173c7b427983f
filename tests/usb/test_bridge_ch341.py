"""The CH341A backend on a simulated chip: the contract, USB transfers counted, and what goes wrong."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from machine_compat.backends.ch341 import CH341Backend
from machine_compat.contract import Edge, I2CConfig, LineConfig, Mode, Pull, Read, SPIConfig, Write
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported
from machine_compat.mock.nets import connect
from machine_compat.mock.usb.ch341 import CH341A
from machine_compat.testing import check_backend, check_clock, check_i2c, check_line, check_spi
from tests.usb.bridge_bench import Bench, failing

MS = 1_000_000


def made(place: str = "", **options: str) -> Bench[CH341A]:
    """A simulated CH341A with an EEPROM, and a backend on it."""
    bench = Bench(CH341Backend, CH341A(), place, **options)
    bench.chip.attach("24c256@i2c0:0x50")
    return bench


@pytest.fixture
def bench() -> Iterator[Bench[CH341A]]:
    bench = made(poll="500")
    with closing(bench.backend):
        yield bench


def test_the_contract(bench: Bench[CH341A]) -> None:
    connect(bench.chip.terminal("D5"), bench.chip.terminal("D7"))
    connect(bench.chip.terminal("D0"), bench.chip.terminal("D1"))
    check_backend(bench.backend)
    check_clock(bench.backend.clock())
    check_i2c(bench.backend, "i2c0", 0x50, pointer_bytes=2)
    check_spi(bench.backend, "spi0")
    check_line(bench.backend, "D0")


def test_what_fits_into_a_packet_is_one_out_and_one_back(bench: Bench[CH341A]) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"\x01\x00" + bytes(range(9)))])
    assert bench.counted() == 2
    bench.sleep(10)
    assert bus.transfer(0x50, [Write(b"\x01\x00"), Read(14)]) == bytes(range(9)) + b"\xff" * 5
    assert bench.counted() == 2
    bus.transfer(0x50, [Write(b"")])
    assert bench.counted() == 2
    failing(bus, 0x51, Write(b"\x00"), Read(4))
    assert bench.counted() == 2
    bus.transfer(0x50, [Write(bytes(129))])
    assert bench.counted() == 2, "packets that return nothing go out with the last one"
    bench.sleep(10)
    assert bus.scan(range(0x08, 0x78)) == (0x50,)
    assert bench.counted() == 2 * 16, "seven addresses a packet"


def test_there_are_no_phantoms(bench: Bench[CH341A]) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"")])
    for address in (*range(0x08, 0x50), *range(0x51, 0x78)):
        assert failing(bus, address, Write(b"")).fault is Fault.NACK_ADDRESS
    assert failing(bus, 0x51, Write(b"\x00\x01\x02"), Read(3)).acked == 0
    assert failing(bus, 0x51, Write(bytes(100))).fault is Fault.NACK_ADDRESS
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(100)]) == b"\xff" * 100


def refusing(bench: Bench[CH341A], after: int) -> None:
    """A chip at 0x20 that takes so many bytes, and then listens no more."""
    chip = bench.chip.attach("mcp23017@i2c0:0x20")
    taken = [0]

    def write(byte: int) -> bool:
        taken[0] += 1
        return taken[0] <= after

    chip.write = write


@pytest.mark.parametrize(("length", "after", "acked"), [(8, 3, 3), (11, 10, 10), (100, 50, 0), (1000, 600, 391)])
def test_a_byte_that_was_refused_is_noticed(bench: Bench[CH341A], length: int, after: int, acked: int) -> None:
    refusing(bench, after)
    bus = bench.i2c()
    error = failing(bus, 0x20, Write(bytes(length)))
    assert (error.fault, error.acked) == (Fault.NACK_DATA, acked)
    assert bench.chip.terminal("SCL").level == bench.chip.terminal("SDA").level == 1
    assert bus.transfer(0x50, [Write(b"")]) == b""


def test_sda_held_low_is_not_taken_for_an_answer(bench: Bench[CH341A]) -> None:
    bus = bench.i2c()
    finger = bench.hold("SDA")
    finger.pull_low(True)
    for ops in ([Write(b"")], [Write(b"\x00")], [Write(bytes(100))], [Read(4)], [Read(40)], [Write(b"\x00"), Read(1)]):
        error = failing(bus, 0x50, *ops)
        assert error.fault is Fault.TIMEOUT
        assert "SDA is held low" in str(error)
    with pytest.raises(BusError, match="SDA is held low"):
        bus.scan(range(0x08, 0x78))
    finger.pull_low(False)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


def test_zeros_from_a_chip_are_believed(bench: Bench[CH341A]) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(bytes(21))])
    bench.sleep(10)
    bench.counted()
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(4)]) == bytes(4)
    assert bench.counted() == 2
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(19)]) == bytes(19)
    assert bench.counted() == 4, "and whether SDA is held low"


def test_a_held_bus_goes_on_or_is_let_go(bench: Bench[CH341A]) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"\x00\x00")], False)
    bench.sleep(1)
    assert bench.chip.terminal("SCL").level == 0
    assert bus.transfer(0x50, [Read(1)]) == b"\xff"
    bus.transfer(0x50, [Write(b"\x00\x00")], False)
    bus.close()
    bench.sleep(1)
    assert bench.chip.terminal("SCL").level == 1


def test_spi_drives_a_flash_chip(bench: Bench[CH341A]) -> None:
    bench.chip.attach("w25q16@spi0:D0")
    bus, select = bench.backend.spi("spi0"), bench.backend.line("D0")
    select.configure(LineConfig(Mode.OUT, level=1))
    bus.configure(SPIConfig(2_000_000))
    assert bus.frequency == 1_500_000
    select.write(0)
    bus.transfer(b"\x9f", False)
    assert bus.transfer(bytes(3)) == b"\xef\x40\x15"
    select.write(1)


def test_what_it_cannot_do(bench: Bench[CH341A]) -> None:
    spi = bench.backend.spi("spi0")
    for config, message in (
        (SPIConfig(polarity=1), "SPI mode 2: the CH341A has mode 0 alone"),
        (SPIConfig(phase=1), "SPI mode 1: the CH341A has mode 0 alone"),
        (SPIConfig(bits=16), "16 bits"),
        (SPIConfig(400_000), "one clock of about 1500000 Hz"),
    ):
        with pytest.raises(Unsupported, match=message):
            spi.configure(config)
    for ref, config, message in (
        ("D6", LineConfig(Mode.OUT), "D6 is an input"),
        ("D0", LineConfig(Mode.IN, Pull.DOWN), "no pull-down"),
        ("D0", LineConfig(Mode.ANALOG), "no analog"),
    ):
        with pytest.raises(Unsupported, match=message):
            bench.backend.line(ref).configure(config)
    with pytest.raises(ConfigError, match="20000 to 750000 Hz"):
        bench.backend.i2c("i2c0").configure(I2CConfig(10_000))
    with pytest.raises(ConfigError, match="sck is D3 on this bridge, not D0"):
        spi.configure(SPIConfig(sck="D0"))


def test_edges_are_found_by_polling(bench: Bench[CH341A]) -> None:
    line = bench.backend.line("D6")
    line.configure(LineConfig(Mode.IN))
    bench.chip.terminal("D6").drive(0)
    edges: list[Edge] = []
    line.watch(Edge.BOTH, lambda edge, time_ns: edges.append(edge))
    bench.sleep(20)
    bench.chip.terminal("D6").drive(1)
    bench.sleep(20)
    assert edges == [Edge.RISING]


def test_unplugged_and_plugged_in_again(bench: Bench[CH341A]) -> None:
    bus, line = bench.i2c(), bench.backend.line("D1")
    line.configure(LineConfig(Mode.OUT, level=0))
    bench.host.world.at(bench.host.world.now + 5 * MS, lambda: bench.host.unplug(bench.chip))
    error = failing(bus, 0x50, Read(2000))
    assert (error.fault, str(error)) == (Fault.IO, "CH341A was unplugged")
    assert "is not back: no CH341A on USB port 1-1" in str(failing(bus, 0x50, Read(1)))
    bench.host.plug(bench.chip)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"
    assert bench.chip.terminal("D1").level == 0


def test_which_one(bench: Bench[CH341A]) -> None:
    bench.backend.close()
    bench.host.plug(CH341A())
    bench.options = {}
    with pytest.raises(ConfigError, match=r"ch341://\?port=1-1, ch341://\?port=1-2"):
        bench.open()
    bench.options = {"port": "1-2"}
    bench.open().close()
    bench.place = "X1"
    with pytest.raises(ConfigError, match="no serial number"):
        bench.open()
