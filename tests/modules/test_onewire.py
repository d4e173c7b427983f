"""The `onewire` and `_onewire` modules, on a simulated bus."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from types import ModuleType

import pytest

from machine_compat.board import Board, using
from machine_compat.errors import BusError, Fault
from machine_compat.interpreter.table import from_file
from machine_compat.machine import build
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.onewire import crc8
from machine_compat.modules import _onewire
from machine_compat.modules.onewire import OneWire
from machine_compat.profile import load

US = 1_000


class Bench:
    """A board with its 1-Wire bus on one pin."""

    def __init__(self, name: str, pin: object, ref: str) -> None:
        profile = load(name)
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.machine: ModuleType = build(self.board)
        self.module = from_file(self.board, "onewire")
        self.wire = self.backend.terminal(ref)
        self.pin = self.machine.Pin(pin)

    def bus(self) -> OneWire:
        bus: OneWire = self.module.OneWire(self.pin)
        return bus

    def attach(self, rom: str) -> bytes:
        return attach_spec(self.backend, f"ds18b20@{self.wire.name.partition('.')[2]},rom={rom}").rom

    @property
    def now(self) -> int:
        return self.board.clock.now_ns()


@pytest.fixture(params=[("pico", 4, "GP4"), ("esp32", 4, "GPIO4"), ("pyboard", "X3", "A2")])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    bench = Bench(*request.param)
    with using(bench.board):
        yield bench


@pytest.fixture
def pico() -> Iterator[Bench]:
    bench = Bench("pico", 4, "GP4")
    with using(bench.board):
        yield bench


def test_presence(bench: Bench) -> None:
    bus = bench.bus()
    assert bus.reset() is False
    with pytest.raises(bench.module.OneWireError):
        bus.reset(True)
    assert bus.scan() == []
    bench.attach("28-010203040506")
    assert bus.reset() is True
    assert bus.reset(True) is True


def test_a_code_is_read(bench: Bench) -> None:
    rom = bench.attach("28-1d3931020000")
    bus = bench.bus()
    bus.reset()
    bus.writebyte(0x33)
    code = bytearray(8)
    bus.readinto(code)
    assert code == rom
    assert bus.crc8(code) == 0
    assert bus.crc8(code[:7]) == rom[7] == crc8(rom[:7])


def test_scan_finds_all_in_the_order_of_a_board(pico: Bench) -> None:
    """Lowest bits part first, and the device with a 1 comes first."""
    roms = [pico.attach(f"28-{serial}") for serial in ("0000000000ff", "010000000000", "020000000000", "030000000000")]
    found = pico.bus().scan()
    assert [bytes(rom) for rom in found] == [roms[3], roms[1], roms[2], roms[0]]
    assert all(isinstance(rom, bytearray) for rom in found)


def test_scan_on_a_crowded_bus(pico: Bench) -> None:
    roms = {pico.attach(f"28-{(serial * 0x9E3779B97F4A) % (1 << 48):012x}") for serial in range(20)}
    found = pico.bus().scan()
    assert {bytes(rom) for rom in found} == roms
    assert len(found) == 20


def test_only_the_selected_device_answers(pico: Bench) -> None:
    one, other = pico.attach("28-010000000000"), pico.attach("28-020000000000")
    bus = pico.bus()
    for rom, limits in ((one, b"\x11\x22\x7f"), (other, b"\x33\x44\x7f")):
        bus.select_rom(rom)
        bus.write(b"\x4e" + limits)
    for rom, limits in ((one, b"\x11\x22\x7f"), (other, b"\x33\x44\x7f")):
        bus.select_rom(bytearray(rom))
        bus.writebyte(0xBE)
        memory = bytes(bus.readbyte() for _ in range(9))
        assert memory[2:5] == limits


def test_slots_have_the_times_of_a_board(pico: Bench) -> None:
    """Low times of reset, write 1, write 0 and read, and how long each slot takes; a call costs a little more."""
    bus = pico.bus()
    edges = pico.wire.net.edges

    def slot(action: Callable[..., object], *arguments: int) -> tuple[int, int]:
        begin, start = len(edges), pico.now
        action(*arguments)
        [low] = [rise - fall for fall, rise in pairwise(list(edges)[begin:])]
        return low, pico.now - start

    call = pico.board.profile.call_ns
    for low, whole, measured in (
        (480 * US, 960 * US, slot(bus.reset)),
        (6 * US, 70 * US, slot(bus.writebit, 1)),
        (60 * US, 70 * US, slot(bus.writebit, 0)),
        (6 * US, 70 * US, slot(bus.readbit)),
    ):
        assert low <= measured[0] <= low + 2 * call
        assert whole <= measured[1] <= whole + 4 * call


def test_bits_go_lowest_first(pico: Bench) -> None:
    bus = pico.bus()
    edges = pico.wire.net.edges
    begin = len(edges)
    bus.writebyte(0x1B2)
    lows = [rise - fall for fall, rise in list(pairwise(list(edges)[begin:]))[::2]]
    assert [int(low < 30 * US) for low in lows] == [0, 1, 0, 0, 1, 1, 0, 1]


def test_handlers_wait_for_the_end_of_a_slot(pico: Bench) -> None:
    bus = pico.bus()
    seen: list[int] = []
    start = pico.now
    pico.backend.world.after(20 * US, lambda: pico.board.interrupts.post(lambda: seen.append(pico.now - start)))
    bus.writebit(0)
    assert seen == [pico.now - start]
    assert seen[0] >= 70 * US


def test_wrong_pins_and_values(pico: Bench) -> None:
    with pytest.raises(TypeError, match="can't convert int to a pin"):
        _onewire.reset(4)
    with pytest.raises(TypeError, match="can't convert float to int"):
        pico.bus().writebit(1.5)
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        _onewire.crc8(5)
    assert _onewire.crc8("123456789") == 0xA1


def test_a_fault_on_the_way_to_the_wire_is_an_oserror(pico: Bench) -> None:
    bus = pico.bus()

    def unplugged(line: object, level: int) -> None:
        raise BusError(Fault.IO)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(pico.pin.line), "write", unplugged)
        with pytest.raises(OSError, match="EIO"):
            bus.reset()
    assert bus.reset() is False
