"""Checks the pictures of simulated displays: text forms, and PNG files down to their chunks."""

import struct
import zlib
from pathlib import Path

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.picture import Picture, encode_png

GLYPH = """\
#..
.##
##."""


def decode(png: bytes) -> tuple[int, int, int, list[bytes]]:
    """Width, height, colour type and unfiltered lines of a PNG file whose lines all have filter 0."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    position, chunks = 8, []
    while position < len(png):
        (length,) = struct.unpack_from(">I", png, position)
        kind, data = png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        assert struct.unpack_from(">I", png, position + 8 + length)[0] == zlib.crc32(kind + data)
        chunks.append((kind, data))
        position += 12 + length
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, rest) == (8, [0, 0, 0])
    stride = width * (3 if colour == 2 else 1) + 1
    raw = zlib.decompress(chunks[1][1])
    lines = [raw[start : start + stride] for start in range(0, len(raw), stride)]
    assert len(lines) == height
    assert all(line[0] == 0 for line in lines)
    return width, height, colour, [line[1:] for line in lines]


def test_text_there_and_back() -> None:
    picture = Picture.from_text(GLYPH)
    assert (picture.width, picture.height, picture.lit) == (3, 3, 5)
    assert picture.pixels == bytes([1, 0, 0, 0, 1, 1, 1, 1, 0])
    assert picture.text() == GLYPH
    assert picture == Picture(3, 3, picture.pixels)
    assert repr(picture) == "Picture(width=3, height=3)"


def test_pixel_counts_from_the_top_left() -> None:
    picture = Picture.from_text(GLYPH)
    assert [picture.pixel(x, 1) for x in range(3)] == [0, 1, 1]
    for x, y in ((3, 0), (0, 3), (-1, 0)):
        with pytest.raises(IndexError, match="outside a 3x3 picture"):
            picture.pixel(x, y)


def test_blocks_pair_rows_and_fill_an_odd_one() -> None:
    assert Picture.from_text(GLYPH).blocks() == "▀▄▄\n▀▀ "
    assert Picture.from_text("##\n##").blocks() == "██"


def test_png_is_white_on_black_and_scaled(tmp_path: Path) -> None:
    path = tmp_path / "glyph.png"
    png = Picture.from_text("#.\n.#").png(path, scale=2)
    assert path.read_bytes() == png
    assert decode(png) == (4, 4, 0, [b"\xff\xff\0\0"] * 2 + [b"\0\0\xff\xff"] * 2)
    assert decode(Picture.from_text("#").png(scale=1))[:2] == (1, 1)


def test_rgb_samples_keep_their_colours() -> None:
    width, height, colour, lines = decode(encode_png(2, 1, b"\x01\x02\x03\x11\x12\x13", scale=2))
    assert (width, height, colour) == (4, 2, 2)
    assert lines == [b"\x01\x02\x03" * 2 + b"\x11\x12\x13" * 2] * 2


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Picture(2, 2, b"\0"), "1 pixels do not make a 2x2 picture"),
        (lambda: Picture(0, 0, b""), "0x0"),
        (lambda: Picture(2, 1, b"\0\xff"), "a pixel is 0 or 1, not 255"),
        (lambda: Picture.from_text("##\n#"), "lines of equal length"),
        (lambda: Picture.from_text("#x"), "made of # and"),
        (lambda: encode_png(2, 2, b"\0" * 5), "neither grey nor RGB of a 2x2"),
        (lambda: encode_png(1, 1, b"\0", scale=0), "scale is 1 or more"),
    ],
)
def test_what_is_no_picture(build: object, message: str) -> None:
    assert callable(build)
    with pytest.raises(ConfigError, match=message):
        build()


def test_braille_has_two_columns_and_four_rows_of_pixels_a_character() -> None:
    picture = Picture.from_text("#..\n.#.\n...\n#.#\n..#")
    assert picture.braille() == "\u2851\u2840\n\u2800\u2801"
