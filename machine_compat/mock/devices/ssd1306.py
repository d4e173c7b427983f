"""This file simulates Solomon Systech's SSD1306 and the OLED panel soldered to it, on I2C or 4-wire SPI.

Ref: SSD1306 data sheet rev. 1.5 (Aug 2010): 8.1.3 and 8.1.5 interfaces, 8.5 reset, 8.10 charge pump, 9 command table,
     10.1 to 10.3 commands, table 10-1 offset and start line, table 10-3 COM pins.
"""

from dataclasses import dataclass
from typing import ClassVar

from machine_compat.mock.chip import Chip, I2CChip, SPIChip
from machine_compat.mock.devices.ssd1306_ram import GDDRAM, PAGE, PAGES
from machine_compat.mock.options import one_of
from machine_compat.mock.picture import Picture

LINES = 8 * PAGES
ALTERNATE = 0x10
SWAPPED = 0x20

# BITS[n] turns bytes of GDDRAM into the pixels of the line that is their bit n; INVERSE complements bytes.
BITS = tuple(bytes(byte >> bit & 1 for byte in range(256)) for bit in range(8))
INVERSE = bytes(range(255, -1, -1))


@dataclass(frozen=True, slots=True)
class Panel:
    """Glass and its wiring: the first segment it uses, and the COM pins setting that fits it.

    Segment 0 is at the right and COM0 at the bottom: upright with A1 and C8, as the usual drivers send.
    """

    first_segment: int
    com_pins: int


# How many argument bytes a command takes; the rest take none. AD is in no revision; drivers of 72x40 panels send it.
ARGUMENTS = {
    0x20: 1, 0x21: 2, 0x22: 2, 0x23: 1, 0x26: 6, 0x27: 6, 0x29: 5, 0x2A: 5, 0x81: 1, 0x8D: 1, 0xA3: 2, 0xA8: 1,
    0xAD: 1, 0xD3: 1, 0xD5: 1, 0xD6: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1,
}  # fmt: skip


def com_pin(output: int, setting: int) -> int:
    """The COM pin on which the controller puts an output, by the COM pins setting (table 10-3)."""
    pin = output >> 1 | (output & 1) << 5 if setting & ALTERNATE else output
    return pin ^ 32 if setting & SWAPPED else pin


class Controller(Chip):
    """The controller and its panel, whatever the bus.

    Commands that scroll are heard and move nothing. GDDRAM, random on silicon, starts dark, and outlives RES.
    """

    columns: ClassVar[int] = 128
    identity: ClassVar[int] = 0x06
    """The low bits of the status byte, which are reserved; drivers that tell the controllers apart go by them."""
    arguments: ClassVar[dict[int, int]] = ARGUMENTS
    panels: ClassVar[dict[tuple[int, int], Panel]] = {
        (128, 64): Panel(0, ALTERNATE),
        (128, 32): Panel(0, 0),
        (72, 40): Panel(28, ALTERNATE),
        (64, 48): Panel(32, ALTERNATE),
        (64, 32): Panel(32, ALTERNATE),
    }

    def __init__(self) -> None:
        super().__init__()
        self._gddram = GDDRAM(self.columns)
        self.reset()

    def _solder(self, width: int, height: int, external_vcc: int) -> None:
        """Put a panel on, supplied from outside or by the charge pump."""
        sizes = {f"{w}x{h}": panel for (w, h), panel in self.panels.items()}
        self._panel = sizes[one_of(self, "width x height", f"{width}x{height}", sizes)]
        self.width = width
        self.height = height
        self._external_vcc = bool(external_vcc)

    def reset(self) -> None:
        """What RES low, and power-on, do to the registers (8.5)."""
        self.on = False
        """Whether the display is switched on (AF)."""
        self.contrast = 0x7F
        self.inverted = False
        """Whether lit and dark are exchanged (A7)."""
        self.all_on = False
        """Whether every pixel is lit whatever GDDRAM says (A5)."""
        self.scrolling = False
        self.charge_pump = False
        """Whether the panel's supply is made from the controller's own (8D 14)."""
        self._gddram.reset()
        self._start_line = self._offset = 0
        self._multiplex = LINES
        self._upside = False
        self._com_pins = ALTERNATE
        self._opcode = self._wanted = 0
        self._given = bytearray()

    def installed(self) -> None:
        # Modules have a resistor there, so that RES may stay unconnected.
        self.legs["res"].pull(1)
        self.watch("res", lambda level, time: None if level else self.reset())

    @property
    def held(self) -> bool:
        """Whether RES is low: then nothing is heard."""
        return not self.legs["res"].level

    # ---- the face for tests

    @property
    def ram(self) -> bytes:
        """GDDRAM by page and segment: eight pages of 128 bytes (an SH1106's of 132), bit 0 the upper line."""
        return bytes(self._gddram.cells)

    def picture(self) -> Picture:
        """What a person sees who looks at the module the right way up; dark while off or without supply."""
        if not self.on or not (self.charge_pump or self._external_vcc):
            return Picture(self.width, self.height, bytes(self.width * self.height))
        outputs = {com_pin(output, self._com_pins): output for output in range(LINES)}
        rows = []
        for com in reversed(range(self.height)):
            line = self._line(outputs[com_pin(com, self._panel.com_pins)])
            rows.append(bytes(self.width) if line is None else self._segments(line))
        return Picture(self.width, self.height, b"".join(rows))

    def _line(self, output: int) -> int | None:
        """The line of GDDRAM that a COM output shows; None for one that the multiplex ratio leaves out (table 10-1)."""
        row = ((self._multiplex - 1 - output if self._upside else output) + self._offset) % LINES
        return (row + self._start_line) % LINES if row < self._multiplex else None

    def _segments(self, line: int) -> bytes:
        """The pixels of one line from left to right, which is from the last segment to the first."""
        if self.all_on:
            return b"\1" * self.width
        first = (line >> 3) * self.columns + self._panel.first_segment
        row = self._gddram.cells[first : first + self.width][::-1]
        if self.inverted:
            row = row.translate(INVERSE)
        return bytes(row.translate(BITS[line & 7]))

    # ---- what comes in

    def store(self, data: bytes) -> None:
        """Bytes for GDDRAM."""
        self._gddram.store(data)

    def command(self, byte: int) -> None:
        """One byte of the command stream: an opcode, or an argument of the last."""
        if self._wanted:
            self._given.append(byte)
            self._wanted -= 1
        else:
            self._opcode = byte
            self._given.clear()
            self._wanted = self.arguments.get(byte, 0)
        if not self._wanted:
            self.execute(self._opcode, bytes(self._given))

    def execute(self, opcode: int, given: bytes) -> None:
        """A whole command; what the data sheet does not name is ignored."""
        ram = self._gddram
        # The column and page of page mode move the pointer in every mode, and drivers count on it.
        if opcode < 0x10:
            ram.column = min(ram.column & 0xF0 | opcode, self.columns - 1)
        elif opcode < 0x20:
            ram.column = min((opcode & 0x0F) << 4 | ram.column & 0x0F, self.columns - 1)
        elif 0x40 <= opcode < 0x80:
            self._start_line = opcode & 0x3F
        elif 0xB0 <= opcode < 0xB8:
            ram.page = opcode & 7
        elif opcode in (0x20, 0x21, 0x22):
            self._address(opcode, *given)
        elif given:
            self._set(opcode, given[0])
        else:
            self._switch(opcode)

    def _address(self, opcode: int, first: int, last: int = 0) -> None:
        if opcode == 0x20:
            self._gddram.mode = min(first & 3, PAGE)
        elif opcode == 0x21:
            self._gddram.select_columns(first & 0x7F, last & 0x7F)
        else:
            self._gddram.select_pages(first & 7, last & 7)

    def _set(self, opcode: int, value: int) -> None:
        match opcode:
            case 0x81:
                self.contrast = value
            case 0x8D:
                self.charge_pump = bool(value & 4)
            case 0xA8 if value & 0x3F >= 15:
                self._multiplex = (value & 0x3F) + 1
            case 0xD3:
                self._offset = value & 0x3F
            case 0xDA:
                self._com_pins = value

    def _switch(self, opcode: int) -> None:
        flag = bool(opcode & 1)
        match opcode & 0xFE:
            case 0xA0:
                self._gddram.mirrored = flag
            case 0xA4:
                self.all_on = flag
            case 0xA6:
                self.inverted = flag
            case 0xAE:
                self.on = flag
            case 0x2E:
                self.scrolling = flag
            case _ if opcode & 0xF0 == 0xC0:
                self._upside = bool(opcode & 8)


