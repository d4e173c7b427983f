"""The `lcd160cr` driver of pyboards: MicroPython's colour display with a touch panel, on I2C and SPI.

# Ref: LCD160CR v1.0 reference manual (commands); MicroPython docs/library/lcd160cr.rst (methods)
"""

from typing import Any, Final

from machine_compat.board import Board
from machine_compat.machine import build
from machine_compat.machine.peripheral import made_for, readable, writable
from machine_compat.modules.lcd160cr.link import Link

PORTRAIT, LANDSCAPE, PORTRAIT_UPSIDEDOWN, LANDSCAPE_UPSIDEDOWN = range(4)
STARTUP_DECO_NONE, STARTUP_DECO_MLOGO, STARTUP_DECO_INFO = range(3)
CHUNK: Final = 512
SPI_WINDOW: Final = 10
"""The number under which the window of SPI data is set like one that scrolls."""


def names(board: Board) -> dict[str, object]:
    made = made_for(board, LCD160CR, "lcd160cr")
    made.machine = build(board)
    constants = {
        name: value for name, value in globals().items() if name.startswith(("PORTRAIT", "LANDSCAPE", "STARTUP_DECO"))
    }
    return {"LCD160CR": made, **constants}


class LCD160CR(Link):
    """LCD160CR(connect=None, *, pwr=None, i2c=None, spi=None, i2c_addr=98)

    connect: where it is plugged in, "X", "Y", "XY" or "YX"; or its power pin and both buses. Raises ValueError without
    either, OSError ENODEV where no display answers, ETIMEDOUT where it does not go on.
    """

    # ---- pixels

    def set_pixel(self, x: int, y: int, c: int) -> None:
        self._command(0x41, "BBH", x, y, c)

    def get_pixel(self, x: int, y: int) -> int:
        self._command(0x61, "BB", x, y)
        return int.from_bytes(self._answer(2), "little")

    def get_line(self, x: int, y: int, buf: object) -> None:
        """Pixels from a point to the right, into a buffer behind its first byte."""
        view = writable(buf)
        count = len(view) // 2
        self._command(0x10, "BBB", count, x, y)
        self._await(2 * count, 1000)
        self.i2c.readfrom_into(self.i2c_addr, view)

    def screen_dump(self, buf: object, x: int = 0, y: int = 0, w: int | None = None, h: int | None = None) -> None:
        """The pixels of a region, line by line; as many whole lines as the buffer takes."""
        view = writable(buf)
        width, height = self.w - x if w is None else w, self.h - y if h is None else h
        for row in range(min(len(view) // (2 * width), height)):
            # An answer has 254 bytes at most.
            for start in range(0, width, 127):
                part = bytearray(2 * min(127, width - start) + 1)
                self.get_line(x + start, y + row, part)
                place = 2 * (row * width + start)
                view[place : place + len(part) - 1] = part[1:]

    def screen_load(self, buf: object) -> None:
        """The pixels of the whole display; what the buffer lacks is black."""
        size = self.w * self.h * 2
        self._command(0x70, "HBBB", size + 2, 16, self.w, self.h)
        content = readable(buf)[:size].ljust(size, b"\0")
        for start in range(0, size, CHUNK):
            self._send(content[start : start + CHUNK])

    # ---- text

    def set_pos(self, x: int, y: int) -> None:
        self._command(0x58, "BB", x, y)

    def set_text_color(self, fg: int, bg: int) -> None:
        self._command(0x63, "HH", fg, bg)

    def set_font(self, font: int, scale: int = 0, bold: int = 0, trans: int = 0, scroll: int = 0) -> None:
        self._command(0x46, "BB", scroll << 7 | trans << 6 | (font & 3) << 4 | bold & 15, scale & 0xFF)

    def write(self, s: object) -> None:
        self._send(s)

    # ---- shapes

    def set_pen(self, line: int, fill: int) -> None:
        self._command(0x50, "HH", line, fill)

    def erase(self) -> None:
        self._command(0x45)

    def dot(self, x: int, y: int) -> None:
        if 0 <= x < self.w and 0 <= y < self.h:
            self.dot_no_clip(x, y)

    def dot_no_clip(self, x: int, y: int) -> None:
        self._command(0x4B, "BB", x, y)

    def rect(self, x: int, y: int, w: int, h: int) -> None:
        """A rectangle in the pen's colours; what is beyond the display's edges is left out."""
        self.rect_interior(x, y, w, h)
        self.rect_outline(x, y, w, h)

    def rect_interior(self, x: int, y: int, w: int, h: int) -> None:
        self._part(self.rect_interior_no_clip, x, y, w, h)

    def rect_outline(self, x: int, y: int, w: int, h: int) -> None:
        if x >= 0 and y >= 0 and x + w <= self.w and y + h <= self.h:
            self.rect_outline_no_clip(x, y, w, h)
            return
        for edge in ((x, y, w, 1), (x, y + h - 1, w, 1), (x, y, 1, h), (x + w - 1, y, 1, h)):
            self._part(self.rect_outline_no_clip, *edge)

    def _part(self, draw: Any, x: int, y: int, w: int, h: int) -> None:
        """Draw the part of a rectangle that is on the display."""
        right, bottom = min(x + w, self.w), min(y + h, self.h)
        x, y = max(x, 0), max(y, 0)
        if right > x and bottom > y:
            draw(x, y, right - x, bottom - y)

    def rect_no_clip(self, x: int, y: int, w: int, h: int) -> None:
        self._command(0x72, "BBBB", x, y, w, h)

    def rect_outline_no_clip(self, x: int, y: int, w: int, h: int) -> None:
        self._command(0x57, "BBBB", x, y, w, h)

    def rect_interior_no_clip(self, x: int, y: int, w: int, h: int) -> None:
        self._command(0x51, "BBBB", x, y, w, h)

    def line(self, x1: int, y1: int, x2: int, y2: int) -> None:
        ends = [x1, y1, x2, y2]
        if self.clip_line(ends, self.w, self.h):
            self.line_no_clip(*ends)

    def line_no_clip(self, x1: int, y1: int, x2: int, y2: int) -> None:
        self._command(0x4C, "BBBB", x1, y1, x2, y2)

    def poly_dot(self, data: object) -> None:
        """Dots at (x, y), two bytes each."""
        self._points(0x71, readable(data))

    def poly_line(self, data: object) -> None:
        """Lines between points."""
        self._points(0x78, readable(data))

    def _points(self, code: int, data: bytes) -> None:
        if len(data) & 1:
            raise ValueError("must specify even number of bytes")
        self._command(code, "B", len(data) // 2)
        self._send(data)

    # ---- touch

    def touch_config(self, calib: bool = False, save: bool = False, irq: bool | None = None) -> None:
        what = (irq is not None) << 2 | bool(save) << 1 | bool(calib)
        self._command(0x7A, "BB", what, bool(irq) << 7)

    def get_touch(self) -> tuple[int, int, int]:
        """(whether it is touched now, x, y): where it was touched last."""
        self._command(ord("T"))
        state, x, y = self._answer(3)
        return state >> 7, x, y

    def is_touched(self) -> bool:
        return bool(self.get_touch()[0])

    # ---- SPI, scrolling, pictures

    def set_spi_win(self, x: int, y: int, w: int, h: int) -> None:
        self._command(0x55, "B8H", SPI_WINDOW, x, y, x + w - 1, y + h - 1, 0, 0, 0, 0xFFFF)

    def fast_spi(self, flush: bool = True) -> Any:
        """The SPI bus, whose data go to the window from its first pixel on."""
        self._command(0x12)
        if flush:
            self.oflush()
        return self.spi

    def show_framebuf(self, buf: object) -> None:
        self.fast_spi().write(buf)

    def set_scroll(self, on: object) -> None:
        self._command(0x15, "B", bool(on))

    def set_scroll_win(
        self,
        win: int,
        x: int = -1,
        y: int = 0,
        w: int = 0,
        h: int = 0,
        vec: int = 0,
        pat: int = 0,
        fill: int = 0x07E0,
        color: int = 0,
    ) -> None:
        self._command(0x55, "B8H", win, *(value & 0xFFFF for value in (x, y, w, h, vec, pat, fill, color)))

    def set_scroll_win_param(self, win: int, param: int, value: int) -> None:
        self._command(0x75, "BBH", win, param, value)

    def set_scroll_buf(self, s: object) -> None:
        text = readable(s)
        if len(text) > 32:
            raise ValueError("length must be 32 or less")
        self._command(0x11, "B", len(text))
        self._send(text)

    def jpeg_start(self, total_len: int) -> None:
        if total_len > 0xFFFF:
            raise ValueError("length must be 65535 or less")
        self.oflush()
        self._command(0x6A, "H", total_len)

    def jpeg_data(self, buf: object) -> None:
        self._send(buf)

    def jpeg(self, buf: object) -> None:
        data = readable(buf)
        self.jpeg_start(len(data))
        self.jpeg_data(data)
