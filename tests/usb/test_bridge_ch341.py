"""The CH341A backend on a simulated chip: the contract, USB transfers counted, and what goes wrong."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from machine_compat.backends.ch341 import CH341Backend
from machine_compat.contract import Edge, I2CBus, I2CConfig, LineConfig, Mode, Pull, Read, SPIConfig, Wiring, Write
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported
from machine_compat.mock.nets import connect
from machine_compat.mock.usb.ch341 import CH341A
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.testing import check_backend, check_clock, check_i2c, check_line, check_spi

MS = 1_000_000


class Bench:
    """A simulated CH341A with an EEPROM, and a backend on it."""

    def __init__(self, place: str = "", **options: str) -> None:
        self.host = VirtualHost()
        self.chip = self.host.plug(CH341A())
        self.chip.attach("24c256@i2c0:0x50")
        self.place, self.options = place, options
        self.backend = self.open()

    def open(self) -> CH341Backend:
        return CH341Backend(Wiring(), self.place, self.options, usb_backend=self.host.backend(), clock=self.host.clock)

    def i2c(self, frequency: int = 400_000) -> I2CBus:
        bus = self.backend.i2c("i2c0")
        bus.configure(I2CConfig(frequency))
        self.counted()
        return bus

    def sleep(self, ms: float) -> None:
        deadline = self.host.world.now + round(ms * MS)
        while self.host.world.now < deadline:
            self.host.clock.wait_until(deadline)

    def counted(self) -> int:
        count = len(self.host.transfers)
        self.host.transfers.clear()
        return count


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench(poll="500")
    with closing(bench.backend):
        yield bench


def failing(bus: I2CBus, address: int, *ops: Write | Read) -> BusError:
    with pytest.raises(BusError) as raised:
        bus.transfer(address, ops)
    return raised.value


def test_the_contract(bench: Bench) -> None:
    connect(bench.chip.terminal("D5"), bench.chip.terminal("D7"))
    connect(bench.chip.terminal("D0"), bench.chip.terminal("D1"))
    check_backend(bench.backend)
    check_clock(bench.backend.clock())
    check_i2c(bench.backend, "i2c0", 0x50, pointer_bytes=2)
    check_spi(bench.backend, "spi0")
    check_line(bench.backend, "D0")


def test_transfers_are_counted(bench: Bench) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(bytes(129))])
    assert bench.counted() == 3
    bench.sleep(10)
    bus.transfer(0x50, [Write(b"\x00\x00"), Read(14)])
    assert bench.counted() == 6
    bus.transfer(0x50, [Write(b"")])
    assert bench.counted() == 3
    failing(bus, 0x51, Write(bytes(100)))
    assert bench.counted() == 3


def test_there_are_no_phantoms_and_nothing_is_sent_to_nobody(bench: Bench) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"")])
    for address in (*range(0x08, 0x50), *range(0x51, 0x78)):
        assert failing(bus, address, Write(b"")).fault is Fault.NACK_ADDRESS
    assert failing(bus, 0x51, Write(b"\x00\x01\x02"), Read(3)).acked == 0
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(100)]) == b"\xff" * 100


def test_a_held_bus_goes_on_or_is_let_go(bench: Bench) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"\x00\x00")], False)
    bench.sleep(1)
    assert bench.chip.terminal("SCL").level == 0
    assert bus.transfer(0x50, [Read(1)]) == b"\xff"
    bus.transfer(0x50, [Write(b"\x00\x00")], False)
    bus.close()
    bench.sleep(1)
    assert bench.chip.terminal("SCL").level == 1


def test_spi_drives_a_flash_chip(bench: Bench) -> None:
    bench.chip.attach("w25q16@spi0:D0")
    bus, select = bench.backend.spi("spi0"), bench.backend.line("D0")
    select.configure(LineConfig(Mode.OUT, level=1))
    bus.configure(SPIConfig(2_000_000))
    assert bus.frequency == 1_500_000
    select.write(0)
    bus.transfer(b"\x9f", False)
    assert bus.transfer(bytes(3)) == b"\xef\x40\x15"
    select.write(1)


def test_what_it_cannot_do(bench: Bench) -> None:
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


def test_edges_are_found_by_polling(bench: Bench) -> None:
    line = bench.backend.line("D6")
    line.configure(LineConfig(Mode.IN))
    bench.chip.terminal("D6").drive(0)
    edges: list[Edge] = []
    line.watch(Edge.BOTH, lambda edge, time_ns: edges.append(edge))
    bench.sleep(20)
    bench.chip.terminal("D6").drive(1)
    bench.sleep(20)
    assert edges == [Edge.RISING]


def test_unplugged_and_plugged_in_again(bench: Bench) -> None:
    bus, line = bench.i2c(), bench.backend.line("D1")
    line.configure(LineConfig(Mode.OUT, level=0))
    bench.host.world.at(bench.host.world.now + 5 * MS, lambda: bench.host.unplug(bench.chip))
    error = failing(bus, 0x50, Read(2000))
    assert (error.fault, str(error)) == (Fault.IO, "CH341A was unplugged")
    assert "is not back: no CH341A on USB port 1-1" in str(failing(bus, 0x50, Read(1)))
    bench.host.plug(bench.chip)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"
    assert bench.chip.terminal("D1").level == 0


def test_which_one(bench: Bench) -> None:
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
