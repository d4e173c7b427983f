"""States what `framebuf` draws: pictures to check by eye and bytes to check by hand."""

from array import array

import pytest

from machine_compat.modules import framebuf
from machine_compat.modules.framebuf import FrameBuffer, FrameBuffer1

FORMATS = {
    name: getattr(framebuf, name)
    for name in ("MONO_VLSB", "RGB565", "GS4_HMSB", "MONO_HLSB", "MONO_HMSB", "GS2_HMSB", "GS8")
}


def gray(width: int, height: int) -> FrameBuffer:
    return FrameBuffer(bytearray(width * height), width, height, framebuf.GS8)


def picture(fb: FrameBuffer, width: int, height: int) -> list[str]:
    """One string a row, '.' for 0 and the last hexadecimal digit of any other colour."""
    colours = [[fb.pixel(x, y) for x in range(width)] for y in range(height)]
    return ["".join("." if colour == 0 else f"{colour:x}"[-1] for colour in row) for row in colours]


def test_constants() -> None:
    assert {**FORMATS, "MVLSB": framebuf.MVLSB} == {
        "MONO_VLSB": 0,
        "RGB565": 1,
        "GS4_HMSB": 2,
        "MONO_HLSB": 3,
        "MONO_HMSB": 4,
        "GS2_HMSB": 5,
        "GS8": 6,
        "MVLSB": 0,
    }


@pytest.mark.parametrize(
    ("name", "buffer"),
    [
        ("MONO_VLSB", "01 00 02"),
        ("MONO_HLSB", "80 20"),
        ("MONO_HMSB", "01 04"),
        ("GS2_HMSB", "03 30"),
        ("GS4_HMSB", "f0 00 00 f0"),
        ("GS8", "ff 00 00 00 00 ff"),
    ],
)
def test_where_each_format_keeps_the_upper_left_and_lower_right_of_3_x_2_pixels(name: str, buffer: str) -> None:
    expected = bytes.fromhex(buffer)
    drawn = bytearray(len(expected))
    fb = FrameBuffer(drawn, 3, 2, FORMATS[name])
    fb.pixel(0, 0, 0xFF)
    fb.pixel(2, 1, 0xFF)
    assert drawn == expected


def test_rgb565_is_a_native_16_bit_word_a_pixel() -> None:
    words = array("H", [0] * 4)
    FrameBuffer(words, 2, 2, framebuf.RGB565).pixel(1, 1, 0xF81F)
    assert words.tolist() == [0, 0, 0, 0xF81F]


@pytest.mark.parametrize(
    ("name", "colour", "kept"),
    [
        ("MONO_VLSB", 2, 1),
        ("MONO_HLSB", -1, 1),
        ("MONO_HMSB", 0x100, 1),
        ("GS2_HMSB", 0x16, 2),
        ("GS4_HMSB", 0x1A, 0xA),
        ("GS8", 0x1A5, 0xA5),
        ("RGB565", 0x12345, 0x2345),
        ("RGB565", -1, 0xFFFF),
    ],
)
def test_colour_is_cut_to_the_format(name: str, colour: int, kept: int) -> None:
    fb = FrameBuffer(bytearray(64), 4, 4, FORMATS[name])
    fb.pixel(1, 2, colour)
    fb.fill_rect(2, 2, 2, 1, colour)
    assert [fb.pixel(x, 2) for x in range(4)] == [0, kept, kept, kept]


def test_pixel_outside_is_none_and_draws_nothing() -> None:
    buffer = bytearray(4)
    fb = FrameBuffer(buffer, 2, 2, framebuf.GS8)
    for x, y in [(-1, 0), (2, 0), (0, -1), (0, 2)]:
        assert fb.pixel(x, y) is None
        assert fb.pixel(x, y, 9) is None
    assert buffer == bytes(4)


def test_rectangles_and_straight_lines() -> None:
    fb = gray(9, 6)
    fb.rect(0, 0, 5, 4, 1)
    fb.rect(2, 2, 4, 3, 2, True)
    fb.fill_rect(7, -3, 9, 5, 3)
    fb.hline(-2, 5, 4, 4)
    fb.vline(8, 4, 99, 5)
    assert picture(fb, 9, 6) == [
        "11111..33",
        "1...1..33",
        "1.2222...",
        "112222...",
        "..2222..5",
        "44......5",
    ]


def test_an_outline_without_height_still_has_its_left_and_right_column() -> None:
    fb = gray(5, 3)
    fb.rect(4, 0, -2, 3, 1)
    assert picture(fb, 5, 3) == [".1..1"] * 3


def test_lines() -> None:
    fb = gray(10, 5)
    fb.line(0, 0, 9, 3, 1)
    fb.line(2, 4, 0, 0, 2)
    fb.line(6, 4, 12, -2, 3)
    assert picture(fb, 10, 5) == [
        "21........",
        "2.111....3",
        ".2...1113.",
        ".2.....311",
        "..2...3...",
    ]


def test_ellipse_outline_filled_and_quadrants() -> None:
    fb = gray(9, 7)
    fb.ellipse(4, 3, 4, 3, 1)
    assert picture(fb, 9, 7) == [
        "..11111..",
        ".1.....1.",
        "1.......1",
        "1.......1",
        "1.......1",
        ".1.....1.",
        "..11111..",
    ]
    fb.fill(0)
    for bit in range(4):
        fb.ellipse(4, 3, 4, 3, bit + 1, True, 1 << bit)
    assert picture(fb, 9, 7) == [
        "..22211..",
        ".2222111.",
        "222221111",
        "333344444",
        "333344444",
        ".3334444.",
        "..33444..",
    ]


