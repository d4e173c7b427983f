"""Draws lines, rectangles, ellipses, polygons, text and other bitmaps on a surface, with exactly MicroPython's pixels.

Source: extmod/modframebuf.c of MicroPython 1.29. Ellipses follow John Kennedy, "A Fast Bresenham Type Algorithm For
Drawing Ellipses"; filled polygons are scan-line fills. Where C's machine words would wrap, these wrap too: it shows in
ellipses with radii over a thousand and polygons thousands of pixels wide.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .font import GLYPH_SIZE, glyph
from .formats import Surface
from .words import divide, wrap

Point = tuple[int, int]

# Quadrants are numbered from the upper right, anticlockwise: (bit, x direction, y direction).
QUADRANTS = ((1, 1, -1), (2, -1, -1), (4, -1, 1), (8, 1, 1))
ALL_QUADRANTS = 0x0F


def line(surface: Surface, x1: int, y1: int, x2: int, y2: int, ink: int) -> None:
    dx, dy = abs(x2 - x1), abs(y2 - y1)
    if not (dx and dy):
        surface.fill_rect(min(x1, x2), min(y1, y2), dx + 1, dy + 1, ink)
        return
    right, down = (1 if x2 > x1 else -1), (1 if y2 > y1 else -1)
    if dy > dx:
        steps, slip, ahead, aside = dy, dx, (0, down), (right, 0)
    else:
        steps, slip, ahead, aside = dx, dy, (right, 0), (0, down)
    x, y = x1, y1
    error = 2 * slip - steps
    for _ in range(steps):
        surface.plot(x, y, ink)
        if error >= 0:
            x, y = x + aside[0], y + aside[1]
            error -= 2 * steps
        x, y = x + ahead[0], y + ahead[1]
        error += 2 * slip
    surface.plot(x2, y2, ink)


def outline(surface: Surface, x: int, y: int, w: int, h: int, ink: int) -> None:
    """A rectangle's four sides, each clipped for itself: one whose length is not positive leaves the other pair."""
    surface.fill_rect(x, y, w, 1, ink)
    surface.fill_rect(x, wrap(y + h - 1), w, 1, ink)
    surface.fill_rect(x, y, 1, h, ink)
    surface.fill_rect(wrap(x + w - 1), y, 1, h, ink)


def ellipse(surface: Surface, centre: Point, radii: Point, ink: int, filled: bool, quadrants: int) -> None:
    chosen = [(right, down) for bit, right, down in QUADRANTS if quadrants & bit]
    if radii == (0, 0):
        if chosen:
            surface.plot(*centre, ink)
        return
    cx, cy = centre
    for x, y in _quadrant(*radii):
        for right, down in chosen:
            if filled:
                surface.fill_rect(min(cx, cx + right * x) if x > 0 else cx, cy + down * y, x + 1, 1, ink)
            else:
                surface.plot(cx + right * x, cy + down * y, ink)


def _quadrant(rx: int, ry: int) -> Iterator[Point]:
    """The quadrant's points: its steep half from the x axis on, then its flat half from the y axis on."""
    yield from _half(rx, ry)
    for y, x in _half(ry, rx):
        yield x, y


def _half(a: int, b: int) -> Iterator[Point]:
    """Points (u, v) of an ellipse with radii a, b from (a, 0) on, v rising by one, until u would fall faster."""
    twice_aa, twice_bb = wrap(2 * a * a), wrap(2 * b * b)
    u, v = a, 0
    u_change, v_change = wrap(b * b * (1 - 2 * a)), wrap(a * a)
    u_slope, v_slope = wrap(twice_bb * a), 0
    error = 0
    while u_slope >= v_slope:
        yield u, v
        v += 1
        v_slope = wrap(v_slope + twice_aa)
        error = wrap(error + v_change)
        v_change = wrap(v_change + twice_aa)
        if wrap(2 * error + u_change) > 0:
            u -= 1
            u_slope = wrap(u_slope - twice_bb)
            error = wrap(error + u_change)
            u_change = wrap(u_change + twice_bb)


