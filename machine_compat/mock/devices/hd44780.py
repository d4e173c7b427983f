"""Models the HD44780 character LCD controller: what its E, RS, R/W and data legs make of its memory and its glass."""

# Ref: Hitachi HD44780U, ADE-207-272(Z) rev. 0.0: table 4 "ROM code A00", table 6 "Instructions", "Reset Function",
# "Interfacing to the MPU", figures 3 to 9 for which DDRAM address is where on a display.

from collections.abc import Callable

from machine_compat.errors import ConfigError

SHORT_NS = 37_000
"""Execution time of most instructions at 270 kHz; data takes 4 us more for the address counter."""
DATA_NS = 41_000
LONG_NS = 1_520_000
"""Execution time of clear display and return home."""
LINE = 40
"""Characters of DDRAM per line, of which a display shows the first; with one line there are 80."""
CUSTOM = "⓪①②③④⑤⑥⑦"
"""What stands in a text for the characters that a script defined itself."""


def rom_a00() -> str:
    """The 256 characters of the ROM that is in most displays, as text; the codes of CGRAM show their number."""
    ascii_part = "".join(map(chr, range(0x20, 0x7E))).replace("\\", "¥") + "→←"
    katakana = "".join(map(chr, range(0xFF61, 0xFF9F))) + "°"
    rest = "\N{GREEK SMALL LETTER ALPHA}äßεμσ\N{GREEK SMALL LETTER RHO}g√⁻jˣ¢£ñöpqθ∞ΩüΣπxy千万円÷ █"
    return CUSTOM * 2 + " " * 16 + ascii_part + " " * 33 + katakana + rest


ROM = rom_a00()


