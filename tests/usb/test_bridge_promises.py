"""What every bridge promises: errors that are the port's, no retries, a bus left idle, and no trouble after trouble."""

import errno
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from machine_compat.backends.ch341 import CH341Backend
from machine_compat.backends.ft232h import FT232HBackend
from machine_compat.backends.mcp2221 import MCP2221Backend
from machine_compat.board import Board
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.contract import I2CConfig, LineConfig, Mode, Read, SPIConfig, Wiring, Write
from machine_compat.errors import Fault, Unsupported
from machine_compat.interpreter.life import Life, Program
from machine_compat.mock.nets import connect
from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.ch341 import CH341A
from machine_compat.mock.usb.ft232h import FT232H, FT2232H, FT4232H
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.mcp2221 import MCP2221A
from machine_compat.profile import Profile, load, parse
from tests.usb.bridge_bench import Bench, failing

MS = 1_000_000


class Kind(NamedTuple):
    """A bridge: its classes, its wires, its data endpoints, and how many STARTs a failed write shows on the wire."""

    backend: type[BridgeBackend[Any]]
    chip: type[Bridge]
    scl: str
    sda: str
    out: int
    back: int
    starts: int = 1


KINDS = {
    "ft232h": Kind(FT232HBackend, FT232H, "AD0", "AD1", 0x02, 0x81),
    "ft2232h": Kind(FT232HBackend, FT2232H, "AD0", "AD1", 0x02, 0x81),
    "ft4232h": Kind(FT232HBackend, FT4232H, "AD0", "AD1", 0x02, 0x81),
    # One more by the cancelling, which ends in a STOP.
    "mcp2221": Kind(MCP2221Backend, MCP2221A, "SCL", "SDA", 0x03, 0x83, starts=2),
    # One more for the reserved address, which tells whether SDA is free.
    "ch341": Kind(CH341Backend, CH341A, "SCL", "SDA", 0x02, 0x82, starts=2),
}


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def bench(kind: Kind) -> Iterator[Bench[Any]]:
    bench = Bench(kind.backend, kind.chip())
    bench.chip.attach("24c256@i2c0:0x50")
    with closing(bench.backend):
        yield bench


def idle(bench: Bench[Any], kind: Kind) -> bool:
    bench.sleep(5)
    return bool(bench.chip.terminal(kind.scl).level and bench.chip.terminal(kind.sda).level)


# ---- errors


def test_a_write_that_fails_is_not_sent_again(bench: Bench[Any], kind: Kind) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"\x00\x00")])
    bench.sleep(5)
    scl, sda = bench.chip.terminal(kind.scl), bench.chip.terminal(kind.sda)
    starts = [0]

    def changed(level: int, time: int) -> None:
        starts[0] += scl.level and not level

    sda.watch(changed)
    assert failing(bus, 0x51, Write(b"abc")).fault is Fault.NACK_ADDRESS
    assert idle(bench, kind)
    assert starts[0] == kind.starts


def test_after_a_refused_byte_the_bus_is_idle_and_the_next_transfer_works(bench: Bench[Any], kind: Kind) -> None:
    chip = bench.chip.attach("mcp23017@i2c0:0x20")
    taken: list[int] = []
    chip.write = lambda byte: len(taken) < 4 and not taken.append(byte)
    bus = bench.i2c()
    error = failing(bus, 0x20, Write(b"123456"))
    assert (error.fault, error.acked) == (Fault.NACK_DATA, 4)
    assert taken == list(b"1234"), "nothing was sent twice"
    assert idle(bench, kind)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, errno.ENODEV),
        ('like = "pico"\nbackend = "x://"\n[pins]\nGP5 = "{scl}"\nGP4 = "{sda}"\n[buses]\ni2c0 = "i2c0"', errno.EIO),
    ],
)
@pytest.mark.parametrize(
    ("name", "scl", "sda"), [("ft232h", "D0", "D1"), ("mcp2221", "SCL", "SDA"), ("ch341", "SCL", "SDA")]
)
def test_a_script_gets_the_error_of_its_port(
    name: str, scl: str, sda: str, text: str | None, number: int, tmp_path: Path
) -> None:
    profile: Profile = load(name) if text is None else parse(text.format(scl=scl, sda=sda), "mine", "mine.toml")
    host = VirtualHost()
    host.plug(KINDS[name].chip()).attach("24c256@i2c0:0x50")
    backend = KINDS[name].backend(profile.wiring(), usb_backend=host.backend(), clock=host.clock)
    with closing(Board(profile, backend)) as board:
        machine: Any = Life(board, Program(tmp_path / "main.py")).loader.load("machine")
        i2c = machine.I2C(0)
        with pytest.raises(OSError, match=errno.errorcode[number]) as raised:
            i2c.writeto(0x51, b"x")
        assert raised.value.args == (number,)
        assert i2c.scan() == [0x50]