def test_ellipse_without_radii_is_a_point() -> None:
    fb = gray(3, 3)
    fb.ellipse(1, 1, 0, 0, 7)
    fb.ellipse(2, 2, 0, 0, 7, False, 0)
    assert picture(fb, 3, 3) == ["...", ".7.", "..."]


def test_polygon_outline_and_filled() -> None:
    arrow = array("h", [0, 0, 8, 3, 0, 6, 3, 3])
    fb = gray(10, 8)
    fb.poly(1, 0, arrow, 1)
    assert picture(fb, 10, 8) == [
        ".11.......",
        "..1111....",
        "...1..11..",
        "....1...11",
        "...1.111..",
        "..111.....",
        ".11.......",
        "..........",
    ]
    fb.fill(0)
    fb.poly(1, 0, arrow, 1, True)
    assert picture(fb, 10, 8) == [
        ".1........",
        "..111.....",
        "...1111...",
        "....111111",
        "...1111...",
        "..111.....",
        ".1........",
        "..........",
    ]


def test_polygon_takes_any_array_and_ignores_an_odd_last_number() -> None:
    for coords in (array("i", [1, 1, 3, 1, 9]), b"\x01\x01\x03\x01\x09", array("d", [])):
        fb = gray(5, 3)
        fb.poly(0, 0, coords, 1)
        assert picture(fb, 5, 3) == [".....", ".111." if coords else ".....", "....."]


def test_text_draws_a_chequered_box_for_each_byte_that_is_not_ascii() -> None:
    fb = FrameBuffer(bytearray(24), 24, 8, framebuf.MONO_VLSB)
    fb.text("Hi\u00e9", -1, 0)
    assert picture(fb, 24, 8) == [
        "11..11....11....1.1.1.1.",
        "11..11.........1.1.1.1.1",
        "11..11....11....1.1.1.1.",
        "111111....11...1.1.1.1.1",
        "11..11....11....1.1.1.1.",
        "11..11....11...1.1.1.1.1",
        "11..11....11....1.1.1.1.",
        "...............1.1.1.1.1",
    ]


def test_text_ends_at_a_nul_and_takes_bytes() -> None:
    drawn, expected = gray(24, 8), gray(24, 8)
    drawn.text(b"A\0B", 0, 0, 5)
    expected.text("A", 0, 0, 5)
    assert bytes(drawn) == bytes(expected)


def test_scroll_keeps_what_nothing_is_shifted_to() -> None:
    fb = FrameBuffer(bytearray(b"123456789"), 3, 3, framebuf.GS8)
    fb.scroll(1, 0)
    assert bytes(fb) == b"112445778"
    fb.scroll(-2, -1)
    assert bytes(fb) == b"512845778"
    fb.scroll(0, 3)
    assert bytes(fb) == b"512845778"


def test_blit_with_key_and_palette() -> None:
    stamp = FrameBuffer(bytearray([0b10100000, 0b01000000, 0b10100000]), 3, 3, framebuf.MONO_HLSB)
    palette = FrameBuffer(bytearray([7, 9]), 2, 1, framebuf.GS8)
    fb = gray(8, 3)
    fb.fill(5)
    fb.blit(stamp, -1, -1)
    fb.blit(stamp, 2, 0, 0)
    fb.blit(stamp, 5, 0, 7, palette)
    assert picture(fb, 8, 3) == [
        "1.151959",
        ".1515595",
        "55151959",
    ]


def test_blit_takes_a_tuple_or_list_with_a_read_only_buffer() -> None:
    for bitmap in ((b"\x01\x02\x03\x04", 2, 2, framebuf.GS8), [b"\x01\x02\xff\x03\x04", 2, 2, framebuf.GS8, 3]):
        fb = gray(2, 2)
        fb.blit(bitmap, 0, 0)
        assert picture(fb, 2, 2) == ["12", "34"]


def test_blit_onto_itself_copies_pixel_by_pixel() -> None:
    fb = FrameBuffer(bytearray(b"\x01\x02\x03\x04"), 4, 1, framebuf.GS8)
    fb.blit(fb, 1, 0)
    assert picture(fb, 4, 1) == ["1111"]


def test_palette_narrower_than_the_colours_is_read_on_in_its_buffer_and_0_beyond() -> None:
    fb = gray(3, 1)
    fb.blit((b"\x00\x02\x09", 3, 1, framebuf.GS8), 0, 0, -1, (b"\x0a\x0b\x0c", 2, 1, framebuf.GS8))
    assert picture(fb, 3, 1) == ["ac."]


def test_stride_leaves_the_bytes_between_rows_alone() -> None:
    buffer = bytearray(10)
    fb = FrameBuffer(buffer, 2, 3, framebuf.GS8, 4)
    fb.fill(7)
    assert buffer == bytes([7, 7, 0, 0, 7, 7, 0, 0, 7, 7])


def test_stride_of_packed_pixels_is_rounded_up_to_bytes() -> None:
    buffer = bytearray(4)
    FrameBuffer(buffer, 3, 2, framebuf.MONO_HLSB, 9).fill(1)
    assert buffer == bytes([0xE0, 0, 0xE0, 0])


def test_framebuffer1_is_mono_vlsb() -> None:
    buffer = bytearray(13)
    fb = FrameBuffer1(buffer, 5, 16, 8)
    assert type(fb) is FrameBuffer
    fb.pixel(4, 9, 1)
    assert buffer[12] == 2
