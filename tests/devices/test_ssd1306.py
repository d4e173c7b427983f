"""Holds the simulated SSD1306 to its data sheet: the byte streams, the addressing modes, and what a person sees."""

import itertools

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import SPIChip
from machine_compat.mock.devices.ssd1306 import PARTS, SSD1306, SSD1306SPI
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.picture import Picture
from machine_compat.mock.world import World

# What the usual drivers send, up to the size: COM pins and multiplex ratio follow.
INIT = bytes.fromhex("AE 20 00 40 A1 D3 00 C8 D5 80 D9 F1 DB 30 81 FF A4 A6 AD 30 8D 14 AF")


def module(width: int = 128, height: int = 64, *, com_pins: int | None = None) -> SSD1306:
    """A module as the usual drivers set it up."""
    chip = SSD1306(width=width, height=height)
    chip.install(World(), "oled")
    chip.start(0x3C, False)
    if com_pins is None:
        com_pins = 0x02 if width > 2 * height else 0x12
    chip.write_block(b"\x00" + INIT + bytes([0xA8, height - 1, 0xDA, com_pins]))
    chip.stop()
    return chip


def commands(chip: SSD1306, *codes: int) -> None:
    """One message a byte, as MicroPython's driver does it."""
    for code in codes:
        assert chip.start(0x3C, False)
        assert chip.write_block(bytes([0x80, code])) == 2
        chip.stop()


def data(chip: SSD1306, payload: bytes) -> None:
    assert chip.start(0x3C, False)
    assert chip.write_block(b"\x40" + payload) == len(payload) + 1
    chip.stop()


