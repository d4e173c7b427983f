"""Models character displays with an HD44780: behind a PCF8574 backpack on I2C, or wired to GPIO pins."""

# Ref: Hitachi HD44780U, ADE-207-272(Z) rev. 0.0, figure 9 and "Interfacing to the MPU"; NXP PCF8574 rev. 5, section 8.
# The backpack's wiring is the one that is sold: P0 RS, P1 R/W, P2 E, P3 backlight, P4..P7 DB4..DB7.

from collections.abc import Callable
from functools import partial

from machine_compat.mock.chip import Chip, I2CChip
from machine_compat.mock.devices.hd44780 import HD44780

RS, RW, E, BACKLIGHT = 0x01, 0x02, 0x04, 0x08


class BackpackLCD(I2CChip):
    """A display on a PCF8574 backpack (address 0x27; 0x3F with a PCF8574A).

    ``S 27W 4c 48 P`` is a pulse on E with the nibble 4: the controller takes it as E falls. What is sent during a clear
    or home is lost, as on the bench; its short instructions are over before an expander could bring the next.
    Python face: ``text``, a list of lines; ``backlight``; ``picture()``; the rest at ``controller``, an HD44780.
    """

    default_address = 0x27

    def __init__(self, address: int | None = None, *, columns: int = 16, rows: int = 2) -> None:
        super().__init__(address)
        self.controller = HD44780(columns, rows, lambda: self.world.now, short=False)
        self._port = 0xFF

    @property
    def text(self) -> list[str]:
        """The lines on the glass, without trailing blanks."""
        return self.controller.text

    @property
    def backlight(self) -> bool:
        return bool(self._port & BACKLIGHT)

    def picture(self) -> str:
        """The glass as framed text."""
        return self.controller.picture()

    def write(self, byte: int) -> bool:
        return self.write_block(bytes((byte,))) == 1

    def write_block(self, data: bytes) -> int:
        port = self._port
        for byte in data:
            if port & E and not byte & E:
                # What counts is what stood while E was high; the open DB0..DB3 read as ones.
                self.controller.enable(port & RS, port & RW, port & 0xF0 | 0x0F)
            port = byte
        self._port = port
        return len(data)

    def read(self) -> int:
        """The legs: a leg written 1 may be held low by the controller while it is read."""
        port = self._port
        if port & E and port & RW:
            port &= self.controller.output(port & RS) | 0x0F
        return port


class ParallelLCD(Chip):
    """A display wired to GPIO pins, with four data wires or eight: ``hd44780@GP8,GP9,GP10,GP11,GP12,GP13``.

    Pins: rs, e, d4 to d7. Option pins: rw (low when left out, as tied to ground), d0 to d3, and backlight (on when left
    out). The controller is busy for 37 us after an instruction, 41 us after data, 1.52 ms after clear and home, and
    loses what comes meanwhile. Python face as BackpackLCD's.
    """

    pins = ("rs", "e", "d4", "d5", "d6", "d7")
    option_pins = ("rw", "d0", "d1", "d2", "d3", "backlight")

    def __init__(self, *, columns: int = 16, rows: int = 2) -> None:
        super().__init__()
        self.controller = HD44780(columns, rows, lambda: self.world.now)

    def installed(self) -> None:
        self._data = [self.legs[f"d{bit}"] for bit in range(8)]
        for leg in (*self._data, self.legs["backlight"]):
            leg.pull(1)
        self.watch("e", self._enabled)

    @property
    def text(self) -> list[str]:
        """The lines on the glass, without trailing blanks."""
        return self.controller.text

    @property
    def backlight(self) -> bool:
        return bool(self.legs["backlight"].level)

    def picture(self) -> str:
        """The glass as framed text."""
        return self.controller.picture()

    def _enabled(self, level: int, time: int) -> None:
        rs, rw = self.legs["rs"].level, self.legs["rw"].level
        if level:
            if rw:
                self._answer(self.controller.output(rs))
            return
        data = sum(leg.level << bit for bit, leg in enumerate(self._data))
        for leg in self._data:
            leg.release()
        self.controller.enable(rs, rw, data)

    def _answer(self, value: int) -> None:
        for bit, leg in enumerate(self._data):
            if self.controller.eight_bits or bit >= 4:
                leg.drive(value >> bit & 1)


PARTS: dict[str, Callable[..., BackpackLCD | ParallelLCD]] = {
    "lcd1602": BackpackLCD,
    "lcd2004": partial(BackpackLCD, columns=20, rows=4),
    "hd44780": ParallelLCD,
}
