"""Provides MicroPython's `framebuf` module: bitmaps in a script's own buffer, with drawing primitives.

It draws pixel for pixel what MicroPython 1.29 draws (extmod/modframebuf.c), faults included: machine-word overflow,
the missing pixels of some filled polygons, ValueErrors without a message. For those a note in the traceback says more.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType
from typing import Protocol, cast

from . import shapes
from .formats import (
    GS2_HMSB,
    GS4_HMSB,
    GS8,
    MONO_HLSB,
    MONO_HMSB,
    MONO_VLSB,
    RGB565,
    Surface,
    layout,
    open_surface,
)
from .words import integer

__all__ = [
    "GS2_HMSB",
    "GS4_HMSB",
    "GS8",
    "MONO_HLSB",
    "MONO_HMSB",
    "MONO_VLSB",
    "MVLSB",
    "RGB565",
    "FrameBuffer",
    "FrameBuffer1",
]

MVLSB = MONO_VLSB


class Exporter(Protocol):
    """What a type checker takes for an object with a buffer: collections.abc.Buffer, which CPython 3.11 lacks."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


class FrameBuffer:
    """A bitmap of width x height pixels in `buffer`, which stays the script's and shows every change at once.

    format: one of the module's constants. stride: pixels from one row to the next, the width if not given; formats
    with several pixels a byte round it up to whole bytes. Arguments are positional only, as in C.

    ValueError: unknown format, a side below 1 or above 65535, a stride below the width, a buffer too small.
    TypeError: a buffer that cannot be written, a number that is not one. OverflowError: beyond 31 bits.
    """

    # Name-mangled, and no attribute besides: subclasses call theirs `buffer`, `width`, `format`, with or without `_`.
    __slots__ = ("__export", "__surface")

    def __init__(
        self,
        buffer: Exporter,
        width: int,
        height: int,
        format: int,
        stride: int | EllipsisType = ...,
        /,
    ) -> None:
        self.__export, self.__surface = _open(buffer, width, height, format, stride, writable=True)

    def __buffer__(self, flags: int, /) -> memoryview:
        """The whole buffer it draws in; CPython 3.12 and later look for this."""
        self.__drawn_on()
        return memoryview(self.__export)

    def __bytes__(self) -> bytes:
        return bytes(self.__buffer__(0))

    def __repr__(self) -> str:
        return "<FrameBuffer>" if type(self) is FrameBuffer else super().__repr__()

    def fill(self, c: int, /) -> None:
        """Colour every pixel."""
        surface = self.__drawn_on()
        surface.fill(0, 0, surface.width, surface.height, surface.ink(integer(c)))

    def pixel(self, x: int, y: int, c: int | EllipsisType = ..., /) -> int | None:
        """Colour the pixel, or without a colour return it; outside it draws nothing and returns None."""
        surface = self.__drawn_on()
        column, row = integer(x), integer(y)
        if not (0 <= column < surface.width and 0 <= row < surface.height):
            return None
        if c is ...:
            return surface.get(column, row)
        surface.set(column, row, surface.ink(integer(c)))
        return None

    def hline(self, x: int, y: int, w: int, c: int, /) -> None:
        """A line of w pixels to the right."""
        self.__fill_rect(x, y, w, 1, c)

    def vline(self, x: int, y: int, h: int, c: int, /) -> None:
        """A line of h pixels downwards."""
        self.__fill_rect(x, y, 1, h, c)

    def line(self, x1: int, y1: int, x2: int, y2: int, c: int, /) -> None:
        """A line from one point to the other, both included."""
        surface = self.__drawn_on()
        shapes.line(surface, integer(x1), integer(y1), integer(x2), integer(y2), surface.ink(integer(c)))

    def rect(self, x: int, y: int, w: int, h: int, c: int, f: object = False, /) -> None:
        """A rectangle, filled if f is true."""
        if f:
            self.__fill_rect(x, y, w, h, c)
        else:
            surface = self.__drawn_on()
            shapes.outline(surface, integer(x), integer(y), integer(w), integer(h), surface.ink(integer(c)))

    def fill_rect(self, x: int, y: int, w: int, h: int, c: int, /) -> None:
        """A filled rectangle."""
        self.__fill_rect(x, y, w, h, c)

    def ellipse(
        self, x: int, y: int, xr: int, yr: int, c: int, f: object = False, m: int = shapes.ALL_QUADRANTS, /
    ) -> None:
        """An ellipse around (x, y) with radii xr and yr, filled if f is true.

        m: which quadrants, bit 0 the upper right one and on anticlockwise.
        """
        surface = self.__drawn_on()
        centre, radii = (integer(x), integer(y)), (integer(xr), integer(yr))
        shapes.ellipse(surface, centre, radii, surface.ink(integer(c)), bool(f), integer(m))

    def poly(self, x: int, y: int, coords: Exporter | str, c: int, f: object = False, /) -> None:
        """The closed polygon through coords, shifted by (x, y), filled if f is true.

        coords: an array of x0, y0, x1, y1, ...; an odd last number is ignored. Floats raise TypeError.
        """
        surface = self.__drawn_on()
        at_x, at_y = integer(x), integer(y)
        numbers = _view(coords).tolist()
        points = [(integer(px), integer(py)) for px, py in zip(numbers[::2], numbers[1::2], strict=False)]
        if points:
            draw = shapes.filled_polygon if f else shapes.polygon
            draw(surface, at_x, at_y, points, surface.ink(integer(c)))

    def text(self, s: str | bytes, x: int, y: int, c: int = 1, /) -> None:
        """Text in 8 x 8 characters from its top left corner on; the background stays. ASCII only."""
        surface = self.__drawn_on()
        if not isinstance(s, str | bytes):
            raise TypeError(f"can't convert '{type(s).__name__}' object to str implicitly")
        characters = s.encode() if isinstance(s, str) else s
        shapes.text(surface, characters, integer(x), integer(y), surface.ink(integer(c)))

    def scroll(self, xstep: int, ystep: int, /) -> None:
        """Shift the content; the rows and columns it leaves behind keep their pixels."""
        shapes.scroll(self.__drawn_on(), integer(xstep), integer(ystep))

    def blit(
        self,
        fbuf: FrameBuffer | Sequence[object],
        x: int,
        y: int,
        key: int = -1,
        palette: FrameBuffer | Sequence[object] | None = None,
        /,
    ) -> None:
        """Draw another bitmap with its top left corner at (x, y).

        fbuf, palette: a FrameBuffer, or a tuple or list (buffer, width, height, format[, stride]) whose buffer may be
        read-only. key: a colour that is not drawn. palette: its pixel n of row 0 replaces colour n, before key counts.
        """
        surface = self.__drawn_on()
        source = self.__source(fbuf)
        at_x, at_y, transparent = integer(x), integer(y), integer(key)
        colours = None if palette is None else self.__source(palette)
        shapes.blit(surface, source, at_x, at_y, transparent, colours)

    def __drawn_on(self) -> Surface:
        try:
            return self.__surface
        except AttributeError:
            raise AttributeError("call super().__init__() first") from None

    # The other methods draw through this: as in C, a subclass's own fill_rect must not change what they do.
    def __fill_rect(self, x: int, y: int, w: int, h: int, c: int) -> None:
        surface = self.__drawn_on()
        surface.fill_rect(integer(x), integer(y), integer(w), integer(h), surface.ink(integer(c)))

    @staticmethod
    def __source(bitmap: FrameBuffer | Sequence[object]) -> Surface:
        if isinstance(bitmap, FrameBuffer):
            return bitmap.__drawn_on()
        if not isinstance(bitmap, tuple | list):
            raise TypeError(f"object '{type(bitmap).__name__}' isn't a tuple or list")
        if len(bitmap) not in (4, 5):
            error = ValueError()
            error.add_note(f"want (buffer, width, height, format[, stride]), not {len(bitmap)} items")
            raise error
        return _open(*bitmap, writable=False)[1]


