"""pyb.LCD: the display skin, with its glass on the simulated board's wires."""

from typing import Any

import pytest

SKIN = "lcd32mk@spi{}:{}3,a0={}5,res={}4,bl={}12"


@pytest.fixture(params=[("X", 1), ("Y", 2)], ids=["X", "Y"])
def plugged(request: pytest.FixtureRequest, pyboard: Any) -> tuple[Any, Any]:
    place, bus = request.param
    glass = pyboard.attach(SKIN.format(bus, *place * 4))
    return pyboard.pyb.LCD(place), glass


def rows(glass: Any) -> list[str]:
    """The glass as text, a row of pixels a line."""
    picture = glass.picture()
    pixels = picture.pixels
    return ["".join(".#"[bit] for bit in pixels[at : at + 128]) for at in range(0, len(pixels), 128)]


def test_a_new_display_is_on_and_empty(plugged: Any) -> None:
    _lcd, glass = plugged
    assert glass.on
    assert not any(glass.picture().pixels)
    assert not glass.lit
    assert glass.contrast == 0x28


def test_pixels_appear_with_show(plugged: Any) -> None:
    lcd, glass = plugged
    lcd.pixel(3, 10, 1)
    assert (lcd.get(3, 10), any(glass.picture().pixels)) == (0, False)
    lcd.show()
    assert lcd.get(3, 10) == 1
    assert rows(glass)[10] == "...#" + "." * 124
    assert sum(glass.picture().pixels) == 1
    lcd.pixel(3, 10, 0)
    lcd.show()
    assert not any(glass.picture().pixels)


@pytest.mark.parametrize(("x", "y"), [(-1, 0), (128, 0), (0, -1), (0, 32)])
def test_nothing_is_beyond_the_edges(plugged: Any, x: int, y: int) -> None:
    lcd, glass = plugged
    lcd.pixel(x, y, 1)
    lcd.show()
    assert not any(glass.picture().pixels)
    assert lcd.get(x, y) == 0


def test_text_keeps_its_background(plugged: Any) -> None:
    lcd, glass = plugged
    lcd.text("I", 0, 8, 1)
    lcd.show()
    drawn = rows(glass)[8:16]
    lcd.fill(1)
    lcd.text("I", 0, 8, 0)
    lcd.show()
    inverse = [row.translate(str.maketrans(".#", "#.")) for row in rows(glass)[8:16]]
    assert drawn == inverse
    assert any("#" in row for row in drawn)


def test_fill_is_read_back_before_it_is_shown(plugged: Any) -> None:
    lcd, glass = plugged
    lcd.fill(1)
    assert lcd.get(0, 0) == 1
    assert not any(glass.picture().pixels)
    lcd.show()
    assert all(glass.picture().pixels)


def test_light_and_contrast(plugged: Any) -> None:
    lcd, glass = plugged
    lcd.light(True)
    assert glass.lit
    lcd.light(0)
    assert not glass.lit
    for asked, set_to in ((10, 10), (-5, 0), (99, 47)):
        lcd.contrast(asked)
        assert glass.contrast == set_to


def test_instructions_and_data(plugged: Any) -> None:
    lcd, glass = plugged
    lcd.command(0, b"\xb1\x10\x00")
    lcd.command(1, 0x81)
    assert [row[127] for row in rows(glass)[8:16]] == list("#......#")
    lcd.command(0, 0xAE)
    assert not glass.on


def screen(lcd: Any, glass: Any, text: str) -> list[str]:
    """What the glass shows after a text was drawn at the top left, for comparison."""
    lcd.fill(0)
    for line, part in enumerate(text.splitlines()):
        lcd.text(part, 0, 8 * line, 1)
    lcd.show()
    return rows(glass)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("hello", "hello"),
        ("one\ntwo", "one\ntwo"),
        ("abc\rX", "Xbc"),
        ("abc\b\bX", "aXc"),
        ("0123456789abcdefg", "0123456789abcdef\ng"),
        ("a\nb\nc\nd\ne", "b\nc\nd\ne"),
        ("a\nb\nc\nd\n", "a\nb\nc\nd"),
        ("\x07", "\x7f"),
    ],
)
def test_a_terminal(plugged: Any, written: str, shown: str) -> None:
    lcd, glass = plugged
    lcd.write(written)
    seen = rows(glass)
    assert seen == screen(lcd, glass, shown)


def test_positions(either: Any) -> None:
    LCD = either.pyb.LCD
    assert repr(LCD("x")) == "<LCD>"
    with pytest.raises(ValueError, match=r"LCD\(Z\) doesn't exist"):
        LCD("Z")
    with pytest.raises(TypeError):
        LCD(1)
    with pytest.raises(TypeError):
        LCD()
