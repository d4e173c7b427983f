"""Checks what sets the simulated SH1106 apart from the SSD1306: 132 columns, page addressing, its own commands."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.sh1106 import PARTS, SH1106, SH1106SPI
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World


def module(*codes: int) -> SH1106:
    chip = SH1106()
    chip.install(World(), "oled")
    send(chip, 0x00, *codes)
    return chip


def send(chip: SH1106, *message: int) -> None:
    assert chip.start(0x3C, False)
    assert chip.write_block(bytes(message)) == len(message)
    chip.stop()


def test_column_two_is_the_left_edge() -> None:
    chip = module(0xA1, 0xC8, 0xAF)
    for page in range(8):
        send(chip, 0x00, 0xB0 | page, 0x02, 0x10)
        send(chip, 0x40, *([0x01 if page == 0 else 0x80] + [0] * 126 + [0xFF]))
    picture = chip.picture()
    assert (picture.pixel(0, 0), picture.pixel(0, 1), picture.pixel(1, 0)) == (1, 0, 0)
    assert [picture.pixel(127, y) for y in range(64)] == [1] * 64
    assert picture.pixel(0, 63) == 1


def test_column_address_stops_at_the_end_of_the_page() -> None:
    chip = module(0xB1, 0x02, 0x18)
    send(chip, 0x40, 1, 2, 3, 4)
    assert chip.ram[132 + 130 : 132 + 134] == b"\x01\x02\0\0"
    send(chip, 0x00, 0x00, 0x10)
    send(chip, 0x40, 9)
    assert chip.ram[132] == 9


def test_read_modify_write_comes_back() -> None:
    chip = module(0xB0, 0x05, 0x10, 0xE0)
    send(chip, 0x40, 1, 2)
    send(chip, 0x00, 0xEE)
    send(chip, 0x40, 7)
    assert chip.ram[5:7] == b"\x07\x02"


def test_an_ssd1306s_addressing_commands_do_nothing_of_the_kind() -> None:
    chip = module(0x20, 0x00, 0x33, 0xAF)
    send(chip, 0x40, *range(1, 133), 0x55)
    assert 0x55 not in chip.ram[132:]


def test_the_status_byte_is_not_an_ssd1306s() -> None:
    # What drivers that find out which of the two they talk to expect: 08 here, 03 or 06 there, beside the off bit 40.
    chip = module(0xAF)
    assert chip.start(0x3C, True)
    assert chip.read() == 0x08
    send(chip, 0x00, 0xAE)
    assert chip.read() == 0x48


def test_converter_and_contrast_from_reset() -> None:
    chip = module(0xAF, 0xA5)
    assert (chip.contrast, chip.picture().lit) == (0x80, 128 * 64)
    send(chip, 0x00, 0xAD, 0x8A)
    assert chip.picture().lit == 0
    send(chip, 0x00, 0xAD, 0x8B)
    assert chip.picture().lit == 128 * 64


def test_spi_module() -> None:
    chip = PARTS["sh1106_spi"]()
    assert isinstance(chip, SH1106SPI)
    chip.install(World(), "oled")
    dc = Terminal(chip.world, "GP20")
    connect(dc, chip.legs["dc"])
    dc.drive(1)
    chip.exchange(b"\x0f")
    assert chip.ram[0] == 0x0F


def test_other_sizes_are_a_config_error() -> None:
    with pytest.raises(ConfigError, match="none of 128x64"):
        SH1106(width=128, height=32)
