"""This file simulates MicroPython's LCD160CR: a colour display with a touch panel, at its I2C interface.

Ref: LCD160CR v1.0 reference manual: commands. What it writes as text, scrolls, decodes as JPEG or is sent on SPI is
heard and not drawn.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise, starmap
from typing import ClassVar

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import I2CChip
from machine_compat.mock.picture import encode_png

WIDTH, HEIGHT = 128, 160
Point = tuple[int, int]
ESCAPE = 2
ROOM = 255
"""What the second address tells: all of the input queue is free, as commands take no time here."""

# How many bytes of arguments each command has.
ARGUMENTS = {
    0x0E: 4, 0x10: 3, 0x11: 1, 0x12: 0, 0x14: 1, 0x15: 1, 0x16: 1, 0x17: 0, 0x18: 1, 0x19: 1, 0x41: 4, 0x45: 0,
    0x46: 2, 0x4B: 2, 0x4C: 4, 0x50: 4, 0x51: 4, 0x54: 0, 0x55: 17, 0x57: 4, 0x58: 2, 0x59: 4, 0x61: 2, 0x63: 4,
    0x66: 1, 0x67: 1, 0x6A: 2, 0x70: 5, 0x71: 1, 0x72: 4, 0x75: 4, 0x76: 4, 0x78: 1, 0x79: 4, 0x7A: 2,
}  # fmt: skip


class LCD160CR(I2CChip):
    """An LCD160CR. Colours are as the driver's rgb() makes them: blue in the upper bits, red in the lower."""

    default_address: ClassVar[int | None] = 98

    def __init__(self, address: int | None = None) -> None:
        super().__init__(address)
        self._start_up()

    def _start_up(self) -> None:
        """What power-on and the reset command do."""
        self._pixels = bytearray(2 * WIDTH * HEIGHT)
        self.brightness = 31
        self.text = ""
        """What was written since it was switched on."""
        self.touched = False
        self._place = (0, 0)
        self._orient = 0
        self._line = self._fill = 0
        self._answer = bytearray()
        self._given = bytearray()
        self._code: int | None = None
        self._wanted = 0
        self._counting = self._status = False

    # ---- the face for tests

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as it hangs now."""
        return (HEIGHT, WIDTH) if self._orient & 1 else (WIDTH, HEIGHT)

    def pixel(self, x: int, y: int) -> int:
        """The colour of a pixel, in the present orientation; 0 outside."""
        index = self._index(x, y)
        return 0 if index is None else int.from_bytes(self._pixels[index : index + 2], "little")

    def touch(self, x: int, y: int) -> None:
        """Put a finger somewhere."""
        self._place = (x, y)
        self.touched = True

    def release(self) -> None:
        """Take the finger away."""
        self.touched = False

    def png(self, *, scale: int = 1) -> bytes:
        """What it shows, as a PNG file."""
        width, height = self.size
        samples = bytearray()
        for y in range(height):
            for x in range(width):
                colour = self.pixel(x, y)
                samples += bytes((colour << 3 & 0xF8, colour >> 3 & 0xFC, colour >> 8 & 0xF8))
        return encode_png(width, height, bytes(samples), scale=scale)

    # ---- I2C

    def addresses(self) -> tuple[int, ...]:
        return (self.address, self.address + 1)

    def start(self, address: int, read: bool) -> bool:
        self._status = address != self.address
        self._counting = True
        return True

    def read(self) -> int:
        if self._status:
            return ROOM
        if self._counting:
            self._counting = False
            return min(len(self._answer), 255)
        return self._answer.pop(0) if self._answer else 0

    def write(self, byte: int) -> bool:
        if self._code is None:
            if byte == ESCAPE:
                self._code = -1
            else:
                self.text += chr(byte)
            return True
        if self._code == -1:
            if byte not in ARGUMENTS:
                raise ConfigError(f"{self.name} has no command {byte:#04x}")
            self._code, self._wanted = byte, ARGUMENTS[byte]
        else:
            self._given.append(byte)
        if len(self._given) == ARGUMENTS[self._code]:
            self._wanted += self._data_after(self._code)
        if len(self._given) >= self._wanted:
            code, given = self._code, bytes(self._given)
            self._code = None
            self._given.clear()
            self._run(code, given)
        return True

    def _data_after(self, code: int) -> int:
        """How many bytes follow the arguments."""
        if code in (0x71, 0x78):
            return 2 * self._given[0]
        if code == 0x11:
            return self._given[0]
        if code == 0x6A:
            return int.from_bytes(self._given, "little")
        return 2 * self._given[3] * self._given[4] if code == 0x70 else 0

    # ---- commands

    def _run(self, code: int, given: bytes) -> None:
        match code:
            case 0x14:
                self._orient = given[0] & 3
            case 0x16:
                self.brightness = given[0]
            case 0x50:
                self._line, self._fill = struct.unpack("<HH", given)
            case 0x67:
                self._answer += bytes((*self.size, 0, 0))
            case 0x54:
                self._answer[:] = bytes((self.touched << 7, *self._place))
            case 0x59:
                self._start_up()
            case 0x61:
                self._answer += self.pixel(given[0], given[1]).to_bytes(2, "little")
            case 0x10:
                for x in range(given[0]):
                    self._answer += self.pixel(given[1] + x, given[2]).to_bytes(2, "little")
            case _:
                self._draw(code, given)

    def _draw(self, code: int, given: bytes) -> None:
        width, height = self.size
        points = list(zip(given[1::2], given[2::2], strict=False))
        match code:
            case 0x41:
                self._set(given[0], given[1], int.from_bytes(given[2:4], "little"))
            case 0x45:
                self._rect((0, 0, width, height), self._fill)
            case 0x4B:
                self._set(given[0], given[1], self._line)
            case 0x4C:
                self._dots(line((given[0], given[1]), (given[2], given[3])))
            case 0x51:
                self._rect(given, self._fill)
            case 0x57:
                self._outline(given)
            case 0x72:
                self._rect(given, self._fill)
                self._outline(given)
            case 0x71 | 0x78:
                self._dots(points if code == 0x71 else chain.from_iterable(starmap(line, pairwise(points))))
            case 0x70:
                self._load(given[3], given[5:])

    def _load(self, width: int, data: bytes) -> None:
        for index in range(len(data) // 2):
            colour = int.from_bytes(data[2 * index : 2 * index + 2], "little")
            self._set(index % width, index // width, colour)

    def _dots(self, points: Iterable[Point]) -> None:
        for x, y in points:
            self._set(x, y, self._line)

    def _outline(self, place: Sequence[int]) -> None:
        x, y, w, h = place
        for edge in ((x, y, w, 1), (x, y + h - 1, w, 1), (x, y, 1, h), (x + w - 1, y, 1, h)):
            self._rect(edge, self._line)

    def _rect(self, place: Sequence[int], colour: int) -> None:
        x, y, w, h = place
        for row in range(y, y + h):
            for column in range(x, x + w):
                self._set(column, row, colour)

    def _set(self, x: int, y: int, colour: int) -> None:
        index = self._index(x, y)
        if index is not None:
            self._pixels[index : index + 2] = colour.to_bytes(2, "little")

    def _index(self, x: int, y: int) -> int | None:
        """Where a pixel is in the panel's memory, whose rows are those of a portrait."""
        width, height = self.size
        if not (0 <= x < width and 0 <= y < height):
            return None
        if self._orient == 1:
            x, y = WIDTH - 1 - y, x
        elif self._orient == 2:
            x, y = WIDTH - 1 - x, HEIGHT - 1 - y
        elif self._orient == 3:
            x, y = y, HEIGHT - 1 - x
        return 2 * (y * WIDTH + x)


def line(one: Point, other: Point) -> Iterator[Point]:
    """The pixels of a line, both ends included."""
    (x1, y1), (x2, y2) = one, other
    steps = max(abs(x2 - x1), abs(y2 - y1))
    for step in range(steps + 1):
        part = step / steps if steps else 0
        yield x1 + round(part * (x2 - x1)), y1 + round(part * (y2 - y1))


PARTS = {"lcd160cr": LCD160CR}
