"""Lays pixels out in bytes: one class a FrameBuffer format, all with the same verbs.

Six of the seven formats number their pixels along the row and pack them without gaps, so a run of pixels is a bit
field of the number that its bytes spell, in one byte order or the other. MONO_VLSB stacks eight rows in a byte.

A *row* below is a run of w horizontal pixels as one integer, in its format's own field order: what `read_row` gives,
`write_row` of the same class takes. *Ink* is a colour cut down to what one pixel of the format holds.

Source: extmod/modframebuf.c of MicroPython 1.29.
"""

import sys
from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from .words import wrap

MONO_VLSB = 0
RGB565 = 1
GS4_HMSB = 2
MONO_HLSB = 3
MONO_HMSB = 4
GS2_HMSB = 5
GS8 = 6


class Surface(ABC):
    """The pixels of one buffer.

    data: the buffer's bytes. width, height, stride: pixels. `get`, `set`, `fill`, `read_row` and `write_row` want
    coordinates inside; `plot` and `fill_rect` clip.
    """

    __slots__ = ("data", "height", "stride", "width")

    bits: ClassVar[int]

    def __init__(self, data: memoryview, width: int, height: int, stride: int) -> None:
        self.data = data
        self.width = width
        self.height = height
        self.stride = stride

    @classmethod
    @abstractmethod
    def size(cls, width: int, height: int, stride: int) -> int:
        """How many bytes the buffer must have at least; the last row may end where its pixels end."""
        raise NotImplementedError

    def ink(self, colour: int) -> int:
        """Any colour but 0 lights a pixel of one bit; wider pixels keep the low bits."""
        return int(colour != 0) if self.bits == 1 else colour & (1 << self.bits) - 1

    @abstractmethod
    def get(self, x: int, y: int) -> int:
        """The ink of one pixel."""

    @abstractmethod
    def set(self, x: int, y: int, ink: int) -> None:
        """Ink one pixel."""

    @abstractmethod
    def fill(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        """Ink w x h pixels."""

    @abstractmethod
    def read_row(self, x: int, y: int, w: int) -> int:
        """The w pixels from (x, y) on."""

    @abstractmethod
    def write_row(self, x: int, y: int, w: int, row: int) -> None:
        """Put what `read_row` gave at (x, y)."""

    def plot(self, x: int, y: int, ink: int) -> None:
        if 0 <= x < self.width and 0 <= y < self.height:
            self.set(x, y, ink)

    def fill_rect(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        # C adds in machine words: a rectangle that reaches past the largest one is not drawn at all.
        right = min(self.width, wrap(x + w))
        bottom = min(self.height, wrap(y + h))
        left = max(x, 0)
        top = max(y, 0)
        if w > 0 and h > 0 and left < right and top < bottom:
            self.fill(left, top, right - left, bottom - top, ink)


class PackedRows(Surface):
    """Pixels side by side along the row, `bits` each; a row starts on a whole byte."""

    __slots__ = ()

    order: ClassVar[Literal["little", "big"]]

    def __init__(self, data: memoryview, width: int, height: int, stride: int) -> None:
        super().__init__(data, width, height, self.whole_bytes(stride))

    @classmethod
    def whole_bytes(cls, pixels: int) -> int:
        """`pixels` rounded up to fill bytes."""
        per_byte = max(1, 8 // cls.bits)
        return -(-pixels // per_byte) * per_byte

    @classmethod
    def size(cls, width: int, height: int, stride: int) -> int:
        return ((height - 1) * cls.whole_bytes(stride) + cls.whole_bytes(width)) * cls.bits // 8

    def get(self, x: int, y: int) -> int:
        bit = (x + y * self.stride) * self.bits
        return self.data[bit >> 3] >> self._shift(bit) & (1 << self.bits) - 1

    def set(self, x: int, y: int, ink: int) -> None:
        bit = (x + y * self.stride) * self.bits
        shift = self._shift(bit)
        self.data[bit >> 3] = self.data[bit >> 3] & ~((1 << self.bits) - 1 << shift) | ink << shift

    def fill(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        row = ink * (((1 << w * self.bits) - 1) // ((1 << self.bits) - 1))
        for line in range(y, y + h):
            self.write_row(x, line, w, row)

    def read_row(self, x: int, y: int, w: int) -> int:
        first, last, shift = self._span(x, y, w)
        return int.from_bytes(self.data[first:last], self.order) >> shift & (1 << w * self.bits) - 1

    def write_row(self, x: int, y: int, w: int, row: int) -> None:
        first, last, shift = self._span(x, y, w)
        around = int.from_bytes(self.data[first:last], self.order) & ~((1 << w * self.bits) - 1 << shift)
        self.data[first:last] = (around | row << shift).to_bytes(last - first, self.order)

    def _shift(self, bit: int) -> int:
        """How far the pixel that starts at `bit` is shifted up in its byte."""
        return bit & 7 if self.order == "little" else 8 - self.bits - (bit & 7)

    def _span(self, x: int, y: int, w: int) -> tuple[int, int, int]:
        """The bytes [first, last) that a row touches, and how far it is shifted up in the number they spell."""
        start = (x + y * self.stride) * self.bits
        end = start + w * self.bits
        first, last = start >> 3, end + 7 >> 3
        return first, last, start & 7 if self.order == "little" else last * 8 - end


class MonoHLSB(PackedRows):
    """MONO_HLSB: eight pixels a byte, the leftmost in bit 7."""

    __slots__ = ()
    bits = 1
    order = "big"


class MonoHMSB(PackedRows):
    """MONO_HMSB: eight pixels a byte, the leftmost in bit 0."""

    __slots__ = ()
    bits = 1
    order = "little"


class Gray2(PackedRows):
    """GS2_HMSB: four pixels a byte, the leftmost in the low bits."""

    __slots__ = ()
    bits = 2
    order = "little"


class Gray4(PackedRows):
    """GS4_HMSB: two pixels a byte, the left one in the high nibble."""

    __slots__ = ()
    bits = 4
    order = "big"


class Gray8(PackedRows):
    """GS8: a byte a pixel."""

    __slots__ = ()
    bits = 8
    order = "little"

    def get(self, x: int, y: int) -> int:
        return self.data[x + y * self.stride]

    def set(self, x: int, y: int, ink: int) -> None:
        self.data[x + y * self.stride] = ink


class Colour565(PackedRows):
    """RGB565: two bytes a pixel in the machine's own byte order."""

    __slots__ = ("words",)
    bits = 16
    order = sys.byteorder

    def __init__(self, data: memoryview, width: int, height: int, stride: int) -> None:
        super().__init__(data, width, height, stride)
        self.words = data[: len(data) & ~1].cast("H")

    def get(self, x: int, y: int) -> int:
        return self.words[x + y * self.stride]

    def set(self, x: int, y: int, ink: int) -> None:
        self.words[x + y * self.stride] = ink


class MonoVLSB(Surface):
    """MONO_VLSB: a byte holds eight pixels of one column, the top one in bit 0; `stride` bytes hold eight rows."""

    __slots__ = ()
    bits = 1

    @classmethod
    def size(cls, width: int, height: int, stride: int) -> int:
        return (height - 1 >> 3) * stride + width

    def get(self, x: int, y: int) -> int:
        return self.data[(y >> 3) * self.stride + x] >> (y & 7) & 1

    def set(self, x: int, y: int, ink: int) -> None:
        at = (y >> 3) * self.stride + x
        self.data[at] = self.data[at] & ~(1 << (y & 7)) | ink << (y & 7)

    def fill(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        bottom = y + h
        while y < bottom:
            next_page = min((y | 7) + 1, bottom)
            column = (1 << next_page - y) - 1 << (y & 7)
            self._mix(x, y, bytes([column]) * w, bytes([column * ink]) * w)
            y = next_page

    def read_row(self, x: int, y: int, w: int) -> int:
        at = (y >> 3) * self.stride + x
        return int.from_bytes(self.data[at : at + w], "little") >> (y & 7) & int.from_bytes(b"\x01" * w, "little")

    def write_row(self, x: int, y: int, w: int, row: int) -> None:
        self._mix(x, y, bytes([1 << (y & 7)]) * w, (row << (y & 7)).to_bytes(w, "little"))

    def _mix(self, x: int, y: int, mask: bytes, value: bytes) -> None:
        """Store `value` in the bits of `mask`, in the bytes that hold row y from column x on."""
        at = (y >> 3) * self.stride + x
        around = int.from_bytes(self.data[at : at + len(mask)], "little") & ~int.from_bytes(mask, "little")
        self.data[at : at + len(mask)] = (around | int.from_bytes(value, "little")).to_bytes(len(mask), "little")


LAYOUTS: dict[int, type[Surface]] = {
    MONO_VLSB: MonoVLSB,
    RGB565: Colour565,
    GS4_HMSB: Gray4,
    MONO_HLSB: MonoHLSB,
    MONO_HMSB: MonoHMSB,
    GS2_HMSB: Gray2,
    GS8: Gray8,
}


def layout(width: int, height: int, code: int, stride: int) -> type[Surface]:
    """The class that draws format `code`.

    ValueError: a side below 1 or above 65535, a stride below the width, or no such format.
    """
    if not (1 <= width <= stride <= 0xFFFF and 1 <= height <= 0xFFFF):
        error = ValueError()
        error.add_note(
            f"{width} x {height} pixels, {stride} from row to row: want 1 <= width <= stride <= 65535, "
            f"1 <= height <= 65535"
        )
        raise error
    if code not in LAYOUTS:
        raise ValueError("invalid format")
    return LAYOUTS[code]


def open_surface(data: memoryview, width: int, height: int, stride: int, kind: type[Surface]) -> Surface:
    """Draw in `data`. ValueError: it is too small."""
    needed = kind.size(width, height, stride)
    if needed > len(data):
        error = ValueError()
        error.add_note(f"the buffer has {len(data)} bytes, {width} x {height} pixels in this format need {needed}")
        raise error
    return kind(data, width, height, stride)