# ---- USB trouble


@pytest.mark.parametrize("trouble", ["mute out", "mute back", "stall out", "stall back"])
def test_after_trouble_on_usb_no_answer_is_mistaken_for_another(bench: Bench[Any], kind: Kind, trouble: str) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"\x01\x00" + bytes(range(1, 9)))])
    bench.sleep(10)
    what, _, where = trouble.partition(" ")
    endpoint = kind.out if where == "out" else kind.back
    port = bench.host.port(bench.chip)
    (port.mute if what == "mute" else port.stall)(endpoint)
    before = bench.host.world.now
    error = failing(bus, 0x50, Write(b"\x01\x00"), Read(2))
    assert error.fault is (Fault.TIMEOUT if what == "mute" else Fault.IO)
    assert bench.host.world.now - before < 5_000 * MS
    port.mute(endpoint, False)
    for count in (3, 3, 4):
        assert bus.transfer(0x50, [Write(b"\x01\x00"), Read(count)]) == bytes(range(1, count + 1))


def test_a_late_answer_is_waited_for(bench: Bench[Any], kind: Kind) -> None:
    bus = bench.i2c()
    bench.host.port(bench.chip).delay(kind.back, 300 * MS)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(2)]) == b"\xff\xff"
    bench.host.port(bench.chip).delay(kind.back, 0)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(3)]) == b"\xff\xff\xff"


