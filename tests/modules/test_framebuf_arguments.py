"""States what `framebuf` asks of its arguments, how drivers subclass it, and how its buffer is shared."""

import sys
from array import array
from collections.abc import Callable

import pytest

from machine_compat.modules import framebuf
from machine_compat.modules.framebuf import FrameBuffer


def gray(width: int, height: int) -> FrameBuffer:
    return FrameBuffer(bytearray(width * height), width, height, framebuf.GS8)


@pytest.mark.parametrize(
    ("size", "arguments"),
    [
        (64, (0, 8, framebuf.GS8)),
        (64, (8, 0, framebuf.GS8)),
        (64, (-1, 8, framebuf.GS8)),
        (64, (65536, 1, framebuf.MONO_VLSB)),
        (64, (8, 8, framebuf.GS8, 7)),
        (64, (8, 1, framebuf.GS8, 65536)),
        (63, (8, 8, framebuf.GS8)),
        (127, (8, 8, framebuf.RGB565)),
        (15, (8, 9, framebuf.MONO_VLSB)),
        (3, (9, 2, framebuf.MONO_HLSB)),
        (3, (9, 2, framebuf.MONO_HMSB)),
        (2, (3, 3, framebuf.GS2_HMSB)),
        (5, (3, 3, framebuf.GS4_HMSB)),
        (12, (3, 2, framebuf.GS8, 10)),
    ],
)
def test_bad_geometry_is_a_value_error_without_a_message_but_with_a_note(size: int, arguments: tuple[int]) -> None:
    with pytest.raises(ValueError, match=r"want 1 <= width|in this format need") as caught:
        FrameBuffer(bytearray(size), *arguments)
    assert caught.value.args == ()


def test_unknown_format_is_a_value_error() -> None:
    for code in (-1, 7):
        with pytest.raises(ValueError, match="invalid format"):
            FrameBuffer(bytearray(64), 8, 8, code)


def test_blit_wants_four_or_five_items() -> None:
    for items in ((), (b"", 1, 1), (b"1", 1, 1, framebuf.GS8, 1, 1)):
        with pytest.raises(ValueError, match=f"not {len(items)} items") as caught:
            gray(2, 2).blit(items, 0, 0)
        assert caught.value.args == ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: FrameBuffer(b"12345678", 8, 8, 0), "object with buffer protocol required"),
        (lambda: FrameBuffer("12345678", 8, 8, 0), "object with buffer protocol required"),
        (lambda: FrameBuffer(8, 8, 8, 0), "object with buffer protocol required"),
        (lambda: FrameBuffer(bytearray(8), 8.0, 8, 0), "can't convert float to int"),
        (lambda: gray(1, 1).fill(None), "can't convert NoneType to int"),
        (lambda: gray(1, 1).pixel(0, 0, "1"), "can't convert str to int"),
        (lambda: gray(1, 1).pixel(0, 0, None), "can't convert NoneType to int"),
        (lambda: gray(1, 1).text(5, 0, 0), "can't convert 'int' object to str implicitly"),
        (lambda: gray(1, 1).poly(0, 0, [1, 2], 1), "object with buffer protocol required"),
        (lambda: gray(1, 1).poly(0, 0, array("f", [1, 2]), 1), "can't convert float to int"),
        (lambda: gray(1, 1).blit(b"1", 0, 0), "object 'bytes' isn't a tuple or list"),
        (lambda: gray(1, 1).blit(gray(1, 1), 0, 0, -1, 5), "object 'int' isn't a tuple or list"),
    ],
)
def test_type_errors(call: Callable[[], None], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == message


def test_arguments_are_positional_only() -> None:
    with pytest.raises(TypeError, match="positional-only"):
        gray(1, 1).rect(0, 0, 1, 1, 1, f=True)


def test_numbers_fit_a_machine_word() -> None:
    gray(1, 1).fill(0x7FFFFFFF)
    for number in (1 << 31, -1 << 31):
        with pytest.raises(OverflowError, match="overflow converting long int to machine word"):
            gray(1, 1).fill(number)


def test_a_number_may_be_anything_with_int() -> None:
    class Five:
        def __int__(self) -> int:
            return 5

    fb = gray(1, 1)
    fb.fill(Five())
    assert fb.pixel(0, 0) == 5


class Display(FrameBuffer):
    """The shape of many a driver: its own buffer, its own attributes, methods that extend FrameBuffer's."""

    def __init__(self) -> None:
        self.width, self.height, self.format = 8, 8, framebuf.MONO_VLSB
        self.buffer = bytearray(8)
        self.fills = 0
        super().__init__(self.buffer, self.width, self.height, self.format)

    def fill_rect(self, x: int, y: int, w: int, h: int, c: int) -> None:
        self.fills += 1
        super().fill_rect(x, y, w, h, c)


def test_subclass_draws_in_its_own_buffer() -> None:
    display = Display()
    display.fill_rect(0, 0, 2, 4, 1)
    display.hline(0, 7, 8, 1)
    display.rect(4, 0, 2, 2, 1, True)
    assert display.buffer == bytes.fromhex("8f 8f 80 80 83 83 80 80")
    assert display.fills == 1


def test_a_subclass_can_be_blitted() -> None:
    display, target = Display(), gray(8, 8)
    display.pixel(1, 0, 1)
    target.blit(display, 0, 0)
    assert [target.pixel(x, 0) for x in range(8)] == [0, 1, 0, 0, 0, 0, 0, 0]


def test_drawing_before_super_init_says_what_is_missing() -> None:
    class Hasty(FrameBuffer):
        def __init__(self) -> None:
            self.fill(0)

    with pytest.raises(AttributeError, match=r"^call super\(\).__init__\(\) first$"):
        Hasty()


def test_a_plain_framebuffer_has_no_attributes() -> None:
    fb = gray(2, 2)
    assert repr(fb) == "<FrameBuffer>"
    assert not hasattr(fb, "width")
    with pytest.raises(AttributeError):
        fb.width = 2


def test_it_exports_the_whole_buffer() -> None:
    words = array("H", [0] * 5)
    fb = FrameBuffer(words, 2, 2, framebuf.RGB565)
    view = memoryview(fb) if sys.version_info >= (3, 12) else fb.__buffer__(0)
    view[4] = 0x1234
    view.release()
    fb.fill(0)
    assert words.tolist() == [0, 0, 0, 0, 0x1234]
    assert bytes(fb) == words.tobytes()


def test_a_framebuffer_on_a_framebuffers_buffer() -> None:
    below = gray(4, 2)
    FrameBuffer(below, 2, 1, framebuf.GS8).fill(3)
    assert bytes(below) == b"\x03\x03\0\0\0\0\0\0"
