"""Simulates the TM1637, a driver of 7-segment digits and a keypad on two wires of its own kind, and its 4 digits."""

# Ref: Titan Micro Electronics TM1637 V2.4, "Interface interpretation", "Data command", "Display register address".

from machine_compat.mock.chip import Chip
from machine_compat.mock.options import within

GRIDS = 6
DIGITS = 4
NO_KEY = 0xFF
POINT = 0x80
"""The eighth segment: the colon of a clock module behind its second digit, a decimal point elsewhere."""

GLYPHS = {
    0x00: " ", 0x3F: "0", 0x06: "1", 0x5B: "2", 0x4F: "3", 0x66: "4", 0x6D: "5", 0x7D: "6", 0x07: "7", 0x7F: "8",
    0x6F: "9", 0x77: "A", 0x7C: "b", 0x39: "C", 0x58: "c", 0x5E: "d", 0x79: "E", 0x71: "F", 0x3D: "G", 0x76: "H",
    0x74: "h", 0x30: "I", 0x10: "i", 0x1E: "J", 0x38: "L", 0x37: "N", 0x54: "n", 0x5C: "o", 0x73: "P", 0x67: "q",
    0x50: "r", 0x78: "t", 0x3E: "U", 0x1C: "u", 0x6E: "y", 0x40: "-", 0x08: "_", 0x48: "=", 0x63: "°",
}  # fmt: skip
"""What a reader takes segments for: bit 0 is the top one, then clockwise, bit 6 the middle."""
UNREADABLE = "?"


class TM1637(Chip):
    """Display of four digits. It brings the module's pull-ups on both wires.

    colon: 1 when bit 7 of the second digit is a colon, 0 when it is a decimal point like the others.
    """

    pins = ("clk", "dio")

    def __init__(self, colon: int = 1) -> None:
        super().__init__()
        self._colon = bool(colon)
        self.registers = bytearray(GRIDS)
        """The segments of each digit, GRID1 first."""
        self.on = False
        self.brightness = 0
        """0..7, from 1/16 to 14/16 of full light."""
        self._key = NO_KEY
        self._fixed = False
        self._address: int | None = None
        self._active = self._acking = self._answering = False
        self._byte = 0
        self._count = 0

    @property
    def text(self) -> str:
        """What can be read on the display, such as "12:30" or "-5.0 "; blank while it is off."""
        if not self.on:
            return " " * DIGITS
        marks = [":" if self._colon and digit == 1 else "." for digit in range(DIGITS)]
        return "".join(
            GLYPHS.get(segments & ~POINT, UNREADABLE) + (mark if segments & POINT else "")
            for segments, mark in zip(self.registers, marks, strict=False)
        )

    @property
    def key(self) -> int:
        """The key scan byte of the key held down, bits S0, S1, S2, K1, K2 upwards; 0xFF for none."""
        return self._key

    @key.setter
    def key(self, code: int) -> None:
        self._key = int(within(self, "key", code, 0, 0xFF))

    # ---- the two wires

    def installed(self) -> None:
        for leg in self.pins:
            self.legs[leg].pull(1)
        self.watch("clk", self._clock)
        self.watch("dio", self._data)

    def _data(self, level: int, time: int) -> None:
        if self._acking or self._answering or not self.legs["clk"].level:
            return
        # START and STOP: the data line moves while the clock is high.
        self._active = not level
        self._address = None
        self._begin_byte()

    def _begin_byte(self) -> None:
        self._byte = self._count = 0

    def _clock(self, level: int, time: int) -> None:
        if not self._active:
            return
        if level:
            if self._count < 8:
                self._byte |= self.legs["dio"].level << self._count
                self._count += 1
        elif self._acking:
            self._after_ninth()
        elif self._count == 8:
            self._acking = True
            self.legs["dio"].pull_low(True)
        elif self._answering:
            self._answer_bit()

    def _after_ninth(self) -> None:
        byte, answered = self._byte, self._answering
        self._acking = self._answering = False
        self.legs["dio"].pull_low(False)
        self._begin_byte()
        if not answered:
            self._take(byte)

    def _answer_bit(self) -> None:
        self.legs["dio"].pull_low(not self._key >> self._count & 1)

    # ---- commands

    def _take(self, byte: int) -> None:
        if self._address is not None:
            self._store(byte)
        elif byte >> 6 == 0b01:
            self._fixed = bool(byte & 0x04)
            self._answering = byte & 0x03 == 0x02
            if self._answering:
                self._answer_bit()
        elif byte >> 6 == 0b10:
            self.on = bool(byte & 0x08)
            self.brightness = byte & 0x07
        elif byte >> 6 == 0b11:
            self._address = byte & 0x0F

    def _store(self, segments: int) -> None:
        address = self._address
        assert address is not None, "a data byte follows an address"
        if address < GRIDS:
            self.registers[address] = segments
        if not self._fixed:
            self._address = address + 1


PARTS = {"tm1637": TM1637}