class OnI2C(I2CChip, Controller):
    """The I2C interface (8.1.5): control bytes Co and D/C#, and a status byte to read."""

    option_pins = ("res",)
    default_address = 0x3C

    def __init__(self, address: int | None = None) -> None:
        super().__init__(address)
        one_of(self, "address", f"{self.address:#x}", ("0x3c", "0x3d"))
        self._control: int | None = None

    def start(self, address: int, read: bool) -> bool:
        self._control = None
        return not self.held

    def write(self, byte: int) -> bool:
        return self.write_block(bytes([byte])) == 1

    def write_block(self, data: bytes) -> int:
        place = 0
        while place < len(data):
            if self._control is None:
                self._control = data[place]
                place += 1
                continue
            # Co = 1 announces one byte and another control byte, Co = 0 nothing but bytes.
            single = self._control & 0x80
            run = data[place : place + 1] if single else data[place:]
            self._take(run, bool(self._control & 0x40))
            place += len(run)
            if single:
                self._control = None
        return len(data)

    def _take(self, run: bytes, is_data: bool) -> None:
        if is_data:
            self.store(run)
        else:
            for byte in run:
                self.command(byte)

    def read(self) -> int:
        return self.identity | (0x00 if self.on else 0x40)


class OnSPI(SPIChip, Controller):
    """The 4-wire SPI interface (8.1.3): the dc leg says what a byte is; nothing can be read."""

    pins = ("sck", "mosi", "cs")
    option_pins = ("dc", "res")

    def exchange(self, data: bytes) -> bytes:
        if self.held:
            return b"\xff" * len(data)
        if self.legs["dc"].level:
            self.store(data)
        else:
            for byte in data:
                self.command(byte)
        return b"\xff" * len(data)


class SSD1306(OnI2C):
    """An OLED module on I2C with a panel of 128x64, 128x32, 72x40, 64x48 or 64x32 pixels.

    external_vcc: true when the panel does not depend on the charge pump. ConfigError for another size or address.
    """

    def __init__(
        self, address: int | None = None, *, width: int = 128, height: int = 64, external_vcc: int = 0
    ) -> None:
        super().__init__(address)
        self._solder(width, height, external_vcc)


class SSD1306SPI(OnSPI):
    """The OLED module of ssd1306 on 4-wire SPI."""

    def __init__(self, *, width: int = 128, height: int = 64, external_vcc: int = 0) -> None:
        super().__init__()
        self._solder(width, height, external_vcc)


PARTS = {"ssd1306": SSD1306, "ssd1306_spi": SSD1306SPI}
