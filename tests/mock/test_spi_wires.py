"""One SPI chip, four ways to it: a controller, SoftSPI, a bus moved by hand, a script with Pins.

In all modes and both bit orders.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.bitbang import BitBangedSPI
from machine_compat.contract import LineConfig, Mode, SPIBus, SPIConfig
from machine_compat.errors import DeviceError
from machine_compat.mock.chip import SPIChip
from machine_compat.mock.nets import Contention
from machine_compat.mock.spi import SimulationWarning
from machine_compat.simulation import SimulatedBoard

BY_HAND = """\
from machine import Pin


class SPI:
    def __init__(self, sck, mosi, miso, polarity, phase, lsb):
        self.polarity = polarity
        self.phase = phase
        self.lsb = lsb
        self.sck = Pin(sck, Pin.OUT, value=polarity)
        self.mosi = Pin(mosi, Pin.OUT)
        self.miso = Pin(miso, Pin.IN)

    def exchange(self, byte):
        answer = 0
        for step in range(8):
            shift = step if self.lsb else 7 - step
            if self.phase:
                self.sck(not self.polarity)
            self.mosi(byte >> shift & 1)
            self.sck(self.polarity if self.phase else not self.polarity)
            answer |= self.miso() << shift
            if not self.phase:
                self.sck(self.polarity)
        return answer
