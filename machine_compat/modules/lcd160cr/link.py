"""This file talks to an LCD160CR: commands and answers on I2C, power, and how the display is set up.

# Ref: LCD160CR v1.0 reference manual (commands)
"""

import struct
from types import ModuleType
from typing import Any, Final

from machine_compat.machine.peripheral import Peripheral, readable
from machine_compat.oserror import ETIMEDOUT, os_error

PORTRAIT: Final = 0
ESCAPE: Final = 2
"""What a command begins with; all else is text."""
BAUDRATES: Final = (2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800)
POSITIONS: Final = {"X": ("X", "X"), "Y": ("Y", "Y"), "XY": ("Y", "X"), "YX": ("X", "Y")}
"""The buses at each place of the display: (I2C, SPI); its power is switched by pin 4 of the SPI's side."""
MS: Final = 1_000_000
TRIES: Final = 5000
KEY: Final = 0x43_3249
"""What a new I2C address comes with, so that nothing else sets one."""


class Link(Peripheral):
    """The display's connection; see LCD160CR."""

    machine: ModuleType

    def __init__(
        self, connect: str | None = None, *, pwr: Any = None, i2c: Any = None, spi: Any = None, i2c_addr: int = 98
    ) -> None:
        if connect in POSITIONS:
            bus, side = POSITIONS[connect]
            pwr = pwr or self.machine.Pin(f"{side}4", self.machine.Pin.OUT)
            i2c = i2c or self.machine.I2C(bus, freq=1_000_000)
            spi = spi or self.machine.SPI(side, baudrate=13_500_000, polarity=0, phase=0)
        elif pwr is None or i2c is None or spi is None:
            raise ValueError('must specify valid "connect" or all of "pwr", "i2c" and "spi"')
        self.pwr, self.i2c, self.spi, self.i2c_addr = pwr, i2c, spi, i2c_addr
        self.w = self.h = 0
        if not pwr.value():
            pwr(1)
            self._sleep_ms(10)
        self.set_orient(PORTRAIT)
        self._command(0x76, "BBBB", 0, 0, self.w, self.h)  # the viewport
        self._command(0x79, "BBBB", 0, 0, self.w, self.h)  # the window

    # ---- the bus

    def _sleep_ms(self, ms: int) -> None:
        self._board.sleep_ns(ms * MS)

    def _command(self, code: int, layout: str = "", *values: int) -> None:
        self._send(struct.pack(f"<BB{layout}", ESCAPE, code, *values))

    def _send(self, data: object) -> None:
        """Send bytes; what the display has no room for now is sent again."""
        left = readable(data)
        while left:
            left = left[self.i2c.writeto(self.i2c_addr, left) :]
            if left:
                self._sleep_ms(10)

    def _await(self, count: int, tries: int = TRIES) -> None:
        """Until so many bytes of an answer are there; each reading begins with their number."""
        for _ in range(tries):
            if self.i2c.readfrom(self.i2c_addr, 1)[0] >= count:
                return
            self._sleep_ms(1)
        raise os_error(ETIMEDOUT)

    def _answer(self, count: int) -> bytes:
        self._await(count)
        answer: bytes = self.i2c.readfrom(self.i2c_addr, count + 1)
        return answer[1:]

    def oflush(self, n: int = 255) -> None:
        """Wait until the display has worked off what it was sent, or has room for n bytes."""
        for _ in range(TRIES):
            if self.i2c.readfrom(self.i2c_addr + 1, 1)[0] >= n:
                return
            self._sleep_ms(1)
        raise os_error(ETIMEDOUT)

    def iflush(self) -> None:
        """Read off answers that nobody wants any more."""
        for _ in range(TRIES):
            if self.i2c.readfrom(self.i2c_addr, 16)[0] == 0:
                return
            self._sleep_ms(1)
        raise os_error(ETIMEDOUT)

    # ---- colours and clipping

    @staticmethod
    def rgb(r: int, g: int, b: int) -> int:
        """A colour of the display: 5 bits of blue, 6 of green, 5 of red."""
        return b >> 3 << 11 | g >> 2 << 5 | r >> 3

    @staticmethod
    def clip_line(data: list[int], w: int, h: int) -> bool:
        """Move the ends of the line [x1, y1, x2, y2] into the display; False when nothing of it is there."""
        x1, y1, x2, y2 = data
        dx, dy = x2 - x1, y2 - y1
        first, last = 0.0, 1.0
        # Liang and Barsky: the part of the line that is on the inner side of each edge.
        for towards, distance in ((-dx, x1), (dx, w - 1 - x1), (-dy, y1), (dy, h - 1 - y1)):
            if towards == 0:
                if distance < 0:
                    return False
            elif towards < 0:
                first = max(first, distance / towards)
            else:
                last = min(last, distance / towards)
        if first > last:
            return False
        data[:] = [x1 + round(first * dx), y1 + round(first * dy), x1 + round(last * dx), y1 + round(last * dy)]
        return True

    # ---- set-up

    def set_power(self, on: object) -> None:
        """Switch the display on or off; it takes 15 ms."""
        self.pwr(on)
        self._sleep_ms(15)

    def set_orient(self, orient: int) -> None:
        """One of PORTRAIT, LANDSCAPE, PORTRAIT_UPSIDEDOWN, LANDSCAPE_UPSIDEDOWN; w and h follow."""
        self._command(0x14, "B", (orient & 3) + 4)
        self.iflush()
        self._command(ord("g"), "B", ord("0"))
        self.w, self.h = self._answer(4)[:2]

    def set_brightness(self, value: int) -> None:
        """The backlight, from 0 (dark) to 31."""
        self._command(0x16, "B", value)

    def set_i2c_addr(self, addr: int) -> None:
        """A new address, from the next start on if it is saved; ValueError for one that is no multiple of 4."""
        if addr & 3:
            raise ValueError("must specify mod 4 aligned address")
        self._command(0x0E, "I", KEY | addr << 24)

    def set_uart_baudrate(self, baudrate: int) -> None:
        """The speed of its serial port, in baud; ValueError "invalid baudrate" for one that it has not."""
        if baudrate not in BAUDRATES:
            raise ValueError("invalid baudrate")
        self._command(0x18, "B", BAUDRATES.index(baudrate))

    def set_startup_deco(self, value: int) -> None:
        """What it shows when it starts: STARTUP_DECO_NONE, or _MLOGO and _INFO or'ed."""
        self._command(0x19, "B", value)

    def save_to_flash(self) -> None:
        """Keep orientation, brightness, address and the like for the next start."""
        self._command(ord("f"), "B", ord("n"))

    def feed_wdt(self) -> None:
        """Start its watchdog, or feed it."""
        self._command(0x17)

    def reset(self) -> None:
        """Start it anew; it takes 15 ms."""
        self._command(ord("Y"), "I", 0xDEADBEEF)
        self._sleep_ms(15)
