"""Tests of the DS3231: time, century, alarms and the INT leg, status flags, temperature."""

import datetime as dt

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.ds3231 import DS3231
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World

S = 1_000_000_000
NOON = "2026-07-01T12:00:00"


def attached(moment: str | None = NOON, temperature: float = 25.0) -> tuple[World, DS3231, Terminal]:
    """A DS3231 with a pulled-up pin on its INT leg."""
    world = World()
    chip = DS3231(datetime=moment, temperature=temperature)
    chip.install(world, "ds3231")
    pin = Terminal(world, "GP3")
    pin.pull(1)
    connect(pin, chip.legs["int"])
    return world, chip, pin


def write(chip: DS3231, *data: int) -> None:
    assert chip.start(0x68, read=False)
    assert chip.write_block(bytes(data)) == len(data)
    chip.stop()


def read(chip: DS3231, register: int, count: int = 1) -> bytes:
    assert chip.start(0x68, read=False)
    chip.write_block(bytes((register,)))
    assert chip.start(0x68, read=True)
    data = chip.read_block(count)
    chip.stop()
    return data


def test_registers_after_first_power_up() -> None:
    _, chip, pin = attached(None)
    assert read(chip, 0, 7) == bytes.fromhex("00 00 00 01 01 01 00")
    assert read(chip, 0x0E, 5) == bytes.fromhex("1C 88 00 19 00")
    assert pin.level == 1


def test_it_runs_from_the_start() -> None:
    world, chip, _ = attached(None)
    world.run(61 * S)
    assert read(chip, 0, 2) == b"\x01\x01"


def test_the_register_pointer_wraps_after_the_temperature() -> None:
    _, chip, _ = attached()
    assert read(chip, 0x11, 4) == bytes.fromhex("19 00 00 00")


def test_century_bit_toggles() -> None:
    world, chip, _ = attached("2099-12-31T23:59:59")
    world.run(S)
    assert read(chip, 5, 2) == b"\x81\x00"
    assert chip.datetime == dt.datetime(2100, 1, 1)
    chip.datetime = dt.datetime(2199, 12, 31, 23, 59, 59)
    world.run(2 * S)
    assert read(chip, 5, 2) == b"\x01\x00"


@pytest.mark.parametrize(
    ("celsius", "registers"),
    [(25.25, "19 40"), (0, "00 00"), (-0.25, "FF C0"), (-10.5, "F5 80"), (85, "55 00"), (21.6, "15 80")],
)
def test_temperature(celsius: float, registers: str) -> None:
    _, chip, _ = attached()
    chip.temperature = celsius
    assert read(chip, 0x11, 2) == bytes.fromhex(registers)
    write(chip, 0x11, 0, 0)
    assert read(chip, 0x11, 2) == bytes.fromhex(registers)


def test_temperature_out_of_range() -> None:
    with pytest.raises(ConfigError, match=r"temperature=-41 is not within -40\.\.85"):
        DS3231(temperature=-41)