def frame(picture: Picture) -> bytes:
    """A picture as a driver's buffer holds it: a byte is eight pixels down, bit 0 at the top."""
    return bytes(
        sum(picture.pixel(x, page * 8 + bit) << bit for bit in range(8))
        for page in range(picture.height // 8)
        for x in range(picture.width)
    )


def scribble(width: int, height: int) -> Picture:
    """A picture that is equal to none of its mirror images: no pixel of it repeats in step with the page size."""
    return Picture(
        width, height, bytes((x * x + 3 * y * y + x * y) % 7 < 3 for y in range(height) for x in range(width))
    )


# ---- what a person sees


@pytest.mark.parametrize(("width", "height"), [(128, 64), (128, 32), (64, 48), (72, 40), (64, 32)])
def test_usual_driver_shows_its_frame_upright(width: int, height: int) -> None:
    chip = module(width, height)
    first = (128 - width) // 2
    commands(chip, 0x21, first, first + width - 1, 0x22, 0, height // 8 - 1)
    wanted = scribble(width, height)
    data(chip, frame(wanted))
    assert chip.picture() == wanted
    data(chip, frame(wanted))
    assert chip.picture() == wanted


def test_off_without_supply_or_in_reset_it_is_dark() -> None:
    chip = SSD1306()
    chip.install(World(), "oled")
    data(chip, b"\xff")
    commands(chip, 0xAF)
    assert (chip.on, chip.picture().lit) == (True, 0)
    commands(chip, 0x8D, 0x14)
    assert chip.picture().lit == 8
    commands(chip, 0xAE)
    assert (chip.on, chip.picture().lit) == (False, 0)
    assert chip.ram[0] == 0xFF


def test_external_supply_needs_no_charge_pump() -> None:
    chip = SSD1306(external_vcc=1)
    chip.install(World(), "oled")
    commands(chip, 0xAF, 0xA5)
    assert chip.picture().lit == 128 * 64


def test_invert_all_on_and_contrast() -> None:
    chip = module()
    data(chip, b"\x01")
    assert chip.contrast == 0xFF
    commands(chip, 0x81, 0x10, 0xA7)
    assert (chip.contrast, chip.inverted, chip.picture().lit) == (0x10, True, 128 * 64 - 1)
    commands(chip, 0xA5)
    assert (chip.all_on, chip.picture().lit) == (True, 128 * 64)
    commands(chip, 0xA4, 0xA6)
    assert chip.picture().lit == 1


def test_unmapped_it_is_upside_down() -> None:
    """A0 and C0 are the other way up: a half turn."""
    chip = module()
    commands(chip, 0xA0, 0xC0)
    wanted = scribble(128, 64)
    data(chip, frame(wanted))
    assert chip.picture().pixels == wanted.pixels[::-1]


def test_segment_remap_turns_only_later_data_and_scan_direction_all() -> None:
    """Section 10.1.8: data already stored in GDDRAM is not changed."""
    chip = module()
    wanted = scribble(128, 64)
    data(chip, frame(wanted))
    commands(chip, 0xA0)
    assert chip.picture() == wanted
    commands(chip, 0xC0)
    flipped = [wanted.pixels[y * 128 : y * 128 + 128] for y in reversed(range(64))]
    assert chip.picture().pixels == b"".join(flipped)


@pytest.mark.parametrize("scan", [0xC0, 0xC8])
@pytest.mark.parametrize(("code", "moved"), [((0x48,), 8), ((0xD3, 8), 8)])
def test_start_line_and_offset_roll_the_picture(scan: int, code: tuple[int, ...], moved: int) -> None:
    """Table 10-1: with all 64 lines COM0 shows line 8 when either is 8."""
    chip = module()
    commands(chip, scan)
    wanted = scribble(128, 64)
    data(chip, frame(wanted))
    lines = [wanted.pixels[y * 128 : y * 128 + 128] for y in range(64)]
    rolled = lines[moved:] + lines[:moved]
    # With C8, COM0 is the bottom line of the glass and shows the last row.
    com0_first = rolled if scan == 0xC0 else [lines[(63 - com + moved) % 64] for com in range(64)]
    commands(chip, *code)
    assert chip.picture().pixels == b"".join(reversed(com0_first))


def test_multiplex_ratio_leaves_lines_dark() -> None:
    chip = module()
    data(chip, b"\xff" * 1024)
    commands(chip, 0xA8, 31)
    assert chip.picture().lit == 32 * 128
    commands(chip, 0xA8, 14)
    assert chip.picture().lit == 32 * 128


def test_wrong_com_pins_interleave_the_halves() -> None:
    """Table 10-3: sequential outputs on glass that is wired alternately."""
    chip = module(com_pins=0x02)
    wanted = scribble(128, 64)
    data(chip, frame(wanted))
    lines = [wanted.pixels[y * 128 : y * 128 + 128] for y in range(64)]
    seen = list(itertools.chain.from_iterable(zip(lines[:32], lines[32:], strict=True)))
    assert chip.picture().pixels == b"".join(seen)
    commands(chip, 0xDA, 0x32)
    swapped = list(itertools.chain.from_iterable(zip(lines[1::2], lines[::2], strict=True)))
    assert chip.picture().pixels == b"".join(swapped)


# ---- addressing (10.1.3)


def test_page_mode_from_reset_stays_in_its_page() -> None:
    chip = SSD1306()
    chip.install(World(), "oled")
    commands(chip, 0xB3, 0x0E, 0x17)
    data(chip, b"\x01\x02\x03\x04")
    row = chip.ram[3 * 128 : 4 * 128]
    assert (row[126:], row[:2]) == (b"\x01\x02", b"\x03\x04")
    assert chip.ram.count(0) == 1020


def test_horizontal_window_wraps_from_end_to_start() -> None:
    chip = module()
    commands(chip, 0xA0, 0x21, 10, 12, 0x22, 6, 7)
    data(chip, bytes(range(1, 8)))
    assert chip.ram[6 * 128 + 10 : 6 * 128 + 13] == b"\x07\x02\x03"
    assert chip.ram[7 * 128 + 10 : 7 * 128 + 13] == b"\x04\x05\x06"


@pytest.mark.parametrize("remap", [0xA0, 0xA1])
def test_vertical_window_runs_down_first(remap: int) -> None:
    chip = module()
    commands(chip, remap, 0x20, 1, 0x21, 10, 11, 0x22, 2, 4)
    data(chip, bytes(range(1, 8)))
    cells = chip.ram
    first, second = (10, 11) if remap == 0xA0 else (117, 116)
    assert [cells[page * 128 + first] for page in (2, 3, 4)] == [7, 2, 3]
    assert [cells[page * 128 + second] for page in (2, 3, 4)] == [4, 5, 6]


def test_pointer_outside_the_window_runs_to_the_edge_first() -> None:
    chip = module()
    commands(chip, 0xA0, 0x21, 0, 3, 0x0E, 0x17)
    data(chip, b"\x01\x02\x03")
    assert chip.ram[126:129] == b"\x01\x02\x03"
    commands(chip, 0x20, 1, 0x22, 0, 1, 0xB6)
    data(chip, b"\x0a\x0b\x0c")
    assert (chip.ram[6 * 128 + 1], chip.ram[7 * 128 + 1], chip.ram[2]) == (0x0A, 0x0B, 0x0C)


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_bytes_one_by_one_are_the_same_as_a_block(mode: int) -> None:
    block, single = module(), module()
    payload = bytes((7 * n) % 251 for n in range(900))
    for chip in (block, single):
        commands(chip, 0x20, mode, 0x21, 5, 99, 0x22, 1, 6)
    data(block, payload)
    single.start(0x3C, False)
    assert all(single.write(byte) for byte in b"\x40" + payload)
    assert single.ram == block.ram
    assert any(block.ram)


# ---- commands and buses


@pytest.mark.parametrize(
    "code",
    ["26 00 00 00 07 00 FF", "27 00 00 00 07 00 FF", "29 00 00 00 07 01", "2A 00 00 00 07 01", "A3 00 40", "D5 80",
     "D9 F1", "DB 40", "AD 30", "E3", "D6 00", "23 00"],
)  # fmt: skip
def test_commands_swallow_their_arguments(code: str) -> None:
    """An argument taken for a command would here switch the display off or clear what follows."""
    chip = module()
    commands(chip, *bytes.fromhex(code), 0x81, 0x42)
    assert (chip.contrast, chip.on, chip.inverted) == (0x42, True, False)
    data(chip, frame(scribble(128, 64)))
    assert chip.picture() == scribble(128, 64)


def test_scroll_is_heard() -> None:
    chip = module()
    commands(chip, 0x2F)
    assert chip.scrolling
    commands(chip, 0x2E)
    assert not chip.scrolling


def test_control_bytes_mix_commands_and_data() -> None:
    """Section 8.1.5.2: with Co set each byte has a control byte of its own; without it only bytes follow."""
    chip = SSD1306()
    chip.install(World(), "oled")
    chip.start(0x3C, False)
    assert chip.write_block(bytes.fromhex("80 B2 C0 11 80 81 80 22 C0 33 40 80 AF")) == 13
    assert chip.ram[256:261] == bytes.fromhex("11 33 80 AF 00")
    assert (chip.contrast, chip.on) == (0x22, False)
    assert chip.start(0x3C, False)
    chip.write_block(b"\x00\xaf")
    assert chip.on


def test_status_tells_whether_it_is_off() -> None:
    chip = module()
    chip.start(0x3C, True)
    assert chip.read() == 0x06
    commands(chip, 0xAE)
    chip.start(0x3C, True)
    assert chip.read() == 0x46


def leg(chip: SSD1306 | SSD1306SPI, name: str, level: int) -> Terminal:
    pin = Terminal(chip.world, f"GP-{name}")
    connect(pin, chip.legs[name])
    pin.drive(level)
    return pin


def test_spi_tells_data_by_its_dc_leg() -> None:
    chip = PARTS["ssd1306_spi"](width=128, height=32)
    assert isinstance(chip, SSD1306SPI)
    assert isinstance(chip, SPIChip)
    chip.install(World(), "oled")
    dc = leg(chip, "dc", 0)
    chip.exchange(INIT + bytes.fromhex("A8 1F DA 02 22 00 03"))
    dc.drive(1)
    assert chip.exchange(frame(scribble(128, 32))) == b"\xff" * 512
    assert chip.picture() == scribble(128, 32)


def test_reset_leg_restores_registers_and_keeps_the_memory() -> None:
    chip = module()
    data(chip, b"\x55")
    res = leg(chip, "res", 0)
    assert (chip.on, chip.contrast, chip.charge_pump) == (False, 0x7F, False)
    assert not chip.start(0x3C, False)
    res.drive(1)
    assert chip.start(0x3C, False)
    assert chip.ram[127] == 0x55
    spi = SSD1306SPI()
    spi.install(World(), "oled")
    leg(spi, "dc", 0)
    leg(spi, "res", 0)
    spi.exchange(b"\xaf")
    assert not spi.on


def test_wrong_set_ups() -> None:
    with pytest.raises(ConfigError, match="ssd1306: width x height='100x64' is none of 128x64, 128x32"):
        SSD1306(width=100)
    with pytest.raises(ConfigError, match="address='0x78' is none of 0x3c, 0x3d"):
        SSD1306(0x78)
    assert SSD1306(0x3D).addresses() == (0x3D,)
