"""Holds the simulated MAX7219 to its data sheet: words, chains, code B, and what its LEDs show."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.max7219 import MAX7219
from machine_compat.mock.picture import Picture

NO_OP, DECODE, INTENSITY, SCAN_LIMIT, SHUTDOWN, TEST = 0x00, 0x09, 0x0A, 0x0B, 0x0C, 0x0F


def load(chip: MAX7219, *words: tuple[int, int]) -> bytes:
    chip.select()
    reply = chip.exchange(bytes(byte for word in words for byte in word))
    chip.deselect()
    return reply


def woken(count: int = 1, decode: int = 0) -> MAX7219:
    """As a driver sets it up: all drivers alike, all digits scanned, out of shutdown."""
    chip = MAX7219(count)
    for word in ((SCAN_LIMIT, 7), (DECODE, decode), (TEST, 0), (SHUTDOWN, 1)):
        load(chip, *[word] * count)
    return chip


def test_power_on_is_shutdown_and_dark() -> None:
    chip = MAX7219()
    assert (chip.on, chip.intensity, chip.digits) == (False, 0, " " * 8)
    load(chip, (1, 0xFF))
    load(chip, (2, 0xFF))
    assert chip.picture().lit == 0
    load(chip, (SHUTDOWN, 1))
    assert chip.on
    assert chip.rows == (b"\xff", *[b"\0"] * 7), "one digit is scanned"


def test_of_several_words_the_last_counts() -> None:
    chip = woken()
    load(chip, (1, 0xFF), (2, 0x0F))
    assert chip.rows[:2] == (b"\0", b"\x0f")


def test_words_load_at_the_rising_cs_only() -> None:
    chip = woken()
    chip.select()
    chip.exchange(b"\x01")
    chip.exchange(b"\xa5")
    assert chip.rows[0] == b"\0"
    chip.deselect()
    assert chip.rows[0] == b"\xa5"


def test_the_address_is_four_bits() -> None:
    chip = woken()
    load(chip, (0xF1, 0x3C))
    assert chip.rows[0] == b"\x3c"


def test_code_b_and_points() -> None:
    """Table 5; digit 7 is at the left."""
    chip = woken(decode=0xFF)
    for digit, value in enumerate([0, 1, 2, 3 | 0x80, 10, 11, 12, 13]):
        load(chip, (digit + 1, value))
    assert chip.digits == "LHE-3.210"
    for digit, value in enumerate([4, 5, 6, 7, 8, 9, 14, 15]):
        load(chip, (digit + 1, value | 0x70))
    assert chip.digits == " P987654"


def test_decode_is_by_digit_and_raw_patterns_are_read() -> None:
    chip = woken(decode=0x01)
    for digit, value in enumerate([0x05, 0x7E, 0x77, 0x1F, 0x4E, 0xBD, 0x55, 0x00]):
        load(chip, (digit + 1, value))
    assert chip.digits == " ?d.CbA05"
    assert chip.rows[0] == b"\x5b"


def test_scan_limit_leaves_digits_dark() -> None:
    chip = woken(decode=0xFF)
    load(chip, (SCAN_LIMIT, 3))
    assert chip.digits == "    0000"


def test_shutdown_keeps_the_registers_and_test_overrides_it() -> None:
    chip = woken()
    load(chip, (3, 0x81))
    load(chip, (INTENSITY, 0x0B))
    load(chip, (SHUTDOWN, 0))
    assert (chip.on, chip.picture().lit) == (False, 0)
    load(chip, (TEST, 1))
    assert (chip.on, chip.picture().lit, chip.digits) == (True, 64, "8." * 8)
    load(chip, (TEST, 0))
    load(chip, (SHUTDOWN, 1))
    assert (chip.picture().lit, chip.rows[2], chip.intensity) == (2, b"\x81", 11)


def test_a_chain_gets_the_first_word_into_its_last_driver() -> None:
    chip = woken(3)
    load(chip, (1, 0xAA), (NO_OP, 0), (1, 0x0F))
    assert [driver.registers[1] for driver in chip.drivers] == [0x0F, 0x00, 0xAA]
    assert chip.rows[0] == b"\xaa\x00\x0f"
    load(chip, (1, 0x55))
    assert chip.rows[0] == b"\xaa\x0f\x55", "the words before it moved on by one driver"


def test_matrices_show_a_frame() -> None:
    wanted = Picture(16, 8, bytes((x * y + x) % 5 < 2 for y in range(8) for x in range(16)))
    chip = woken(2)
    for y in range(8):
        row = [sum(wanted.pixel(8 * half + x, y) << (7 - x) for x in range(8)) for half in range(2)]
        load(chip, (y + 1, row[0]), (y + 1, row[1]))
    assert chip.picture() == wanted


def test_dout_follows_by_sixteen_bits_and_clocks_count_while_deselected() -> None:
    chip = MAX7219()
    assert chip.exchange(b"\x01\x02\x03\x04\x05") == b"\0\0\x01\x02\x03"
    assert chip.preview() == 0x04
    chip.idle_clocks(b"\x0c\x01")
    assert chip.preview() == 0x0C
    chip.deselect()
    assert chip.on


@pytest.mark.parametrize("count", [0, 65, "four"])
def test_count_of_the_chain(count: int) -> None:
    with pytest.raises(ConfigError, match=f"max7219: count={count!r} is not within 1..64 drivers"):
        MAX7219(count)
