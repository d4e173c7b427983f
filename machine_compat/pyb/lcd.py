"""`pyb.LCD`: the LCD32MKv1.0 skin, 128 x 32 pixels on a SPI bus, plugged onto the pyboard at X or at Y.

# Ref: MicroPython ports/stm32/lcd.c; Sitronix ST7565R data sheet V1.5, table 16 (commands)
"""

from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.modules.framebuf import MONO_VLSB, FrameBuffer
from machine_compat.pyb.buffers import to_send
from machine_compat.pyb.clocks import spi_hz
from machine_compat.pyb.spi import SPI

WIDTH, HEIGHT, PAGES = 128, 32, 4
COLUMNS, ROWS = WIDTH // 8, HEIGHT // 8
BUS_HZ = 16_000_000
MS = 1_000_000
INSTRUCTION, DATA = 0, 1
COLUMN_LOW, COLUMN_HIGH, VOLUME, PAGE = 0x00, 0x10, 0x81, 0xB0
CONTRAST_MOST = 0x2F
START = bytes((0xA0, 0xC0, 0xA2, 0x2F, 0x21, VOLUME, 0x28, 0x40, 0xAF))
"""Columns and rows as they are, bias 1/9, booster on, contrast 0x28 of a small resistor ratio, line 0, display on."""
BOX = 127
"""What stands for a character that the font lacks."""


class LCD(Peripheral):
    """LCD(skin_position)

    skin_position: "X" or "Y". Drawing is into a hidden buffer until show(); write() goes to the screen at once. A
    screen that is not there is not noticed. Raises ValueError "LCD(...) doesn't exist".
    """

    def __init__(self, skin_position: str, /) -> None:
        if not isinstance(skin_position, str):
            raise TypeError(f"can't convert '{type(skin_position).__name__}' object to str implicitly")
        place = skin_position.upper()
        if place not in ("X", "Y"):
            raise ValueError(f"LCD({skin_position}) doesn't exist")
        board = self._board
        prescaler = max(1, spi_hz(board, 1 if place == "X" else 2) // BUS_HZ)
        self._spi = made_for(board, SPI, "pyb")(place, SPI.CONTROLLER, prescaler=prescaler, polarity=1, phase=1)
        kind = made_for(board, Pin)
        self._select, self._reset, self._register, self._backlight = (
            kind(f"{place}{number}", kind.OUT, value=level) for number, level in ((3, 1), (4, 1), (5, 1), (12, 0))
        )
        self._visible, self._hidden = bytearray(WIDTH * PAGES), bytearray(WIDTH * PAGES)
        self._drawing = FrameBuffer(self._hidden, WIDTH, HEIGHT, MONO_VLSB)
        self._characters = bytearray(b" " * COLUMNS * ROWS)
        self._line = self._column = 0
        self._line_is_full = False
        self._start()

    def _start(self) -> None:
        for level in (1, 0, 1):
            self._reset.value(level)
            self._board.sleep_ns(MS)
        self._send(INSTRUCTION, START)
        for page in range(PAGES):
            self._go_to(page, 0)
            self._send(DATA, bytes(WIDTH))

    def _send(self, register: int, data: bytes | bytearray) -> None:
        """Send bytes, each with its own chip select."""
        self._register.value(register)
        for byte in data:
            self._select.value(0)
            self._spi.send(byte)
            self._select.value(1)

    def _go_to(self, page: int, column: int) -> None:
        self._send(INSTRUCTION, bytes((PAGE | page, COLUMN_HIGH | column >> 4, COLUMN_LOW | column & 0x0F)))

    # ---- the display

    def command(self, instr_data: int, buf: object, /) -> None:
        """Send an int or a buffer to the display: instructions with 0, data otherwise."""
        self._send(INSTRUCTION if to_int(instr_data) == INSTRUCTION else DATA, to_send(buf))

    def contrast(self, value: int, /) -> None:
        """Set the contrast, 0..47; beyond, it is the nearest."""
        self._send(INSTRUCTION, bytes((VOLUME, max(0, min(CONTRAST_MOST, to_int(value))))))

    def light(self, value: object, /) -> None:
        """Switch the backlight."""
        self._backlight.value(bool(value))

    # ---- pixels

    def fill(self, colour: int, /) -> None:
        """Make the hidden buffer all 0 or all 1; what `get` reads, too, though the screen does not show it yet."""
        pattern = 0xFF if to_int(colour) else 0
        self._hidden[:] = self._visible[:] = bytes((pattern,)) * len(self._hidden)

    def get(self, x: int, y: int, /) -> int:
        """A pixel as shown last, 0 or 1; 0 beyond the edges."""
        column, row = to_int(x), to_int(y)
        if not (0 <= column < WIDTH and 0 <= row < HEIGHT):
            return 0
        return self._visible[column + WIDTH * (row >> 3)] >> (row & 7) & 1

    def pixel(self, x: int, y: int, colour: int, /) -> None:
        """Set a pixel of the hidden buffer to 0 or 1; nothing beyond the edges."""
        self._drawing.pixel(to_int(x), to_int(y), int(bool(to_int(colour))))

    def text(self, str: str, x: int, y: int, colour: int, /) -> None:
        """Draw a text of 8 x 8 characters into the hidden buffer; their background stays as it is."""
        self._drawing.text(str, to_int(x), to_int(y), int(bool(to_int(colour))))

    def show(self) -> None:
        """Put the hidden buffer on the screen."""
        self._visible[:] = self._hidden
        for page in range(PAGES):
            self._go_to(page, 0)
            # The glass is mounted with its first column at the right.
            self._send(DATA, self._visible[WIDTH * page : WIDTH * (page + 1)][::-1])

    # ---- a terminal of 16 x 4 characters

    def write(self, str: str, /) -> None:
        """Write at the cursor, and on the screen at once: lines wrap and scroll; newline, return and backspace work."""
        first = end = self._cursor
        for character in str.encode():
            if self._line_is_full and self._new_line():
                first, end = 0, len(self._characters)
            if character == ord("\n"):
                self._line_is_full = True
            elif character == ord("\r"):
                self._column = 0
            elif character == ord("\b"):
                first = 0 if self._column else first
                self._column = max(0, self._column - 1)
            else:
                if self._column == COLUMNS and self._new_line():
                    first, end = 0, len(self._characters)
                self._characters[self._cursor] = character
                self._column += 1
                end = max(end, self._cursor)
        for place in range(first, end):
            self._show_character(place)

    @property
    def _cursor(self) -> int:
        return self._line * COLUMNS + self._column

    def _new_line(self) -> bool:
        """Go to the next line; whether all had to move up for that."""
        self._line_is_full = False
        self._column = 0
        if self._line + 1 < ROWS:
            self._line += 1
            return False
        self._characters[:] = self._characters[COLUMNS:] + b" " * COLUMNS
        return True

    def _show_character(self, place: int) -> None:
        line, column = divmod(place, COLUMNS)
        self._go_to(line, 8 * (COLUMNS - 1 - column))
        shown, drawing = self._characters[place], bytearray(8)
        FrameBuffer(drawing, 8, 8, MONO_VLSB).text(chr(shown) if 32 <= shown < BOX else chr(BOX), 0, 0)
        self._send(DATA, drawing[::-1])

    def __repr__(self) -> str:
        return "<LCD>"
