"""Traces: what a logic analyser's software would decode from the file is what went over the wires."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.contract import I2CConfig, Op, Read, SPIConfig, Write
from machine_compat.errors import BusError
from machine_compat.mock.devices.spi_memory import SPIMemory
from machine_compat.mock.vcd import VCDTracer, identifier, label, unique
from machine_compat.mock.waveforms import Changes
from machine_compat.mock.world import World
from machine_compat.simulation import SimulatedBoard

Waves = dict[str, Changes]
SELECT = "GP17"


def parse(text: str) -> tuple[Waves, int]:
    """The changes of each wire of a VCD file, its first level at time 0 included, and the last time there is."""
    header, body = text.split("$enddefinitions $end\n")
    assert "$timescale 1 ns $end" in header
    names = dict(re.findall(r"\$var wire 1 (\S+) (\S+) \$end", header))
    assert len(set(names.values())) == len(names)
    waves: Waves = {name: [] for name in names.values()}
    time = -1
    for line in body.splitlines():
        if line.startswith("#"):
            assert int(line[1:]) >= time
            time = int(line[1:])
        elif line[0] in "01":
            waves[names[line[1:]]].append((time, int(line[0])))
        else:
            assert line in ("$dumpvars", "$end")
    for changes in waves.values():
        assert changes[0][0] == 0
        assert all(one[1] != other[1] for one, other in pairwise(changes[1:]))
    return waves, time


def level_at(changes: Changes, time: int) -> int:
    return [level for when, level in changes if when <= time][-1]


def edges(waves: Waves, *names: str) -> list[tuple[int, str, int, dict[str, int]]]:
    """All changes of some wires in order: (time, wire, level, the levels of all just before)."""
    levels = {name: waves[name][0][1] for name in names}
    found = []
    for time, name, level in sorted(((t, n, v) for n in names for t, v in waves[n]), key=lambda change: change[0]):
        if level != levels[name]:
            found.append((time, name, level, dict(levels)))
            levels[name] = level
    return found


def decode_i2c(waves: Waves, scl: str, sda: str) -> list[str]:
    """What an I2C decoder says: S, Sr, P, bytes in hex, and N behind one that was not acknowledged."""
    words: list[str] = []
    bits: list[int] = []
    busy = False
    for _, name, level, before in edges(waves, scl, sda):
        if name == scl and level and busy:
            bits.append(before[sda])
            if len(bits) == 9:
                byte = sum(bit << 7 - place for place, bit in enumerate(bits[:8]))
                words.append(f"{byte:02x}" + ("N" if bits[8] else ""))
                bits = []
        elif name == sda and before[scl] and (busy or not level):
            words.append("P" if level else "Sr" if busy else "S")
            busy = not level
            bits = []
    return words


def decode_spi(waves: Waves, config: SPIConfig, data: str) -> bytes:
    """The bytes on a wire while GP17 is low, sampled at the edges of their mode."""
    sck = "GP18_spi0_sck"
    sample_on = 1 if config.polarity == config.phase else 0
    bits = [
        level_at(waves[data], time)
        for time, _, level, _ in edges(waves, sck)
        if level == sample_on and not level_at(waves[SELECT], time)
    ]
    assert len(bits) % 8 == 0
    order = range(8) if config.lsb_first else range(7, -1, -1)
    return bytes(
        sum(bit << shift for bit, shift in zip(bits[place : place + 8], order, strict=True))
        for place in range(0, len(bits), 8)
    )


class Traced:
    """A board that is traced from its first moment."""

    def __init__(self, name: str = "pico", *specs: str) -> None:
        self.board = SimulatedBoard(name)
        self.file = io.StringIO()
        self.tracer = self.board.world.tracer = VCDTracer(self.file, self.board.world)
        for spec in specs:
            self.board.attach(spec)

    def waves(self) -> Waves:
        return self.finish()[0]

    def finish(self) -> tuple[Waves, int]:
        self.close()
        return parse(self.file.getvalue())

    def close(self) -> None:
        if self.board.world.tracer is not None:
            self.board.world.tracer = None
            self.tracer.close()


@contextmanager
def traced(*specs: str) -> Iterator[Traced]:
    made = Traced("pico", *specs)
    try:
        with made.board.in_use():
            yield made
    finally:
        made.close()
        made.board.close()


# ---- pins


def test_the_edges_of_a_pin() -> None:
    with traced() as t:
        Pin = t.board.machine.Pin
        led = Pin("LED", Pin.OUT)
        for level in (1, 0, 1):
            led(level)
            t.board.run_on(ms=10)
        waves, end = t.finish()
    assert list(waves) == ["GP25"]
    assert waves["GP25"][0] == (0, 0)
    assert [level for _, level in waves["GP25"][1:]] == [1, 0, 1]
    times = [time for time, _ in waves["GP25"][1:]]
    assert [later - earlier for earlier, later in pairwise(times)] == [10_001_500, 10_001_500]
    assert end == t.board.world.now


def test_wires_are_named_by_what_they_join_and_those_that_rest_are_left_out() -> None:
    with traced("memory@i2c0:0x50") as t:
        Pin = t.board.machine.Pin
        t.board.wire(2, 3)
        Pin(3, Pin.IN)
        Pin(2, Pin.OUT)(1)
        t.board.machine.I2C(0).scan()
        assert sorted(t.waves()) == ["GP2_GP3", "GP4_i2c0_sda", "GP5_i2c0_scl"]


def test_a_pulse_train_has_all_its_edges() -> None:
    with traced() as t:
        t.board.machine.PWM(t.board.machine.Pin(15), freq=1000, duty_u16=16384)
        t.board.run_on(ms=2.9)
        changes = t.waves()["GP15"]
    rising = [time for time, level in changes[1:] if level]
    falling = [time for time, level in changes[1:] if not level]
    assert [time - rising[0] for time in rising] == pytest.approx([0, 1_000_000, 2_000_000], abs=10)
    assert [time - rising[0] for time in falling] == pytest.approx([250_000, 1_250_000, 2_250_000], abs=100)


def test_a_tracer_that_comes_late_sees_what_comes_after() -> None:
    board = SimulatedBoard("pico")
    board.attach("memory@i2c0:0x50")
    i2c = board.machine.I2C(0)
    i2c.scan()
    board.world.tracer = tracer = VCDTracer(file := io.StringIO(), board.world)
    i2c.writeto(0x50, b"\x12")
    board.world.tracer = None
    i2c.writeto(0x50, b"\x34")
    tracer.close()
    waves, _ = parse(file.getvalue())
    assert decode_i2c(waves, *sorted(waves, key=lambda name: "sda" in name)) == ["S", "a0", "12", "P"]


# ---- I2C


def i2c_words(address: int, ops: Sequence[Op], reply: bytes, stop: bool, refused: int | None, held: bool) -> list[str]:
    """What the wire should show. refused: the data byte of the last op that was not acknowledged, -1 its address."""
    words: list[str] = []
    for index, op in enumerate(ops):
        words.append("Sr" if held or index else "S")
        last = index == len(ops) - 1
        head = address << 1 | isinstance(op, Read)
        words.append(f"{head:02x}" + ("N" if last and refused == -1 else ""))
        if last and refused == -1:
            break
        data, reply = (reply[: op.count], reply[op.count :]) if isinstance(op, Read) else (op.data, reply)
        for place, byte in enumerate(data):
            final = isinstance(op, Read) and place == op.count - 1
            nack = last and refused == place and not isinstance(op, Read)
            words.append(f"{byte:02x}" + ("N" if final or nack else ""))
            if nack:
                break
    return [*words, "P"] if stop or refused is not None else words


def i2c_wires(waves: Waves) -> tuple[str, str]:
    return next(name for name in waves if "scl" in name), next(name for name in waves if "sda" in name)


@settings(max_examples=80, deadline=None)
@given(
    talk=st.lists(
        st.tuples(
            st.sampled_from([0x42, 0x50, 0x23]),
            st.lists(
                st.one_of(st.builds(Write, st.binary(max_size=4)), st.builds(Read, st.integers(1, 3))),
                min_size=1,
                max_size=3,
            ),
            st.booleans(),
        ),
        min_size=1,
        max_size=5,
    ),
    frequency=st.sampled_from([100_000, 400_000, 1_000_000]),
)
def test_i2c_decodes_to_what_was_sent(talk: list[tuple[int, list[Op], bool]], frequency: int) -> None:
    expected: list[str] = []
    with traced("registers@i2c0:0x42,size=16", "memory@i2c0:0x50") as t:
        bus = t.board.backend.i2c("i2c0")
        bus.configure(I2CConfig(frequency))
        held = False
        for address, ops, stop in talk:
            try:
                reply = bus.transfer(address, ops, stop)
                expected += i2c_words(address, ops, reply, stop, None, held)
                held = not stop
            except BusError:
                expected += i2c_words(address, ops[:1], b"", True, -1, held)
                held = False
        waves = t.waves()
    assert decode_i2c(waves, *i2c_wires(waves)) == expected


def test_i2c_by_a_controller_and_by_hand_decode_alike() -> None:
    heard = []
    for soft in (False, True):
        with traced("memory@i2c0:0x50") as t:
            machine = t.board.machine
            if soft:
                i2c = machine.SoftI2C(5, 4, freq=100_000)
                i2c.start()
                i2c.write(b"\xa0\x10\x55")
                i2c.start()
                i2c.write(b"\xa1")
                i2c.readinto(bytearray(1))
                i2c.stop()
            else:
                i2c = machine.I2C(0, freq=100_000)
                i2c.writeto(0x50, b"\x10\x55", False)
                i2c.readfrom(0x50, 1)
            waves = t.waves()
        heard.append(decode_i2c(waves, *i2c_wires(waves)))
    assert heard[0] == heard[1] == ["S", "a0", "10", "55", "Sr", "a1", "00N", "P"]


def test_a_data_byte_that_is_refused_ends_the_message() -> None:
    with traced("24c32@i2c0:0x50") as t:
        bus = t.board.backend.i2c("i2c0")
        bus.configure(I2CConfig())
        bus.transfer(0x50, [Write(b"\x00\x00\x01")])
        with pytest.raises(BusError):
            bus.transfer(0x50, [Read(1)])
        waves = t.waves()
    assert decode_i2c(waves, *i2c_wires(waves)) == ["S", "a0", "00", "00", "01", "P", "S", "a1N", "P"]


def test_a_transfer_is_drawn_within_the_time_it_takes() -> None:
    with traced("memory@i2c0:0x50") as t:
        i2c = t.board.machine.I2C(0, freq=400_000)
        t.board.run_on(ms=1)
        began = t.board.world.now
        i2c.readfrom_mem(0x50, 0, 4)
        ended = t.board.world.now
        waves = t.waves()
    drawn = [time for changes in waves.values() for time, _ in changes[1:]]
    assert began <= min(time for time in drawn if time >= 1_000_000)
    assert max(drawn) <= ended


# ---- SPI


@settings(max_examples=60, deadline=None)
@given(
    out=st.binary(min_size=1, max_size=6),
    answer=st.binary(max_size=6),
    mode=st.integers(0, 3),
    lsb_first=st.booleans(),
    baudrate=st.sampled_from([1_000_000, 3_000_000, 62_500_000]),
)
def test_spi_decodes_to_what_was_sent(out: bytes, answer: bytes, mode: int, lsb_first: bool, baudrate: int) -> None:
    config = SPIConfig(baudrate, mode >> 1, mode & 1, lsb_first=lsb_first)
    with traced() as t:
        t.board.spi(0).attach(SPIMemory(answer=answer), cs="GP17")
        Pin = t.board.machine.Pin
        bus = t.board.backend.spi("spi0")
        bus.configure(config)
        t.board.run_on(ms=1)
        Pin(17, Pin.OUT)(0)
        reply = bus.transfer(out)
        waves = t.waves()
    names = {wire: next((name for name in waves if wire in name), "") for wire in ("mosi", "miso")}
    assert decode_spi(waves, config, names["mosi"]) == out if names["mosi"] else not any(out)
    if names["miso"]:
        assert decode_spi(waves, config, names["miso"]) == reply
    else:
        assert len(set(reply)) == 1


def test_spi_of_two_transfers_is_one_stream() -> None:
    with traced("spimemory@spi0:GP17") as t:
        machine = t.board.machine
        cs = machine.Pin(17, machine.Pin.OUT, value=1)
        spi = machine.SPI(0, 1_000_000)
        for out in (b"\xa5\x01", b"\x3c"):
            cs(0)
            spi.write(out)
            cs(1)
        waves = t.waves()
    assert decode_spi(waves, SPIConfig(), "GP19_spi0_mosi") == b"\xa5\x01\x3c"
    assert [level for _, level in waves[SELECT]][-5:] == [1, 0, 1, 0, 1]
    clocked = [time for time, _ in waves["GP18_spi0_sck"][1:]]
    selected = [time for time, level in waves[SELECT] if not level][-2:]
    assert selected[0] <= clocked[0]
    assert selected[1] <= clocked[2 * 16]


# ---- UART


@pytest.mark.parametrize("options", [{}, {"parity": 1}, {"stop": 2}, {"bits": 7}])
def test_a_serial_frame_is_its_bits(options: dict[str, Any]) -> None:
    with traced() as t:
        uart = t.board.machine.UART(0, 9600, tx=0, rx=1, **options)
        t.board.run_on(ms=5)
        uart.write(b"\x35")
        t.board.run_on(ms=5)
        changes = next(changes for name, changes in t.waves().items() if "tx" in name)
    began = next(time for time, level in changes if time >= 5_000_000 and not level)
    bit = 1e9 / 9600
    data = [0x35 >> place & 1 for place in range(options.get("bits", 8))]
    parity = [sum(data) + 1 & 1] if "parity" in options else []
    wanted = [0, *data, *parity, *[1] * options.get("stop", 1)]
    assert [level_at(changes, round(began + (place + 0.5) * bit)) for place in range(len(wanted))] == wanted
    assert all(abs((time - began) / bit - round((time - began) / bit)) < 0.01 for time, _ in changes if time >= began)


# ---- the file


def test_changes_that_are_drawn_ahead_come_out_in_order() -> None:
    class Wire:
        level = 1

        def __init__(self, name: str) -> None:
            self.name = name

    world = World()
    file = io.StringIO()
    tracer = VCDTracer(file, world)
    one, other = Wire("one"), Wire("other")
    for _ in range(300):
        tracer.drawn(one, [(world.now + step, step & 1) for step in range(100)])
        world.run(world.now + 40)
        tracer.edge(other, 0, world.now)
        tracer.edge(other, 1, world.now + 1)
        world.run(world.now + 60)
    tracer.close()
    waves, end = parse(file.getvalue())
    assert end == world.now == 30_000
    assert len(waves["one"]) == 30_000 + 1
    assert len(waves["other"]) == 2 * 300 + 1


def test_a_wire_that_changes_and_changes_back_at_once_is_at_its_last_level() -> None:
    with traced() as t:
        wire = t.board.pin("GP3").terminal
        for level in (1, 0, 1, 0):
            wire.drive(level)
        t.board.run_on(ms=1)
        wire.drive(1)
        changes = t.waves()["GP3"]
    assert changes[-2:] == [(0, 0), (1_000_000, 1)]


def test_names_that_are_the_same_are_numbered() -> None:
    taken: set[str] = set()
    assert [unique("GP2", taken) for _ in range(3)] == ["GP2", "GP2_2", "GP2_3"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("pico.GP2", "GP2"),
        ("led@GP2.anode = pico.GP2", "GP2"),
        ("pico.GP5 = pico.i2c0.scl", "GP5_i2c0_scl"),
        ("one.GP0 = two.GP1", "one_GP0_two_GP1"),
        ("bme280@i2c0.scl", "bme280_i2c0_scl"),
    ],
)
def test_labels(name: str, shown: str) -> None:
    assert label(name) == shown


def test_identifiers_are_short_printable_and_differ() -> None:
    made = [identifier(number) for number in range(94 + 94 * 94 + 1)]
    assert len(set(made)) == len(made)
    assert [len(made[place]) for place in (0, 93, 94, 94 + 94 * 94)] == [1, 1, 2, 3]
    assert all(33 <= ord(letter) <= 126 for name in made for letter in name)


def test_a_trace_of_nothing_is_a_file_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "empty.vcd"
    make: Callable[[], World] = World
    with path.open("w") as file:
        VCDTracer(file, make()).close()
    assert parse(path.read_text()) == ({}, 0)
