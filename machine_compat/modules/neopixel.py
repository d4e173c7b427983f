"""The `neopixel` driver that boards ship: WS2812 pixels on a pin.

# Ref: MicroPython docs/library/neopixel.rst; Worldsemi WS2812B-V5, "Data transfer time".
"""

from collections.abc import Sequence
from typing import Protocol

from machine_compat.board import Board
from machine_compat.machine.pulses import bitstream

TIMINGS = {0: (800, 1700, 1600, 900), 1: (400, 850, 800, 450)}
"""(high_0, low_0, high_1, low_1) in ns, at 400 and at 800 kHz."""
HIGH_LOW = 0
"""The only encoding `bitstream` knows: each bit a high and a low time."""

Colour = Sequence[int]


class OutputPin(Protocol):
    OUT: int

    def init(self, mode: int, /) -> object: ...


def names(board: Board) -> dict[str, object]:
    # Scripts change ORDER on the class: each board's own, so that no other strip changes with it.
    return {"NeoPixel": type("NeoPixel", (NeoPixel,), {"__doc__": NeoPixel.__doc__, "__module__": "neopixel"})}


class NeoPixel:
    """NeoPixel(pin, n, bpp=3, timing=1): n pixels of bpp colours each.

    timing: 1 for 800 kHz, 0 for 400 kHz, or (high_0, low_0, high_1, low_1) in ns. Pixels are tuples (r, g, b[, w]),
    0..255, of which the low byte counts; nothing shows before `write`.
    """

    ORDER: tuple[int, ...] = (1, 0, 2, 3)
    """The place on the wire of red, green, blue and white."""

    def __init__(self, pin: OutputPin, n: int, bpp: int = 3, timing: int | tuple[int, int, int, int] = 1) -> None:
        self.pin = pin
        self.n = n
        self.bpp = bpp
        self.buf = bytearray(n * bpp)
        self.timing = TIMINGS[bool(timing)] if isinstance(timing, int) else timing
        pin.init(pin.OUT)

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: int) -> tuple[int, ...]:
        first = index * self.bpp
        return tuple(self.buf[first + self.ORDER[colour]] for colour in range(self.bpp))

    def __setitem__(self, index: int, colours: Colour) -> None:
        first = index * self.bpp
        for colour in range(self.bpp):
            self.buf[first + self.ORDER[colour]] = colours[colour] & 0xFF

    def fill(self, colours: Colour) -> None:
        """Give all pixels one colour."""
        for colour in range(self.bpp):
            place = self.ORDER[colour]
            self.buf[place :: self.bpp] = bytes((colours[colour] & 0xFF,)) * self.n

    def write(self) -> None:
        """Send the colours to the strip."""
        bitstream(self.pin, HIGH_LOW, self.timing, self.buf)
