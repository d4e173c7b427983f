"""This file simulates the pyboard's LCD32MKv1.0 skin: a 128x32 glass on a Sitronix ST7565R, on 4-wire SPI.

Ref: Sitronix ST7565R data sheet: display data RAM, line address circuit, column address circuit, table of commands,
     reset circuit; commands of two bytes: ST7565S data sheet ver. 0.6c, table 16.
"""

from machine_compat.mock.chip import SPIChip
from machine_compat.mock.picture import Picture

SEGMENTS, PAGES, LINES = 132, 9, 64
WIDTH, HEIGHT = 128, 32
BOOSTER_ON = 7
VOLUME, INDICATOR_ON, BOOSTER_RATIO = 0x81, 0xAD, 0xF8
"""Commands with a second byte."""


class LCD32MK(SPIChip):
    """The pyboard's LCD skin, 128x32 pixels.

    Its legs besides SPI's: a0, which says what a byte is, res, and bl, the backlight's transistor.
    """

    pins = ("sck", "mosi", "cs")
    option_pins = ("a0", "res", "bl")

    def __init__(self) -> None:
        super().__init__()
        self._ram = bytearray(SEGMENTS * PAGES)
        self.reset()

    def reset(self) -> None:
        """What RES low does to the registers; the display RAM stays."""
        self.on = False
        """Whether the display is switched on (AF)."""
        self.contrast = 0x20
        """The electronic volume, 0..63."""
        self.inverted = self.all_on = False
        self._power = 0
        self._start_line = self._page = self._column = 0
        self._mirrored = self._flipped = False
        self._awaited = 0
        """The first byte of a command of two, until the second has come."""

    def installed(self) -> None:
        self.legs["res"].pull(1)
        self.legs["bl"].pull(0)
        self.watch("res", lambda level, time: None if level else self.reset())

    # ---- the face for tests

    @property
    def lit(self) -> bool:
        """Whether the backlight is on."""
        return bool(self.legs["bl"].level)

    def picture(self) -> Picture:
        """What a person sees, dark pixels as 1; nothing while it is off or its booster is."""
        if not self.on or self._power != BOOSTER_ON:
            return Picture(WIDTH, HEIGHT, bytes(WIDTH * HEIGHT))
        return Picture(WIDTH, HEIGHT, b"".join(self._row(row) for row in range(HEIGHT)))

    def _row(self, row: int) -> bytes:
        """A row of the glass, whose first segment is at the right."""
        line = ((LINES - 1 - row if self._flipped else row) + self._start_line) % LINES
        cells = self._ram[SEGMENTS * (line >> 3) :][:SEGMENTS]
        segments = cells[::-1][:WIDTH] if self._mirrored else cells[:WIDTH]
        return bytes(self._pixel(cell >> (line & 7) & 1) for cell in reversed(segments))

    def _pixel(self, bit: int) -> int:
        return 1 if self.all_on else bit ^ self.inverted

    # ---- what comes in

    def exchange(self, data: bytes) -> bytes:
        if self.legs["res"].level:
            for byte in data:
                (self._store if self.legs["a0"].level else self._command)(byte)
        return b"\xff" * len(data)

    def _store(self, byte: int) -> None:
        # The column address stops behind the last segment, where more bytes are lost.
        if self._column < SEGMENTS and self._page < PAGES:
            self._ram[SEGMENTS * self._page + self._column] = byte
            self._column += 1

    def _command(self, byte: int) -> None:
        if self._awaited:
            if self._awaited == VOLUME:
                self.contrast = byte & 0x3F
            self._awaited = 0
        elif byte in (VOLUME, INDICATOR_ON, BOOSTER_RATIO):
            self._awaited = byte
        elif byte < 0x10:
            self._column = self._column & 0xF0 | byte
        elif byte < 0x20:
            self._column = self._column & 0x0F | (byte & 0x0F) << 4
        elif 0x28 <= byte < 0x30:
            self._power = byte & 7
        elif 0x40 <= byte < 0x80:
            self._start_line = byte & 0x3F
        elif 0xB0 <= byte < 0xC0:
            self._page = byte & 0x0F
        elif 0xC0 <= byte < 0xD0:
            self._flipped = bool(byte & 8)
        else:
            self._switch(byte)

    def _switch(self, byte: int) -> None:
        flag = bool(byte & 1)
        match byte & 0xFE:
            case 0xA0:
                self._mirrored = flag
            case 0xA4:
                self.all_on = flag
            case 0xA6:
                self.inverted = flag
            case 0xAE:
                self.on = flag
            case 0xE2:
                self._soft_reset()

    def _soft_reset(self) -> None:
        """Command E2: as RES does, but for the display, the booster and what turns the picture."""
        on, power, mirrored, flipped = self.on, self._power, self._mirrored, self._flipped
        self.reset()
        self.on, self._power, self._mirrored, self._flipped = on, power, mirrored, flipped


PARTS = {"lcd32mk": LCD32MK}
