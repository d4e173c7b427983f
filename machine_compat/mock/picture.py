"""This file draws what a simulated display shows: a one-bit picture as text, and grey or RGB samples as PNG.

Ref: PNG Specification (W3C, third edition), sections 5.2 signature, 11.2 critical chunks, 10.1 zlib compression.
"""

import os
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from machine_compat.errors import ConfigError

_HALF_BLOCKS = " ▀▄█"
_GREY, _RGB = 0, 2
_LUMINANCE = bytes([0, 255]) + bytes(254)


def encode_png(width: int, height: int, samples: bytes, *, scale: int = 1) -> bytes:
    """A PNG file of 8-bit samples, row by row from the top left.

    samples: ``width * height`` bytes are grey, three times as many are RGB. scale: the side in pixels of the square
    that each sample becomes. Raises ConfigError when the samples are neither, or the scale is below 1.
    """
    if scale < 1:
        raise ConfigError(f"a picture cannot be scaled by {scale}: scale is 1 or more")
    if width < 1 or height < 1 or len(samples) not in (width * height, 3 * width * height):
        raise ConfigError(f"{len(samples)} samples are neither grey nor RGB of a {width}x{height} picture")
    depth = len(samples) // (width * height)
    stride = width * depth
    lines = bytearray()
    for start in range(0, len(samples), stride):
        # Each line begins with its filter type: 0, none.
        lines += (b"\0" + _widen(samples[start : start + stride], depth, scale)) * scale
    header = struct.pack(">IIBBBBB", width * scale, height * scale, 8, _RGB if depth == 3 else _GREY, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _widen(row: bytes, depth: int, scale: int) -> bytes:
    if scale == 1:
        return row
    wide = bytearray(len(row) * scale)
    step = depth * scale
    for channel in range(depth):
        for copy in range(scale):
            wide[copy * depth + channel :: step] = row[channel::depth]
    return bytes(wide)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of lit and dark pixels.

    pixels: one byte each, 1 lit and 0 dark, row by row from the top left. Raises ConfigError when their number is not
    ``width * height`` or one is neither 0 nor 1.
    """

    width: int
    height: int
    pixels: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1 or len(self.pixels) != self.width * self.height:
            raise ConfigError(f"{len(self.pixels)} pixels do not make a {self.width}x{self.height} picture")
        strange = self.pixels.translate(None, b"\0\1")
        if strange:
            raise ConfigError(f"a pixel is 0 or 1, not {strange[0]}")

    @classmethod
    def from_text(cls, text: str) -> "Picture":
        """The picture that `text` draws: a line a row, ``#`` lit, ``.`` dark; spaces around lines do not count."""
        lines = text.split()
        width = len(lines[0]) if lines else 0
        if any(len(line) != width or set(line) - {"#", "."} for line in lines):
            raise ConfigError("a picture's text has lines of equal length made of # and .")
        return cls(width, len(lines), "".join(lines).encode().translate(_FROM_TEXT))

    def pixel(self, x: int, y: int) -> int:
        """1 if the pixel in column `x` from the left and row `y` from the top is lit, else 0; IndexError outside."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            raise IndexError(f"({x}, {y}) is outside a {self.width}x{self.height} picture")
        return self.pixels[y * self.width + x]

    @property
    def lit(self) -> int:
        """How many pixels are lit."""
        return self.pixels.count(1)

    def text(self) -> str:
        """A line a row, ``#`` lit and ``.`` dark."""
        return "\n".join(row.translate(_TO_TEXT).decode() for row in self._rows())

    def blocks(self) -> str:
        """Two rows a line, in Unicode half blocks: nearly square pixels on a terminal."""
        rows = self._rows()
        if self.height % 2:
            rows.append(bytes(self.width))
        pairs = zip(rows[::2], rows[1::2], strict=True)
        return "\n".join(
            "".join(_HALF_BLOCKS[above + 2 * below] for above, below in zip(upper, lower, strict=True))
            for upper, lower in pairs
        )

    def braille(self) -> str:
        """The picture in braille patterns, two columns and four rows of pixels each: half as wide as `blocks`."""
        return "\n".join(
            "".join(chr(BRAILLE + self._dots(x, y)) for x in range(0, self.width, 2)) for y in range(0, self.height, 4)
        )

    def _dots(self, x: int, y: int) -> int:
        """The dots of the character whose top left pixel is there."""
        return sum(
            bit
            for (right, down), bit in DOTS.items()
            if x + right < self.width and y + down < self.height and self.pixels[(y + down) * self.width + x + right]
        )

    def png(self, path: str | os.PathLike[str] | None = None, *, scale: int = 4) -> bytes:
        """A grey PNG file, lit pixels white, each a square with a side of `scale`; written to `path` if given."""
        data = encode_png(self.width, self.height, self.pixels.translate(_LUMINANCE), scale=scale)
        if path is not None:
            Path(path).write_bytes(data)
        return data

    def _rows(self) -> list[bytes]:
        return [self.pixels[start : start + self.width] for start in range(0, len(self.pixels), self.width)]


BRAILLE = 0x2800
DOTS = {(0, 0): 1, (0, 1): 2, (0, 2): 4, (1, 0): 8, (1, 1): 16, (1, 2): 32, (0, 3): 64, (1, 3): 128}
"""Unicode's braille patterns: the bit of each dot, by its column and row."""
_TO_TEXT = b".#" + bytes(254)
_FROM_TEXT = bytes(code == ord("#") for code in range(256))
