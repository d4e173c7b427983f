"""Simulates the WS2812, a strip of RGB or RGBW pixels on one wire, as in NeoPixels."""

# Ref: Worldsemi WS2812B-V5, "Data transfer time", "Data transmission method"; Worldsemi WS2812 (RES above 50 µs).

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import Chip
from machine_compat.mock.options import one_of, within

HIGH_0 = range(200, 501)
HIGH_1 = range(550, 1051)
"""ns high that a pixel takes for 0 and for 1."""
LOW_MIN = 300
"""ns low below which it does not see the next bit; anything longer will do, up to the reset."""


class WS2812(Chip):
    """A strip of `count` pixels.

    bpp: bytes per pixel, 3 or 4. order: which colour comes first on the wire, "GRB" and "GRBW" unless given.
    reset_us: the low that ends a frame and shows it: 50 for the first generation, 280 for the WS2812B-V5.
    """

    pins = ("din",)

    def __init__(self, count: int = 8, bpp: int = 3, order: str = "", reset_us: float = 50) -> None:
        super().__init__()
        self.count = int(within(self, "count", count, 1, 100_000, unit="pixels"))
        self.bpp = one_of(self, "bpp", bpp, (3, 4))
        self.order = (order or "GRBW"[:bpp]).upper()
        if sorted(self.order) != sorted("RGBW"[:bpp]):
            raise ConfigError(f"{self.name}: order={order!r} has not each of {', '.join('RGBW'[:bpp])} once")
        self._reset = round(within(self, "reset_us", reset_us, 1, 1000, unit="µs") * 1000)
        self._shown: list[tuple[int, ...]] = [(0,) * bpp] * self.count
        self._frame = bytearray()
        self._broken = False
        self._byte = 0
        self._bits = 0
        self._quiet_since = 0
        self._rose: int | None = None

    @property
    def pixels(self) -> list[tuple[int, ...]]:
        """What shines: (r, g, b) or (r, g, b, w) of each pixel, 0..255."""
        if self.attached and not self.legs["din"].level:
            self._latch(self.world.now)
        return list(self._shown)

    def show(self) -> str:
        """The strip as a line of colour blocks for a terminal with 24-bit colour."""
        blocks = []
        for red, green, blue, *white in self.pixels:
            mixed = (min(255, colour + sum(white)) for colour in (red, green, blue))
            blocks.append("\x1b[48;2;{};{};{}m  ".format(*mixed))
        return "".join(blocks) + "\x1b[0m"

    # ---- the wire, a frame at a time

    def bits(self, timing_ns: tuple[int, int, int, int], data: bytes) -> None:
        """A bitstream that begins now, in place of its edges: bits as (high_0, low_0, high_1, low_1), highest first.

        Timing that a pixel would not understand leaves the strip as it is. When the strip is full, the next bitstream
        begins a new frame however soon it comes: the time a board's interpreter takes between two is not simulated.
        """
        now = self.world.now
        self._latch(now)
        high_0, low_0, high_1, low_1 = timing_ns
        ones = sum(byte.bit_count() for byte in data)
        self._quiet_since = now + ones * (high_1 + low_1) + (8 * len(data) - ones) * (high_0 + low_0)
        lows_fit = all(LOW_MIN <= low < self._reset for low in (low_0, low_1))
        if high_0 not in HIGH_0 or high_1 not in HIGH_1 or not lows_fit:
            self._broken = True
        self._frame += data
        if len(self._frame) >= self.count * self.bpp:
            self._finish()

    # ---- the wire, edge by edge

    def installed(self) -> None:
        self.watch("din", self._edge)

    def _edge(self, level: int, time: int) -> None:
        if level:
            self._latch(time)
            if self._bits and time - self._quiet_since < LOW_MIN:
                self._broken = True
            self._rose = time
            return
        self._quiet_since = time
        if self._rose is None:
            return
        high = time - self._rose
        if high in HIGH_1 or high in HIGH_0:
            self._shift(int(high in HIGH_1))
        else:
            self._broken = True

    def _shift(self, bit: int) -> None:
        self._byte = self._byte << 1 & 0xFF | bit
        self._bits += 1
        if self._bits % 8 == 0 and len(self._frame) < self.count * self.bpp:
            self._frame.append(self._byte)

    def _latch(self, time: int) -> None:
        """Show what has come, if the low that lasts until `time` is a reset."""
        if time - self._quiet_since >= self._reset:
            self._finish()

    def _finish(self) -> None:
        frame, self._frame = self._frame, bytearray()
        broken, self._broken = self._broken, False
        self._bits = 0
        if broken:
            return
        places = [self.order.index(colour) for colour in "RGBW"[: self.bpp]]
        for index in range(min(len(frame) // self.bpp, self.count)):
            start = index * self.bpp
            self._shown[index] = tuple(frame[start + place] for place in places)


PARTS = {"ws2812": WS2812, "neopixel": WS2812}
