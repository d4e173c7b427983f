"""This file simulates Maxim's MAX7219 LED driver, alone or in a chain, with digits or 8x8 matrices.

Ref: MAX7219/MAX7221 data sheet 19-4452 rev. 4: serial-addressing modes, table 2 register map, table 5 code B font,
     tables 3, 7, 8 and 10, cascading.
"""

from machine_compat.mock.chip import SPIChip
from machine_compat.mock.options import within
from machine_compat.mock.picture import Picture

DIGIT0, DIGIT7, DECODE, INTENSITY, SCAN_LIMIT, SHUTDOWN, TEST = 0x1, 0x8, 0x9, 0xA, 0xB, 0xC, 0xF
POINT = 0x80

# Segments of code B's 16 characters, bits 6..0 being A..G.
CODE_B = bytes.fromhex("7E306D79335B5F707F7B014F370E6700")
CODE_B_TEXT = "0123456789-EHLP "

# What further patterns look like to a reader; where two letters share one with a digit, the digit is read.
LETTERS = {
    0x77: "A", 0x1F: "b", 0x4E: "C", 0x0D: "c", 0x3D: "d", 0x47: "F", 0x5E: "G", 0x17: "h", 0x10: "i", 0x38: "J",
    0x06: "l", 0x15: "n", 0x1D: "o", 0x73: "q", 0x05: "r", 0x0F: "t", 0x3E: "U", 0x1C: "u", 0x3B: "y", 0x08: "_",
    0x09: "=", 0x63: "°",
}  # fmt: skip
READING = {**LETTERS, **dict(zip(CODE_B, CODE_B_TEXT, strict=True))}


class Driver:
    """One chip of the chain: its registers, and what its LEDs show."""

    def __init__(self) -> None:
        self.registers = bytearray(16)
        """By address, as last written; all 0 at power-on: shut down, one digit scanned, no decoding."""

    def load(self, address: int, value: int) -> None:
        self.registers[address] = value

    @property
    def on(self) -> bool:
        """Whether it is out of shutdown, or in display test, which overrides shutdown."""
        return bool((self.registers[SHUTDOWN] | self.registers[TEST]) & 1)

    @property
    def intensity(self) -> int:
        """0 (1/32 duty) .. 15 (31/32)."""
        return self.registers[INTENSITY] & 0x0F

    @property
    def segments(self) -> bytes:
        """What is lit, digit 0 to 7: bit 7 the decimal point, bits 6..0 segments A..G. 0 where nothing is."""
        if self.registers[TEST] & 1:
            return b"\xff" * 8
        if not self.on:
            return bytes(8)
        scanned = (self.registers[SCAN_LIMIT] & 7) + 1
        decoded = self.registers[DECODE]
        lit = bytearray(8)
        for digit in range(scanned):
            value = self.registers[DIGIT0 + digit]
            lit[digit] = value & POINT | CODE_B[value & 0x0F] if decoded >> digit & 1 else value
        return bytes(lit)

    @property
    def digits(self) -> str:
        """What a person reads, digit 7 at the left; a lit point follows its digit, ``?`` is no known character."""
        return "".join(
            READING.get(segments & ~POINT, "?") + ("." if segments & POINT else "")
            for segments in reversed(self.segments)
        )


class MAX7219(SPIChip):
    """A chain of `count` drivers behind one CS. ConfigError when the count is not 1..64.

    The chain is a shift register of 16 bits a driver that moves with every clock, selected or not; its rising CS loads
    each driver with the word that stands in it. miso, which modules leave unconnected, is DOUT of the last.
    """

    pins = ("sck", "mosi", "cs")
    option_pins = ("miso",)

    # Data is taken at the rising clock and need not be held after it, so that mode 2 works too.
    modes = (0, 2, 3)

    def __init__(self, count: int = 1) -> None:
        super().__init__()
        within(self, "count", count, 1, 64, unit="drivers")
        self.drivers = tuple(Driver() for _ in range(count))
        """From the one whose DIN is the controller's to the last; that one shows at the left."""
        self._shift = bytes(2 * count)

    # ---- the face for tests

    @property
    def digits(self) -> str:
        """What a person reads on seven-segment digits, the last driver at the left."""
        return "".join(driver.digits for driver in reversed(self.drivers))

    @property
    def rows(self) -> tuple[bytes, ...]:
        """The eight rows (digits 0 to 7) of lit LEDs, top first: a byte a driver, the last driver first."""
        lit = [driver.segments for driver in reversed(self.drivers)]
        return tuple(bytes(segments[row] for segments in lit) for row in range(8))

    @property
    def intensity(self) -> int:
        """The intensity, 0..15, of the brightest driver."""
        return max(driver.intensity for driver in self.drivers)

    @property
    def on(self) -> bool:
        """Whether any driver is out of shutdown."""
        return any(driver.on for driver in self.drivers)

    def picture(self) -> Picture:
        """The matrices side by side, as on the usual modules: digit 0 the top row, bit 7 the left column."""
        pixels = bytes(byte >> bit & 1 for row in self.rows for byte in row for bit in range(7, -1, -1))
        return Picture(8 * len(self.drivers), 8, pixels)

    # ---- wires

    def exchange(self, data: bytes) -> bytes:
        stream = self._shift + data
        self._shift = stream[len(data) :]
        return stream[: len(data)]

    def preview(self) -> int:
        return self._shift[0]

    def idle_clocks(self, data: bytes) -> None:
        self.exchange(data)

    def deselect(self) -> None:
        # The last word sent stands in the first driver.
        for place, driver in enumerate(reversed(self.drivers)):
            driver.load(self._shift[2 * place] & 0x0F, self._shift[2 * place + 1])


PARTS = {"max7219": MAX7219}