def test_a_conversion_is_busy_for_a_while() -> None:
    world, chip, _ = attached()
    write(chip, 0x0E, 0x3C)
    assert read(chip, 0x0E, 2) == b"\x3c\x0c"
    world.run(S // 5)
    assert read(chip, 0x0E, 2) == b"\x1c\x08"


def test_oscillator_stop_flag_stays_until_it_is_cleared() -> None:
    _, chip, _ = attached(None)
    write(chip, 0x0F, 0x88)
    assert read(chip, 0x0F) == b"\x88"
    write(chip, 0x0F, 0x08)
    assert read(chip, 0x0F) == b"\x08"
    write(chip, 0x0F, 0xFB)
    assert read(chip, 0x0F) == b"\x08", "flags cannot be set by writing"


# Table 2 of the datasheet: registers A1 (or A2), from Wednesday 2026-07-01 12:00:00, and when they match.
@pytest.mark.parametrize(
    ("first", "alarm", "seconds"),
    [
        (0x07, "80 80 80 80", 1),
        (0x07, "30 80 80 80", 30),
        (0x07, "00 80 80 80", 60),
        (0x07, "15 05 80 80", 5 * 60 + 15),
        (0x07, "00 30 13 80", 90 * 60),
        (0x07, "00 00 12 80", 24 * 3600),
        (0x07, "00 00 12 02", 24 * 3600),
        (0x07, "00 00 12 44", 24 * 3600),
        (0x07, "10 00 12 43", 10),
        (0x07, "00 00 00 31", 30 * 86400 - 12 * 3600),
        (0x0B, "80 80 80", 60),
        (0x0B, "10 80 80", 600),
        (0x0B, "00 12 80", 24 * 3600),
        (0x0B, "00 13 41", 5 * 86400 + 3600),
    ],
)
def test_alarms(first: int, alarm: str, seconds: int) -> None:
    world, chip, pin = attached()
    flag = 1 if first == 0x07 else 2
    write(chip, 0x0E, 0x04 | flag)
    write(chip, first, *bytes.fromhex(alarm))
    world.run(seconds * S - 1)
    assert (read(chip, 0x0F)[0] & 3, pin.level) == (0, 1)
    world.run(seconds * S)
    assert (read(chip, 0x0F)[0] & 3, pin.level) == (flag, 0)
    assert chip.interrupting


def test_an_alarm_rings_again_after_its_flag_is_cleared() -> None:
    world, chip, pin = attached()
    write(chip, 0x07, 0x80, 0x80, 0x80, 0x80)
    write(chip, 0x0E, 0x05)
    falls: list[int] = []
    pin.watch(lambda level, time: falls.append(time) if not level else None)
    world.run(3 * S + S // 2)
    assert falls == [S]
    write(chip, 0x0F, 0x00)
    assert pin.level == 1
    world.run(5 * S)
    assert falls == [S, 4 * S]


def test_an_alarm_without_its_enable_bit_sets_the_flag_only() -> None:
    world, chip, pin = attached()
    write(chip, 0x07, 0x10, 0x80, 0x80, 0x80)
    world.run(11 * S)
    assert (read(chip, 0x0F)[0] & 3, pin.level) == (1, 1)
    write(chip, 0x0E, 0x05)
    assert pin.level == 0


def test_an_alarm_follows_a_new_time() -> None:
    world, chip, pin = attached()
    write(chip, 0x07, 0x00, 0x30, 0x13, 0x80)
    write(chip, 0x0E, 0x05)
    write(chip, 0, 0x58, 0x29, 0x13)
    world.run(S)
    assert pin.level == 1
    world.run(2 * S)
    assert pin.level == 0


def test_an_alarm_in_twelve_hour_mode() -> None:
    world, chip, pin = attached()
    write(chip, 0, 0x59, 0x59, 0x72)
    write(chip, 0x07, 0x00, 0x00, 0x61, 0x80)
    write(chip, 0x0E, 0x05)
    world.run(S)
    assert pin.level == 0


def test_no_alarm_leaves_the_world_quiet() -> None:
    world, _, _ = attached(None)
    assert world.quiet()


def test_square_wave_instead_of_interrupts() -> None:
    world, chip, pin = attached()
    write(chip, 0x0E, 0x00)
    edges: list[int] = []
    pin.watch(lambda level, time: edges.append(level))
    world.run(10 * S)
    assert len(edges) in (20, 21)
    write(chip, 0x0E, 0x04)
    assert pin.level == 1


def test_32_khz_leg() -> None:
    world, chip, _ = attached()
    pin = Terminal(world, "GP4")
    pin.pull(1)
    connect(pin, chip.legs["32k"])
    edges: list[int] = []
    pin.watch(lambda level, time: edges.append(level))
    world.run(S // 1000)
    assert len(edges) in (65, 66)
    write(chip, 0x0F, 0x00)
    assert pin.level == 1