def polygon(surface: Surface, x: int, y: int, points: Sequence[Point], ink: int) -> None:
    for (x1, y1), (x2, y2) in pairwise(_ring(points)):
        line(surface, x + x1, y + y1, x + x2, y + y2, ink)


def filled_polygon(surface: Surface, x: int, y: int, points: Sequence[Point], ink: int) -> None:
    """Fill between each pair of crossings of every row with the edges.

    The crossing test leaves out an edge's bottom end, so that neighbouring edges do not count twice; where the polygon
    turns back up, that end is drawn for itself.
    """
    edges = list(pairwise(_ring(points)))
    heights = [py for _, py in points]
    for row in range(max(min(heights), -y), min(max(heights), surface.height - 1 - y) + 1):
        crossings = []
        for (x1, y1), (x2, y2) in edges:
            if (y1 > row) != (y2 > row):
                crossings.append(_crossing(x1, y1, x2, y2, row))
            elif row == y1 == y2:
                line(surface, x + x1, y + row, x + x2, y + row, ink)
            elif row == max(y1, y2):
                surface.plot(x + (x2 if y1 < y2 else x1), y + row, ink)
        crossings.sort()
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            surface.fill_rect(x + left, y + row, right - left + 1, 1, ink)


def _ring(points: Sequence[Point]) -> list[Point]:
    """The closed outline, walked from the first point backwards: a crossing's rounding depends on the direction."""
    return [points[0], *reversed(points)]


def _crossing(x1: int, y1: int, x2: int, y2: int, row: int) -> int:
    """Where an edge crosses a row, in 1/32 of a pixel until it is rounded."""
    along = divide(wrap(wrap(32 * (x2 - x1)) * (row - y1)), y2 - y1)
    return divide(wrap(32 * x1 + along + 16), 32)


def text(surface: Surface, characters: bytes, x: int, y: int, ink: int) -> None:
    """The UTF-8 bytes up to the first NUL, a glyph each."""
    inside = 0 <= y <= surface.height - GLYPH_SIZE
    for byte in characters.split(b"\0", 1)[0]:
        if x >= surface.width:
            return
        put = surface.set if inside and 0 <= x <= surface.width - GLYPH_SIZE else surface.plot
        for dx, dy in glyph(byte):
            put(x + dx, y + dy, ink)
        x += GLYPH_SIZE


def blit(target: Surface, source: Surface, x: int, y: int, key: int, palette: Surface | None) -> None:
    """Copy `source` to (x, y), its colours looked up in row 0 of `palette`, but pixels of colour `key` left out."""
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(target.width, x + source.width), min(target.height, y + source.height)
    if left >= right or top >= bottom:
        return
    if palette is None and key < 0 and type(source) is type(target) and _apart(source, target):
        for row in range(top, bottom):
            target.write_row(left, row, right - left, source.read_row(left - x, row - y, right - left))
        return
    get, put, ink = source.get, target.set, target.ink
    for row in range(top, bottom):
        for column in range(left, right):
            colour = get(column - x, row - y)
            if palette is not None:
                colour = _entry(palette, colour)
            if colour != key:
                put(column, row, ink(colour))


def _apart(source: Surface, target: Surface) -> bool:
    """Whether the two surely share no memory; C copies pixel by pixel, which smears a buffer copied onto itself."""
    owners = source.data.obj, target.data.obj
    return owners[0] is not owners[1] and all(isinstance(owner, bytes | bytearray | array) for owner in owners)


def _entry(palette: Surface, colour: int) -> int:
    """A palette narrower than the colours is read on past its width, as in C, but not past its buffer: 0 there."""
    try:
        return palette.get(colour, 0)
    except IndexError:
        return 0


def scroll(surface: Surface, dx: int, dy: int) -> None:
    """Shift the content; what nothing is shifted to keeps its pixels."""
    w, h = surface.width - abs(dx), surface.height - abs(dy)
    if w <= 0 or h <= 0:
        return
    from_x, to_x = max(-dx, 0), max(dx, 0)
    from_y, to_y = max(-dy, 0), max(dy, 0)
    rows = range(h) if dy < 0 else reversed(range(h))
    for row in rows:
        surface.write_row(to_x, to_y + row, w, surface.read_row(from_x, from_y + row, w))