def test_what_ctrl_c_cut_off_does_not_spoil_the_next_transfer(
    bench: Bench[Any], kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = bench.i2c()
    bus.transfer(0x50, [Write(b"\x01\x00" + bytes(range(1, 9)))])
    bench.sleep(10)

    def interrupted(*args: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("machine_compat.bridge.adapter.Adapter.read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bus.transfer(0x50, [Write(b"\x01\x03"), Read(3)])
    bench.sleep(10)
    for count in (3, 5):
        assert bus.transfer(0x50, [Write(b"\x01\x00"), Read(count)]) == bytes(range(1, count + 1))


def test_a_clock_that_stays_stretched_is_a_timeout_also_where_the_chip_waits_for_it() -> None:
    bench = Bench(FT232HBackend, FT232H(), stretch="yes")
    bench.chip.attach("24c256@i2c0:0x50")
    connect(bench.chip.terminal("AD0"), bench.chip.terminal("AD7"))
    with closing(bench.backend):
        bus = bench.i2c()
        finger = bench.hold("AD0")
        finger.pull_low(True)
        assert failing(bus, 0x50, Write(b"\x00")).fault is Fault.TIMEOUT
        finger.pull_low(False)
        assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == b"\xff"


def test_the_mcp2221_waits_for_a_stretched_clock() -> None:
    bench = Bench(MCP2221Backend, MCP2221A())
    bench.chip.attach("24c256@i2c0:0x50")
    with closing(bench.backend):
        bus = bench.i2c(100_000)
        finger = bench.hold("SCL")
        began = bench.host.world.now
        bench.host.world.at(bench.later(1.5), lambda: finger.pull_low(True))
        bench.host.world.at(bench.later(12), lambda: finger.pull_low(False))
        assert bus.transfer(0x50, [Write(bytes(20))]) == b""
        assert bench.host.world.now - began > 12 * MS


def test_unplugged_and_replugged_it_works_again(bench: Bench[Any], kind: Kind) -> None:
    bus = bench.i2c()
    bench.host.world.at(bench.later(3), lambda: bench.host.unplug(bench.chip))
    error = failing(bus, 0x50, Read(3_000))
    assert error.fault is Fault.IO
    assert "was unplugged" in str(error)
    assert "is not back" in str(failing(bus, 0x50, Read(1)))
    bench.host.plug(bench.chip)
    assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(2)]) == b"\xff\xff"


# ---- what a bridge cannot do, and does otherwise


@pytest.mark.parametrize("mode", [1, 3])
def test_spi_modes_1_and_3_are_refused_with_the_reason(mode: int) -> None:
    for name, words in (("ft232h", "first clock edge only"), ("ch341", "has mode 0 alone")):
        bench = Bench(KINDS[name].backend, KINDS[name].chip())
        with closing(bench.backend), pytest.raises(Unsupported, match=words):
            bench.backend.spi("spi0").configure(SPIConfig(2_000_000, mode >> 1, mode & 1))


@pytest.mark.parametrize(
    ("name", "asked", "real", "level"),
    [
        ("ft232h", 390_000, 384_615, logging.INFO),
        ("mcp2221", 1_000_000, 400_000, logging.WARNING),
        ("mcp2221", 90_000, 89_552, logging.INFO),
        ("ch341", 300_000, 100_000, logging.WARNING),
        ("ch341", 400_000, 400_000, None),
    ],
)
def test_another_frequency_than_asked_for_is_said(
    name: str, asked: int, real: int, level: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench(KINDS[name].backend, KINDS[name].chip())
    with closing(bench.backend):
        bench.backend.i2c("i2c0").configure(I2CConfig(asked))
    said = [(record.levelno, record.getMessage()) for record in caplog.records]
    if level is None:
        assert said == []
    else:
        [(at, text)] = said
        assert at == level
        assert text.endswith(f"I2C runs at {real} Hz; it was asked for {asked} Hz")


def test_a_faster_clock_than_asked_for_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(CH341Backend, CH341A())
    with closing(bench.backend):
        bench.backend.spi("spi0").configure(SPIConfig(1_000_000))
    assert "CH341A: SPI runs at 1500000 Hz; it was asked for 1000000 Hz" in caplog.text


@pytest.mark.parametrize("chip", [FT232H, FT2232H, FT4232H])
def test_every_pin_of_a_channel_is_a_line(chip: type[FT232H]) -> None:
    bench = Bench(FT232HBackend, chip())
    banks = "DC" if chip is not FT4232H else "D"
    with closing(bench.backend):
        for name in [f"{bank}{bit}" for bank in banks for bit in range(8)]:
            line = bench.backend.line(name)
            for level in (0, 1, 0):
                line.configure(LineConfig(Mode.OUT, level=level))
                bench.sleep(1)
                assert bench.chip.terminal(f"A{name}").level == line.read() == level


def test_open_drain_where_the_chip_has_none_never_drives_high() -> None:
    bench = Bench(FT232HBackend, FT2232H())
    chip = bench.chip.attach("24c256@i2c0:0x50")
    with closing(bench.backend):
        bus = bench.i2c()
        # A wire that is driven from two sides raises in this world.
        assert bus.transfer(0x50, [Write(b"\x00\x00" + bytes((0x55, 0x00, 0xFF)))]) == b""
        bench.sleep(10)
        assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(3)]) == b"\x55\x00\xff"
        assert bus.scan(range(0x08, 0x78)) == (0x50,)
    assert chip.save()[:3] == b"\x55\x00\xff"


def test_several_adapters_in_one_process() -> None:
    host = VirtualHost()
    chips = [FT232H("F1"), FT2232H("F2"), MCP2221A("M1"), MCP2221A("M2"), CH341A()]
    places = [(0, "F1", "i2c0"), (1, "F2/1", "i2c0"), (1, "F2/2", "i2c1"), (2, "M1", "i2c0"), (3, "M2", "i2c0")]
    for chip in chips:
        host.plug(chip)
    backends: list[BridgeBackend[Any]] = []
    for number, (index, place, wires) in enumerate([*places, (4, "", "i2c0")]):
        chips[index].attach(f"24c256@{wires}:0x50").load(bytes([number]))
        kind = next(kind for kind in KINDS.values() if type(chips[index]) is kind.chip)
        backends.append(kind.backend(Wiring(), place, {}, usb_backend=host.backend(), clock=host.clock))
    buses = [backend.i2c("i2c0") for backend in backends]
    for number, bus in enumerate(buses):
        bus.configure(I2CConfig())
        assert bus.transfer(0x50, [Write(b"\x00\x00"), Read(1)]) == bytes([number])
    for backend in backends:
        backend.close()
