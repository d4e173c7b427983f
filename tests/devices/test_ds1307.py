"""Tests of the DS1307: time in BCD on the world's clock, CH, RAM, the square wave."""

import datetime as dt

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.ds1307 import DS1307
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World

S = 1_000_000_000


def attached(moment: dt.datetime | str | None = None) -> tuple[World, DS1307]:
    world = World()
    chip = DS1307(datetime=moment)
    chip.install(world, "ds1307")
    return world, chip


def write(chip: DS1307, *data: int) -> None:
    assert chip.start(0x68, read=False)
    assert chip.write_block(bytes(data)) == len(data)
    chip.stop()


def read(chip: DS1307, register: int, count: int) -> bytes:
    assert chip.start(0x68, read=False)
    chip.write_block(bytes((register,)))
    assert chip.start(0x68, read=True)
    data = chip.read_block(count)
    chip.stop()
    return data


def probe(chip: DS1307) -> Terminal:
    """A pin with a pull-up on the square-wave leg."""
    pin = Terminal(chip.world, "GP2")
    pin.pull(1)
    connect(pin, chip.legs["sqw"])
    return pin


def test_first_power_up_shows_the_datasheets_time_and_stands() -> None:
    world, chip = attached()
    world.run(10 * S)
    assert read(chip, 0, 8) == bytes.fromhex("80 00 00 01 01 01 00 03")
    assert not chip.running


def test_clearing_clock_halt_starts_it() -> None:
    world, chip = attached()
    write(chip, 0, 0)
    world.run(3 * S)
    assert read(chip, 0, 1) == b"\x03"


def test_a_driver_sets_and_reads_the_time() -> None:
    world, chip = attached()
    write(chip, 0, 0x50, 0x59, 0x23, 0x07, 0x28, 0x02, 0x24)
    world.run(9 * S + S // 2)
    assert read(chip, 0, 7) == bytes.fromhex("59 59 23 07 28 02 24")
    world.run(10 * S)
    assert read(chip, 0, 7) == bytes.fromhex("00 00 00 01 29 02 24"), "2024 is a leap year; day 7 is followed by 1"
    assert chip.datetime == dt.datetime(2024, 2, 29)


@pytest.mark.parametrize(
    ("hour", "byte"),
    [(0, 0x52), (1, 0x41), (11, 0x51), (12, 0x72), (13, 0x61), (23, 0x71)],
)
def test_twelve_hour_mode(hour: int, byte: int) -> None:
    world, chip = attached()
    write(chip, 0, 0x00, 0x00, byte)
    assert chip.datetime.hour == hour
    world.run(3600 * S)
    assert chip.datetime.hour == (hour + 1) % 24
    assert read(chip, 2, 1)[0] & 0x40


def test_the_time_is_latched_at_start() -> None:
    world, chip = attached("2026-07-01T23:59:59")
    assert chip.start(0x68, read=False)
    chip.write_block(b"\x00")
    assert chip.start(0x68, read=True)
    seconds = chip.read()
    world.run(2 * S)
    assert (seconds, chip.read_block(2)) == (0x59, b"\x59\x23")


def test_the_time_is_latched_again_when_the_pointer_comes_back_to_zero() -> None:
    world, chip = attached("2026-07-01T23:59:59")
    assert chip.start(0x68, read=False)
    chip.write_block(b"\x3e")
    assert chip.start(0x68, read=True)
    chip.read()
    world.run(2 * S)
    assert chip.read_block(4) == b"\x00\x01\x00\x00"


def test_writing_the_seconds_begins_a_second() -> None:
    world, chip = attached("2026-07-01T12:00:00")
    world.run(S * 9 // 10)
    write(chip, 0, 0x30)
    world.run(S * 18 // 10)
    assert chip.datetime.second == 30
    world.run(S * 19 // 10)
    assert chip.datetime.second == 31


def test_ram_and_wrap() -> None:
    _, chip = attached("2026-07-01T12:00:00")
    write(chip, 0x3F, 0xAA, 0x45)
    assert chip.ram[-1] == 0xAA
    assert chip.datetime.second == 45
    write(chip, 8, *range(56))
    assert chip.ram == bytes(range(56))
    assert read(chip, 8, 56) == bytes(range(56))


def test_bits_that_do_not_exist_read_zero() -> None:
    _, chip = attached()
    write(chip, 3, 0xFF)
    write(chip, 7, 0xFF)
    assert read(chip, 3, 1) + read(chip, 7, 1) == b"\x07\x93"


def test_entries_that_make_no_sense_do_not_break_it() -> None:
    world, chip = attached()
    write(chip, 0, 0x7F, 0x7F, 0x3F, 0x07, 0x3F, 0x1F, 0xFF)
    world.run(5 * S)
    assert chip.datetime.year == 2000


def test_python_face() -> None:
    world, chip = attached()
    chip.datetime = dt.datetime(2026, 7, 1, 12, 30, 15, 999)
    assert chip.running
    world.run(60 * S)
    assert chip.datetime == dt.datetime(2026, 7, 1, 12, 31, 15)
    assert read(chip, 3, 1) == b"\x03", "a Wednesday, with Monday as 1"
    with pytest.raises(ConfigError, match=r"2100 is not in 2000\.\.2099"):
        chip.datetime = dt.datetime(2100, 1, 1)
    with pytest.raises(ConfigError, match="datetime='noon'"):
        DS1307(datetime="noon")


def test_out_bit_is_the_level_of_the_leg() -> None:
    _, chip = attached()
    pin = probe(chip)
    assert pin.level == 0
    write(chip, 7, 0x80)
    assert pin.level == 1


@pytest.mark.parametrize(("rate", "frequency"), [(0, 1), (1, 4096), (2, 8192), (3, 32768)])
def test_square_wave(rate: int, frequency: int) -> None:
    world, chip = attached("2026-07-01T12:00:00")
    pin = probe(chip)
    rises: list[int] = []
    pin.watch(lambda level, time: rises.append(time) if level else None)
    write(chip, 7, 0x10 | rate)
    world.run(S + 1)
    assert len(rises) - frequency in (0, 1)
    write(chip, 7, 0x80)
    counted = len(rises)
    world.run(2 * S)
    assert len(rises) - counted <= 1
    assert pin.level == 1


def test_one_hertz_rises_in_the_middle_of_the_second() -> None:
    world, chip = attached("2026-07-01T12:00:00")
    pin = probe(chip)
    write(chip, 7, 0x10)
    world.run(S // 4)
    write(chip, 0, 0)
    world.run(S // 4 + S // 2 - 1)
    assert pin.level == 0
    world.run(S // 4 + S // 2)
    assert pin.level == 1


def test_a_halted_clock_has_no_square_wave() -> None:
    world, chip = attached()
    pin = probe(chip)
    write(chip, 7, 0x10)
    levels = set()
    for tenth in range(20):
        world.run(tenth * S // 10)
        levels.add(pin.level)
    assert levels == {1}