def FrameBuffer1(buffer: Exporter, width: int, height: int, stride: int | EllipsisType = ..., /) -> FrameBuffer:
    """A FrameBuffer in MONO_VLSB, under the name it had before there were formats."""
    return FrameBuffer(buffer, width, height, MONO_VLSB, stride)


def _open(
    buffer: object, width: object, height: object, format: object, stride: object = ..., *, writable: bool
) -> tuple[memoryview, Surface]:
    """The buffer as the script made it, and the surface that draws in its bytes; checked in C's order."""
    w, h, code = integer(width), integer(height), integer(format)
    step = w if stride is ... else integer(stride)
    kind = layout(w, h, code, step)
    view = _view(buffer)
    if writable and (view.readonly or isinstance(buffer, str)):
        raise TypeError("object with buffer protocol required")
    return view, open_surface(view.cast("B"), w, h, step, kind)


def _view(exporter: object) -> memoryview:
    """A view of any object with a buffer; a string counts as its UTF-8 bytes, as in MicroPython."""
    if isinstance(exporter, str):
        return memoryview(exporter.encode())
    # Asked first: before CPython 3.12 memoryview() does not know that classes written in Python have buffers.
    if isinstance(exporter, FrameBuffer):
        return exporter.__buffer__(0)
    try:
        return memoryview(cast("Exporter", exporter))
    except TypeError:
        raise TypeError("object with buffer protocol required") from None