"""
SCK, MOSI, MISO = 18, 19, 16


class Recorder(SPIChip):
    """Keeps what it hears and answers what it is told to."""

    def __init__(self, answer: bytes = b"") -> None:
        super().__init__()
        self.answer = list(answer)
        self.heard: list[bytes] = []
        self.selected = False

    def select(self) -> None:
        self.selected = True
        self.heard.append(b"")

    def exchange(self, data: bytes) -> bytes:
        assert self.selected
        self.heard[-1] += data
        return bytes(self.answer.pop(0) if self.answer else 0xFF for _ in data)

    def preview(self) -> int:
        return self.answer[0] if self.answer else 0xFF

    def deselect(self) -> None:
        self.selected = False


class Mode0(Recorder):
    modes = (0, 3)


class Mode1(Recorder):
    modes = (1, 2)


class LowFirst(Recorder):
    lsb_first = True


class Bench:
    """A Pico with SPI on GP18, GP19 and GP16, and the ways to it; selects are pins driven by the script."""

    def __init__(self, folder: Path) -> None:
        (folder / "by_hand.py").write_text(BY_HAND)
        self.board = SimulatedBoard("pico", path=[folder])
        self.machine = self.board.machine
        self.selects: dict[int, Any] = {}

    def select(self, pin: int, on: bool) -> None:
        if pin not in self.selects:
            self.selects[pin] = self.machine.Pin(pin, self.machine.Pin.OUT, value=1)
        self.selects[pin](not on)

    def opened(self, ref: str) -> Any:
        return self.board.board.channels.opened["spi", ref].channel

    def controller(self, config: SPIConfig) -> SPIBus:
        self.machine.SPI(0, sck=SCK, mosi=MOSI, miso=MISO)
        bus: SPIBus = self.opened("spi0")
        bus.configure(config)
        return bus

    def soft(self, config: SPIConfig) -> SPIBus:
        self.machine.SoftSPI(sck=SCK, mosi=MOSI, miso=MISO, polarity=config.polarity)
        bus: SPIBus = self.opened("GP18,GP19,GP16")
        bus.configure(config)
        return bus

    def lines(self, config: SPIConfig) -> SPIBus:
        made = []
        for pin, mode in ((SCK, Mode.OUT), (MOSI, Mode.OUT), (MISO, Mode.IN)):
            line = self.board.backend.line(f"GP{pin}")
            line.configure(LineConfig(mode, None, config.polarity if pin == SCK else None))
            made.append(line)
        bus = BitBangedSPI(*made, self.board.board.clock)
        bus.configure(config)
        return bus

    def by_hand(self, config: SPIConfig) -> SPIBus:
        module = self.board.firmware.load("by_hand")
        hand = module.SPI(SCK, MOSI, MISO, config.polarity, config.phase, config.lsb_first)

        class Hand(SPIBus):
            def configure(self, config: SPIConfig, /) -> None: ...

            def close(self) -> None: ...

            def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
                reply = bytes(map(hand.exchange, out))
                return reply if want_reply else b""

        return Hand()


WAYS: dict[str, Callable[[Bench, SPIConfig], SPIBus]] = {
    "controller": Bench.controller,
    "SoftSPI": Bench.soft,
    "lines moved by hand": Bench.lines,
    "a script's pins": Bench.by_hand,
}
EACH = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    with made.board.in_use():
        yield made
    made.board.close()


# ---- modes and bit order


@EACH
@pytest.mark.parametrize(
    ("mode", "kind"), [(0, Mode0), (1, Mode1), (2, Mode1), (3, Mode0)], ids=lambda v: str(getattr(v, "__name__", v))
)
def test_each_mode(bench: Bench, way: str, mode: int, kind: type[Recorder]) -> None:
    chip = bench.board.spi(0).attach(kind(b"\x81\x5a\x0f"), cs="GP17")
    bus = WAYS[way](bench, SPIConfig(polarity=mode >> 1, phase=mode & 1))
    bench.select(17, False)
    bench.select(17, True)
    assert bus.transfer(b"\x9f\x01") == b"\x81\x5a"
    assert bus.transfer(b"\xa5", False) == b""
    bench.select(17, False)
    assert chip.heard == [b"\x9f\x01\xa5"]
    assert not chip.selected


@EACH
def test_the_lowest_bit_first(bench: Bench, way: str) -> None:
    chip = bench.board.spi(0).attach(LowFirst(b"\x80\x53"), cs="GP17")
    bus = WAYS[way](bench, SPIConfig(lsb_first=True))
    bench.select(17, True)
    assert bus.transfer(b"\x9f\x01") == b"\x80\x53"
    assert chip.heard == [b"\x9f\x01"]


@EACH
def test_a_chip_of_the_other_bit_order_hears_the_bits_as_they_come(bench: Bench, way: str) -> None:
    chip = bench.board.spi(0).attach(Mode0(b"\x01\x53"), cs="GP17")
    bus = WAYS[way](bench, SPIConfig(lsb_first=True))
    bench.select(17, True)
    assert bus.transfer(b"\x80\x9f") == b"\x80\xca"
    assert chip.heard == [b"\x01\xf9"]


@pytest.mark.parametrize(("mode", "kind"), [(1, Mode0), (2, Mode0), (0, Mode1), (3, Mode1)])
def test_a_mode_the_chip_does_not_speak_is_noise_and_says_so(bench: Bench, mode: int, kind: type[Recorder]) -> None:
    chip = bench.board.spi(0).attach(kind(b"\x12"), cs="GP17")
    bus = bench.controller(SPIConfig(polarity=mode >> 1, phase=mode & 1))
    bench.select(17, True)
    with pytest.warns(SimulationWarning, match=f"mode.@spi0 speaks SPI mode . or ., the bus is in mode {mode}"):
        assert bus.transfer(b"\x9f") == b"\xff"
    assert chip.heard == [b""]


# ---- chip select


@EACH
def test_a_chip_that_is_not_selected_hears_nothing(bench: Bench, way: str) -> None:
    chip = bench.board.spi(0).attach(Mode0(b"\x12"), cs="GP17")
    bus = WAYS[way](bench, SPIConfig())
    assert bus.transfer(b"\x01") == b"\x00"
    assert chip.heard == []


@EACH
def test_a_chip_without_a_select_is_always_selected(bench: Bench, way: str) -> None:
    chip = bench.board.spi(0).attach(Mode0(b"\x12"))
    assert chip.selected
    assert WAYS[way](bench, SPIConfig()).transfer(b"\x01\x02") == b"\x12\xff"
    assert chip.heard == [b"\x01\x02"]


@EACH
def test_a_select_begins_anew_in_the_middle_of_a_byte(bench: Bench, way: str) -> None:
    chip = bench.board.spi(0).attach(Mode0(), cs="GP17")
    bus = WAYS[way](bench, SPIConfig())
    bench.select(17, True)
    sck = bench.machine.Pin(SCK, bench.machine.Pin.OUT)
    for _ in range(3):
        sck(1)
        sck(0)
    bench.select(17, False)
    sck.init(bench.machine.Pin.IN)
    bus = WAYS[way](bench, SPIConfig())
    bench.select(17, True)
    bus.transfer(b"\x3c")
    assert chip.heard[-1] == b"\x3c"


@EACH
def test_two_chips_share_a_bus(bench: Bench, way: str) -> None:
    one = bench.board.spi(0).attach(Mode0(b"\x11"), cs="GP17")
    two = bench.board.spi(0).attach(Mode0(b"\x22"), cs="GP20")
    bus = WAYS[way](bench, SPIConfig())
    replies = []
    for pin in (17, 20):
        bench.select(pin, True)
        replies.append(bus.transfer(bytes([pin])))
        bench.select(pin, False)
    assert replies == [b"\x11", b"\x22"]
    assert (one.heard, two.heard) == ([b"\x11"], [b"\x14"])


@EACH
def test_two_chips_that_answer_at_once_fight(bench: Bench, way: str) -> None:
    bench.board.spi(0).attach(Mode0(b"\x0f"), cs="GP17")
    bench.board.spi(0).attach(Mode0(b"\xf0"), cs="GP20")
    bus = WAYS[way](bench, SPIConfig())
    for pin in (17, 20):
        bench.select(pin, True)
    with pytest.raises(Contention, match=r"mode0@spi0.*mode0@spi0.* at 0\.\d{6} s"):
        bus.transfer(b"\x00")


class Deaf(Recorder):
    """A chip that is only written to, and has no MISO."""

    pins: ClassVar[tuple[str, ...]] = ("sck", "mosi", "cs")


@EACH
def test_a_chip_without_miso_leaves_it_to_the_others(bench: Bench, way: str) -> None:
    display = bench.board.spi(0).attach(Deaf(b"\x0f\x0f"), cs="GP20")
    flash = bench.board.spi(0).attach(Mode0(b"\xf0"), cs="GP17")
    bus = WAYS[way](bench, SPIConfig())
    for pin in (17, 20):
        bench.select(pin, True)
    assert bus.transfer(b"\x33") == b"\xf0"
    bench.select(17, False)
    assert bus.transfer(b"\x44") == b"\x00"
    assert (display.heard, flash.heard) == ([b"\x33\x44"], [b"\x33"])


@pytest.mark.parametrize("spec", ["max7219@spi0:GP17", "ssd1306@spi0:GP17,dc=GP20", "sh1106@spi0:GP17,dc=GP20"])
def test_displays_do_not_drive_miso(bench: Bench, spec: str) -> None:
    bench.board.attach(spec)
    bus = bench.controller(SPIConfig())
    bench.select(17, True)
    for pulled, reply in (("up", b"\xff\xff"), ("down", b"\x00\x00")):
        bench.board.pin(f"GP{MISO}").terminal.pull(1 if pulled == "up" else 0)
        assert bus.transfer(b"\x00\x00") == reply
    assert not any(terminal.strong is not None for terminal in bench.board.pin(f"GP{MISO}").terminal.net.terminals)


def test_a_chain_of_max7219_can_be_read_where_its_end_is_wired(bench: Bench) -> None:
    bench.board.attach("max7219@spi0:GP17,miso=GP16")
    bus = bench.controller(SPIConfig())
    bench.select(17, True)
    assert bus.transfer(b"\x12\x34\x56\x78") == b"\x00\x00\x12\x34"


# ---- without a chip, and with wires


@EACH
def test_mosi_wired_to_miso_comes_back(bench: Bench, way: str) -> None:
    bench.board.wire(f"GP{MOSI}", f"GP{MISO}")
    bus = WAYS[way](bench, SPIConfig())
    assert bus.transfer(b"\x00\xff\xa5\x3c") == b"\x00\xff\xa5\x3c"


@EACH
@pytest.mark.parametrize(("pull", "reply"), [(1, b"\xff\xff"), (0, b"\x00\x00"), (None, b"\x00\x00")])
def test_a_bus_with_nobody_on_it_reads_what_miso_is_pulled_to(
    bench: Bench, way: str, pull: int | None, reply: bytes
) -> None:
    bus = WAYS[way](bench, SPIConfig())
    bench.board.pin(f"GP{MISO}").terminal.pull(pull)
    assert bus.transfer(b"\x5a\xa5") == reply


def test_a_chip_whose_mosi_hangs_elsewhere_hears_that_wire(bench: Bench) -> None:
    chip = bench.board.spi(0)
    made = Mode0(b"\x12\x34")
    chip.attach(made, cs="GP17")
    made.legs["mosi"].disconnect()
    made.legs["mosi"].pull(1)
    bus = bench.controller(SPIConfig())
    bench.select(17, True)
    assert bus.transfer(b"\x00\x55") == b"\x12\x34"
    assert made.heard == [b"\xff\xff"]


def test_a_transfer_takes_its_bits(bench: Bench) -> None:
    bus = bench.controller(SPIConfig(baudrate=1_000_000))
    began = bench.board.ms
    bus.transfer(bytes(100))
    assert bench.board.ms - began == pytest.approx(0.8)


# ---- chips of the library


@EACH
@pytest.mark.parametrize("mode", [0, 3])
def test_a_flash_tells_its_id(bench: Bench, way: str, mode: int) -> None:
    bench.board.attach("w25q16@spi0:GP17")
    bus = WAYS[way](bench, SPIConfig(polarity=mode >> 1, phase=mode & 1))
    bench.select(17, True)
    assert bus.transfer(b"\x9f\x00\x00\x00") == b"\xff\xef\x40\x15"
    bench.select(17, False)


@EACH
def test_a_flash_is_written_and_read(bench: Bench, way: str) -> None:
    bench.board.attach("w25q16@spi0:GP17")
    bus = WAYS[way](bench, SPIConfig())

    def command(out: bytes, count: int = 0) -> bytes:
        bench.select(17, True)
        reply = bus.transfer(out + bytes(count))[len(out) :]
        bench.select(17, False)
        return reply

    command(b"\x06")
    command(b"\x02\x00\x10\x00hello")
    bench.board.run_on(ms=10)
    assert command(b"\x03\x00\x10\x00", 5) == b"hello"


@EACH
def test_registers_on_pins(bench: Bench, way: str) -> None:
    chip = bench.board.attach("registers_spi@GP18,GP19,GP16,GP17")
    bus = WAYS[way](bench, SPIConfig())
    for out in (b"\x05\x77", b"\x06\x88"):
        bench.select(17, True)
        bus.transfer(out, False)
        bench.select(17, False)
    bench.select(17, True)
    assert bus.transfer(b"\x85\x00\x00")[1:] == b"\x77\x88"
    assert chip.registers[5:7] == b"\x77\x88"


class Faulty(SPIChip):
    def exchange(self, data: bytes) -> bytes:
        raise ZeroDivisionError("no such command")


@EACH
def test_a_chip_that_raises_is_named(bench: Bench, way: str) -> None:
    bench.board.spi(0).attach(Faulty(), cs="GP17")
    bus = WAYS[way](bench, SPIConfig())
    bench.select(17, True)
    with pytest.raises(DeviceError, match="simulated chip faulty@spi0 failed: ZeroDivisionError: no such command"):
        bus.transfer(b"\x00")


# ---- any traffic

TRAFFIC = st.lists(st.tuples(st.sampled_from([17, 20, None]), st.lists(st.binary(min_size=1, max_size=4), max_size=3)))


@settings(max_examples=50, deadline=None)
@given(traffic=TRAFFIC, mode=st.sampled_from([0, 3]), answer=st.binary(max_size=12))
def test_any_traffic_goes_the_same_way_on_all_of_them(
    tmp_path_factory: pytest.TempPathFactory,
    traffic: list[tuple[int | None, list[bytes]]],
    mode: int,
    answer: bytes,
) -> None:
    results = []
    for open_bus in WAYS.values():
        bench = Bench(tmp_path_factory.getbasetemp())
        with bench.board.in_use():
            bus_face = bench.board.spi(0)
            chips = [bus_face.attach(Mode0(answer[half::2]), cs=f"GP{pin}") for half, pin in ((0, 17), (1, 20))]
            bus = open_bus(bench, SPIConfig(polarity=mode >> 1, phase=mode & 1))
            replies = []
            for pin, transfers in traffic:
                if pin is not None:
                    bench.select(pin, True)
                replies += [bus.transfer(out) for out in transfers]
                if pin is not None:
                    bench.select(pin, False)
            results.append((replies, [chip.heard for chip in chips], [chip.answer for chip in chips]))
        bench.board.close()
    assert all(result == results[0] for result in results), dict(zip(WAYS, results, strict=True))
