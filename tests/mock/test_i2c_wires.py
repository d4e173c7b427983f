"""One I2C chip, five ways to it: a controller, SoftI2C, its primitives, a bus moved by hand, a script with two Pins.

Whatever way a conversation goes, the chip must end up with the same contents and the script with the same answers.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.bitbang import BitBangedI2C
from machine_compat.contract import I2CBus, I2CConfig, LineConfig, Mode, Op, Read, Write
from machine_compat.errors import BusError, ConfigError, DeviceError, Fault
from machine_compat.mock.chip import I2CChip
from machine_compat.simulation import SimulatedBoard

BY_HAND = '''\
"""I2C as people bang it: two pins, one driven low or let go, one byte after the other."""

from machine import Pin
from time import sleep_us


class OpenDrain:
    def __init__(self, scl, sda):
        self.scl = Pin(scl, Pin.OPEN_DRAIN, value=1)
        self.sda = Pin(sda, Pin.OPEN_DRAIN, value=1)

    def set_scl(self, level):
        self.scl.value(level)
        sleep_us(2)

    def set_sda(self, level):
        self.sda.value(level)
        sleep_us(2)

    def start(self):
        self.set_sda(1)
        self.set_scl(1)
        self.set_sda(0)
        self.set_scl(0)

    def stop(self):
        self.set_sda(0)
        self.set_scl(1)
        self.set_sda(1)

    def write(self, byte):
        for bit in range(7, -1, -1):
            self.set_sda(byte >> bit & 1)
            self.set_scl(1)
            self.set_scl(0)
        self.set_sda(1)
        self.set_scl(1)
        acked = not self.sda.value()
        self.set_scl(0)
        return acked

    def read(self, ack):
        byte = 0
        self.set_sda(1)
        for _ in range(8):
            self.set_scl(1)
            byte = byte << 1 | self.sda.value()
            self.set_scl(0)
        self.set_sda(not ack)
        self.set_scl(1)
        self.set_scl(0)
        return byte


class InOut(OpenDrain):
    """The same where pins have no open drain: an output that is low, or an input that is pulled up."""

    def __init__(self, scl, sda):
        self.scl = Pin(scl, Pin.IN, Pin.PULL_UP)
        self.sda = Pin(sda, Pin.IN, Pin.PULL_UP)

    def move(self, pin, level):
        if level:
            pin.init(Pin.IN, Pin.PULL_UP)
        else:
            pin.init(Pin.OUT, value=0)
        sleep_us(2)

    def set_scl(self, level):
        self.move(self.scl, level)

    def set_sda(self, level):
        self.move(self.sda, level)
'''

Outcome = tuple[str, int] | tuple[str, bytes]


def primitives(bus: Any, write: Callable[[int], bool], read: Callable[[bool], int]) -> I2CBus:
    """A bus made of START, STOP, a byte out and a byte in."""

    class Primitive(I2CBus):
        def configure(self, config: I2CConfig, /) -> None: ...

        def close(self) -> None: ...

        def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
            reply = bytearray()
            for op in ops:
                bus.start()
                if not write(address << 1 | isinstance(op, Read)):
                    bus.stop()
                    raise BusError(Fault.NACK_ADDRESS)
                if isinstance(op, Read):
                    reply += bytes(read(index < op.count - 1) for index in range(op.count))
                    continue
                for acked, byte in enumerate(op.data):
                    if not write(byte):
                        bus.stop()
                        raise BusError(Fault.NACK_DATA, acked)
            if stop:
                bus.stop()
            return bytes(reply)

    return Primitive()


class Bench:
    """A Pico with a bus on GP5 and GP4, and the ways to it."""

    def __init__(self, folder: Path, attached: str = "i2c0") -> None:
        (folder / "by_hand.py").write_text(BY_HAND)
        self.board = SimulatedBoard("pico", path=[folder])
        self.attached = attached
        self.machine = self.board.machine

    def controller(self) -> I2CBus:
        self.machine.I2C(0, scl=5, sda=4)
        return self.opened("i2c", "i2c0")

    def soft(self) -> I2CBus:
        self.machine.SoftI2C(5, 4)
        return self.opened("i2c", "GP5,GP4")

    def opened(self, kind: str, ref: str) -> Any:
        return self.board.board.channels.opened[kind, ref].channel

    def soft_primitives(self) -> I2CBus:
        soft = self.machine.SoftI2C(5, 4)
        buffer = bytearray(1)

        def read(ack: bool) -> int:
            soft.readinto(buffer, not ack)
            return buffer[0]

        return primitives(soft, lambda byte: soft.write(bytes((byte,))) == 1, read)

    def lines(self) -> I2CBus:
        made = []
        for ref in ("GP5", "GP4"):
            line = self.board.backend.line(ref)
            line.configure(LineConfig(Mode.OPEN_DRAIN, None, 1))
            made.append(line)
        bus = BitBangedI2C(*made, self.board.board.clock)
        bus.configure(I2CConfig(100_000))
        return bus

    def open_drain(self) -> I2CBus:
        return self.by_hand("OpenDrain")

    def in_out(self) -> I2CBus:
        return self.by_hand("InOut")

    def by_hand(self, kind: str) -> I2CBus:
        hand = getattr(self.board.firmware.load("by_hand"), kind)(5, 4)
        return primitives(hand, hand.write, hand.read)

    def wait_ms(self, ms: float) -> None:
        self.board.run_on(ms=ms)


WAYS: dict[str, Callable[[Bench], I2CBus]] = {
    "controller": Bench.controller,
    "SoftI2C": Bench.soft,
    "SoftI2C's primitives": Bench.soft_primitives,
    "lines moved by hand": Bench.lines,
    "a script's open drains": Bench.open_drain,
    "a script's inputs and outputs": Bench.in_out,
}
EACH = pytest.mark.parametrize("way", WAYS)


def outcome(bus: I2CBus, address: int, ops: Sequence[Op], stop: bool = True) -> Outcome:
    try:
        return ("read", bus.transfer(address, ops, stop))
    except BusError as error:
        return (error.fault.name, error.acked)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    with made.board.in_use():
        yield made
    made.board.close()


# ---- real chips


@EACH
@pytest.mark.parametrize("place", ["i2c0", "GP5,GP4"])
def test_an_eeprom(tmp_path: Path, way: str, place: str) -> None:
    bench = Bench(tmp_path)
    with bench.board.in_use():
        chip = bench.board.attach(f"24c32@{place}:0x50")
        bus = WAYS[way](bench)
        assert outcome(bus, 0x50, [Write(b"\x01\x1e" + b"hello")]) == ("read", b"")
        assert chip.busy
        assert outcome(bus, 0x50, [Write(b"")]) == ("NACK_ADDRESS", 0)
        bench.wait_ms(6)
        # The page of 32 bytes rolls over.
        assert chip.save()[0x100:0x103] == b"llo"
        assert chip.save()[0x11E:0x120] == b"he"
        assert outcome(bus, 0x50, [Write(b"\x01\x1e"), Read(2)]) == ("read", b"he")
        assert outcome(bus, 0x50, [Write(b"\x01\x00")], False) == ("read", b"")
        assert outcome(bus, 0x50, [Read(3)]) == ("read", b"llo")
        assert outcome(bus, 0x50, [Read(1)]) == ("read", b"\xff")
        assert outcome(bus, 0x51, [Write(b"\x00")]) == ("NACK_ADDRESS", 0)
    bench.board.close()


@EACH
def test_a_row_of_registers(bench: Bench, way: str) -> None:
    chip = bench.board.attach("registers@i2c0:0x42")
    bus = WAYS[way](bench)
    assert outcome(bus, 0x42, [Write(b"\x10\x01\x02\x03")]) == ("read", b"")
    assert chip.registers[0x10:0x13] == b"\x01\x02\x03"
    chip.registers[0x20:0x22] = b"\xa5\x5a"
    assert outcome(bus, 0x42, [Write(b"\x20"), Read(2)]) == ("read", b"\xa5\x5a")
    assert outcome(bus, 0x42, [Write(b"\x11\x77"), Write(b"\x10"), Read(3)]) == ("read", b"\x01\x77\x03")
    assert outcome(bus, 0x42, [Write(b"")]) == ("read", b"")
    assert chip.pointer == 0x13


@EACH
def test_a_sensor(bench: Bench, way: str) -> None:
    bench.board.attach("bme280@i2c0:0x76")
    bus = WAYS[way](bench)
    assert outcome(bus, 0x76, [Write(b"\xd0"), Read(1)]) == ("read", b"\x60")
    assert outcome(bus, 0x76, [Write(b"\xf2\x01\xf4\x25")]) == ("read", b"")
    bench.wait_ms(50)
    readings = outcome(bus, 0x76, [Write(b"\xf7"), Read(8)])[1]
    assert isinstance(readings, bytes)
    assert readings != bytes(8)
    fresh = Bench(bench.board.path[0])
    fresh.board.attach("bme280@i2c0:0x76")
    same = fresh.controller()
    outcome(same, 0x76, [Write(b"\xf2\x01\xf4\x25")])
    fresh.wait_ms(50)
    assert outcome(same, 0x76, [Write(b"\xf7"), Read(8)])[1] == readings
    fresh.board.close()


# ---- what a chip refuses, and hears


class Fussy(I2CChip):
    """Acknowledges what it is told to, and keeps all it hears."""

    default_address = 0x30

    def __init__(self, accept: int = 100, *, reads: bool = True) -> None:
        super().__init__()
        self.accept = accept
        self.reads = reads
        self.heard: list[str] = []

    def start(self, address: int, read: bool) -> bool:
        self.heard.append(f"S {address:02x}{'R' if read else 'W'}")
        self.left = self.accept
        return self.reads or not read

    def write(self, byte: int) -> bool:
        self.heard.append(f"{byte:02x}")
        self.left -= 1
        return self.left >= 0

    def read(self) -> int:
        self.heard.append("read")
        return 0xC3

    def stop(self) -> None:
        self.heard.append("P")


def fussy(bench: Bench, **options: Any) -> Fussy:
    return bench.board.i2c(0).attach(Fussy(**options))


@EACH
def test_a_data_byte_that_is_refused(bench: Bench, way: str) -> None:
    chip = fussy(bench, accept=2)
    bus = WAYS[way](bench)
    assert outcome(bus, 0x30, [Write(b"\x01\x02\x03\x04")]) == ("NACK_DATA", 2)
    assert chip.heard == ["S 30W", "01", "02", "03", "P"]


@EACH
def test_a_direction_that_is_refused(bench: Bench, way: str) -> None:
    chip = fussy(bench, reads=False)
    bus = WAYS[way](bench)
    assert outcome(bus, 0x30, [Write(b"\x01"), Read(1)]) == ("NACK_ADDRESS", 0)
    assert chip.heard == ["S 30W", "01", "S 30R", "P"]


@EACH
def test_nobody_at_the_address_and_the_others_hear_nothing(bench: Bench, way: str) -> None:
    chip = fussy(bench)
    assert outcome(WAYS[way](bench), 0x31, [Write(b"\x55")]) == ("NACK_ADDRESS", 0)
    assert chip.heard == []


@EACH
def test_messages_of_one_transfer_have_a_repeated_start_and_one_stop(bench: Bench, way: str) -> None:
    chip = fussy(bench)
    bus = WAYS[way](bench)
    assert outcome(bus, 0x30, [Write(b"\x01"), Write(b"\x02"), Read(2)]) == ("read", b"\xc3\xc3")
    assert chip.heard == ["S 30W", "01", "S 30W", "02", "S 30R", "read", "read", "P"]


@EACH
def test_without_stop_the_bus_is_held(bench: Bench, way: str) -> None:
    chip = fussy(bench)
    bus = WAYS[way](bench)
    assert outcome(bus, 0x30, [Write(b"\x01")], False) == ("read", b"")
    bench.wait_ms(1)
    assert chip.heard == ["S 30W", "01"]
    assert outcome(bus, 0x30, [Read(1)]) == ("read", b"\xc3")
    assert chip.heard == ["S 30W", "01", "S 30R", "read", "P"]


@EACH
def test_a_held_bus_that_goes_on_with_another_address(bench: Bench, way: str) -> None:
    chip = fussy(bench)
    bench.board.attach("registers@i2c0:0x42")
    bus = WAYS[way](bench)
    outcome(bus, 0x30, [Write(b"\x01")], False)
    assert outcome(bus, 0x42, [Write(b"\x05\x66"), Write(b"\x05"), Read(1)]) == ("read", b"\x66")
    assert chip.heard == ["S 30W", "01", "P"]
    outcome(bus, 0x30, [Write(b"\x02")], False)
    assert outcome(bus, 0x77, [Write(b"")]) == ("NACK_ADDRESS", 0)
    assert chip.heard == ["S 30W", "01", "P", "S 30W", "02", "P"]


# ---- wires that are wrong


@pytest.mark.parametrize("way", ["controller", "SoftI2C"])
@pytest.mark.parametrize(("pin", "wire"), [("GP4", "SDA"), ("GP5", "SCL")])
def test_a_wire_that_is_held_low(bench: Bench, way: str, pin: str, wire: str) -> None:
    bench.board.attach("registers@i2c0:0x42")
    bus = WAYS[way](bench)
    bench.board.pin(pin).drive(0)
    with pytest.raises(BusError, match=rf"{wire} is held low \(.*pico\.{pin}.*\)") as caught:
        bus.transfer(0x42, [Write(b"\x00")])
    assert caught.value.fault is Fault.TIMEOUT
    bench.board.pin(pin).drive(None)
    assert outcome(bus, 0x42, [Write(b"\x00"), Read(1)]) == ("read", b"\x00")


@pytest.mark.parametrize("way", ["lines moved by hand", "SoftI2C's primitives"])
def test_a_clock_that_is_held_low_times_out_by_hand(bench: Bench, way: str) -> None:
    bus = WAYS[way](bench)
    bench.board.pin("GP5").drive(0)
    began = bench.board.ms
    with pytest.raises((BusError, OSError)):
        bus.transfer(0x42, [Write(b"\x00")])
    assert 40 <= bench.board.ms - began <= 60


@pytest.mark.parametrize("place", ["i2c0", "GP5,GP4"])
def test_two_chips_at_one_address(bench: Bench, place: str) -> None:
    bench.board.attach(f"24c32@{place}:0x50")
    with pytest.raises(ConfigError, match=r"memory@.* and 24c32@.* share the I2C address 0x50"):
        bench.board.attach(f"memory@{place}:0x50")


def test_chips_on_two_buses_do_not_meet(bench: Bench) -> None:
    one, two = (bench.board.attach(f"memory@i2c{bus}:0x50") for bus in (0, 1))
    one.registers[0], two.registers[0] = 1, 2
    assert [bench.machine.I2C(bus).readfrom_mem(0x50, 0, 1) for bus in (0, 1)] == [b"\x01", b"\x02"]


def test_a_bus_moved_to_other_pins_takes_its_chips_along_and_finds_what_hangs_there(bench: Bench) -> None:
    bench.board.attach("memory@i2c0:0x50")
    bench.board.attach("memory@GP9,GP8:0x51")
    assert bench.machine.I2C(0).scan() == [0x50]
    assert bench.machine.I2C(0, scl=9, sda=8).scan() == [0x50, 0x51]


def test_a_chip_that_hangs_on_one_wire_of_the_bus_only_is_not_on_it(bench: Bench) -> None:
    bench.board.attach("memory@GP5,GP9:0x50")
    assert bench.machine.I2C(0, scl=5, sda=4).scan() == []


class Faulty(I2CChip):
    default_address = 0x33

    def start(self, address: int, read: bool) -> bool:
        return True

    def write(self, byte: int) -> bool:
        raise ZeroDivisionError("no such register")


@EACH
def test_a_chip_that_raises_is_named(bench: Bench, way: str) -> None:
    bench.board.i2c(0).attach(Faulty())
    bus = WAYS[way](bench)
    with pytest.raises(DeviceError, match="simulated chip faulty@i2c0 failed: ZeroDivisionError: no such register"):
        bus.transfer(0x33, [Write(b"\x00")])


# ---- how long it takes


@pytest.mark.parametrize(("frequency", "us"), [(100_000, 580), (400_000, 145)])
def test_a_transaction_takes_its_bits(bench: Bench, frequency: int, us: float) -> None:
    bench.board.attach("memory@i2c0:0x50")
    i2c = bench.machine.I2C(0, freq=frequency)
    began = bench.board.ms
    # S 50W 00 Sr 50R d0 d1 d2 P: two conditions, two addresses of ten bits with their START, four bytes of nine.
    i2c.readfrom_mem(0x50, 0, 3)
    assert (bench.board.ms - began) * 1000 == pytest.approx(us, abs=1)


# ---- any conversation

DATA = st.binary(max_size=5)
OP = st.one_of(st.builds(Write, DATA), st.builds(Read, st.integers(1, 4)))
TALK = st.lists(
    st.tuples(st.sampled_from([0x42, 0x50, 0x23]), st.lists(OP, min_size=1, max_size=3), st.booleans()), max_size=6
)


@settings(max_examples=60, deadline=None)
@given(talk=TALK)
def test_any_conversation_goes_the_same_way_on_all_of_them(
    tmp_path_factory: pytest.TempPathFactory, talk: list[tuple[int, list[Op], bool]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    results = []
    for open_bus in WAYS.values():
        bench = Bench(folder)
        with bench.board.in_use():
            registers = bench.board.attach("registers@i2c0:0x42,size=16")
            eeprom = bench.board.attach("24c32@i2c0:0x50,write_ms=0")
            bus = open_bus(bench)
            replies = [outcome(bus, address, ops, stop) for address, ops, stop in talk]
            results.append((replies, bytes(registers.registers), registers.pointer, eeprom.save()))
        bench.board.close()
    assert all(result == results[0] for result in results), dict(zip(WAYS, (r[0] for r in results), strict=True))