class HD44780:
    """The controller and its glass: `columns` by `rows` characters.

    ``enable`` is one pulse on E: a write is taken at its end. The controller starts with an 8-bit interface, of which
    DB0 to DB3 may be left open (they are pulled up), and takes nibbles, the high one first, once told so. What it is
    told while busy is lost, and counted in ``lost``. `now` gives the time in ns; `short` is False where the wire to it
    is slower than its short instructions (an expander on I2C), so that only clear and home can be cut short.

    Python face: ``text``, the visible lines without trailing blanks; ``glyph(n)``; ``on``, ``cursor``, ``blink``,
    ``position`` and ``shift``; ``picture()``.
    """

    def __init__(self, columns: int, rows: int, now: Callable[[], int], short: bool = True) -> None:
        if not (1 <= columns <= LINE and rows in (1, 2, 4)) or columns * rows > 2 * LINE:
            raise ConfigError(f"an HD44780 has no {columns} x {rows} display: rows=1, 2 or 4, at most 80 characters")
        self.columns = columns
        self.rows = rows
        self.ddram = bytearray(b" " * 128)
        self.cgram = bytearray(64)
        self.lost = 0
        self.on = self.cursor = self.blink = False
        self.shift = 0
        self.eight_bits = True
        self.two_lines = False
        self._now = now
        self._short = short
        self._address = 0
        self._in_cgram = False
        self._step = 1
        self._shifting = False
        self._high: int | None = None
        self._busy_until = 0

    # ---- for tests

    @property
    def busy(self) -> bool:
        return self._now() < self._busy_until

    @property
    def position(self) -> tuple[int, int] | None:
        """Column and row of the cursor; None where it is not on the glass."""
        for row in range(self.rows):
            for column in range(self.columns):
                if not self._in_cgram and self._cell(column, row) == self._address:
                    return column, row
        return None

    @property
    def text(self) -> list[str]:
        """What can be read on the glass, line by line, without trailing blanks. CGRAM's characters show as ⓪ to ⑦."""
        return [line.rstrip() for line in self._lines()]

    def glyph(self, number: int) -> list[str]:
        """The eight rows of a character of CGRAM, drawn with # and blanks."""
        rows = self.cgram[number * 8 : number * 8 + 8]
        return ["".join("#" if row >> bit & 1 else " " for bit in range(4, -1, -1)) for row in rows]

    def picture(self) -> str:
        """The glass in a frame; the cursor, where it shows, is an underscore."""
        lines = [list(line) for line in self._lines()]
        if self.on and (self.cursor or self.blink) and self.position:
            column, row = self.position
            if lines[row][column] == " ":
                lines[row][column] = "_"
        border = f"+{'-' * self.columns}+"
        return "\n".join([border, *(f"|{''.join(line)}|" for line in lines), border])

    def _lines(self) -> list[str]:
        cells = [[self._cell(column, row) for column in range(self.columns)] for row in range(self.rows)]
        return ["".join(" " if at is None or not self.on else ROM[self.ddram[at]] for at in line) for line in cells]

    def _cell(self, column: int, row: int) -> int | None:
        """The DDRAM address shown at a place; None where the driver lines are not in use."""
        column += self.columns * (row // 2)
        if self.two_lines:
            return (column + self.shift) % LINE + 0x40 * (row % 2)
        return None if row % 2 else (column + self.shift) % (2 * LINE)

    # ---- on the wire

    def enable(self, rs: int, rw: int, data: int) -> None:
        """The end of a pulse on E, with the levels of RS, R/W and DB7..DB0 that stood during it."""
        if not self.eight_bits:
            if self._high is None:
                self._high = data & 0xF0
                return
            data = self._high | data >> 4
            self._high = None
        if rw:
            if rs and not self.busy:
                self._advance()
            return
        if self.busy:
            self.lost += 1
        elif rs:
            self._store(data)
        else:
            self._instruct(data)

    def output(self, rs: int) -> int:
        """DB7..DB0 as the controller drives them while E and R/W are high: busy flag and address, or data."""
        if rs:
            value = self.cgram[self._address & 0x3F] if self._in_cgram else self.ddram[self._address]
        else:
            value = self.busy << 7 | self._address
        if self.eight_bits:
            return value
        return value & 0xF0 if self._high is None else value << 4 & 0xF0

    def _spend(self, ns: int) -> None:
        if self._short or ns == LONG_NS:
            self._busy_until = self._now() + ns

    def _store(self, byte: int) -> None:
        if self._in_cgram:
            self.cgram[self._address & 0x3F] = byte
        else:
            self.ddram[self._address] = byte
            if self._shifting:
                self.shift = (self.shift + self._step) % self._ring()
        self._advance()
        self._spend(DATA_NS)

    def _ring(self) -> int:
        return LINE if self.two_lines else 2 * LINE

    def _advance(self) -> None:
        self._address = self._moved(self._step)

    def _moved(self, step: int) -> int:
        """The address one step on, around the ends of the memory."""
        if self._in_cgram:
            return (self._address + step) & 0x3F
        if not self.two_lines:
            return (self._address + step) % (2 * LINE)
        at = self._address & 0x3F
        line = self._address >> 6
        position = (line * LINE + min(at, LINE - 1) + step) % (2 * LINE)
        return position // LINE << 6 | position % LINE

    def _instruct(self, code: int) -> None:
        """Table 6: the highest bit that is set says which instruction it is."""
        self._spend(LONG_NS if 0 < code < 0x04 else SHORT_NS)
        if code & 0x80:
            self._in_cgram = False
            self._address = code & 0x7F
        elif code & 0x40:
            self._in_cgram = True
            self._address = code & 0x3F
        elif code & 0x20:
            self.eight_bits = bool(code & 0x10)
            self.two_lines = bool(code & 0x08)
        elif code & 0x10:
            step = 1 if code & 0x04 else -1
            if code & 0x08:
                self.shift = (self.shift - step) % self._ring()
            else:
                self._address = self._moved(step)
        elif code & 0x08:
            self.on, self.cursor, self.blink = bool(code & 4), bool(code & 2), bool(code & 1)
        elif code & 0x04:
            self._step = 1 if code & 0x02 else -1
            self._shifting = bool(code & 0x01)
        elif code:
            self._home(clear=code == 0x01)

    def _home(self, clear: bool) -> None:
        if clear:
            self.ddram[:] = b" " * len(self.ddram)
            self._step = 1
        self._in_cgram = False
        self._address = 0
        self.shift = 0
