"""An I2C controller that a bridge chip has in hardware: moves SCL and SDA bit by bit, and waits for slow targets.

# Ref: NXP UM10204 I2C-bus specification, rev. 7: 3.1.4 START and STOP, 3.1.6 acknowledge, 3.1.9 clock stretching.
"""

from collections.abc import Generator

from machine_compat.mock.nets import Terminal
from machine_compat.mock.usb.sequencer import Program


class LineHeld(Exception):
    """SCL or SDA stays low although nobody here drives it."""


class I2CMaster:
    """Two open-drain pins. patience_ns: how long SCL may be held by a target; 0: it is not even looked at."""

    def __init__(self, scl: Terminal, sda: Terminal, patience_ns: int) -> None:
        self.bit_ns = 10_000
        self._scl = scl
        self._sda = sda
        self._patience_ns = patience_ns

    @property
    def _quarter(self) -> int:
        return max(1, self.bit_ns // 4)

    def let_go(self) -> None:
        """Drive neither line."""
        self._sda.pull_low(False)
        self._scl.pull_low(False)

    def _raise_clock(self) -> Program:
        self._scl.pull_low(False)
        waited = 0
        while self._patience_ns and not self._scl.level:
            if waited >= self._patience_ns:
                raise LineHeld("SCL")
            waited += self._quarter
            yield self._quarter

    def start(self) -> Program:
        """START, or repeated START when SCL is low from a transfer before. Raises LineHeld."""
        self._sda.pull_low(False)
        yield self._quarter
        yield from self._raise_clock()
        yield self._quarter
        waited = 0
        while self._patience_ns and not self._sda.level:
            if waited >= self._patience_ns:
                raise LineHeld("SDA")
            waited += self._quarter
            yield self._quarter
        self._sda.pull_low(True)
        yield self._quarter
        self._scl.pull_low(True)
        yield self._quarter

    def stop(self) -> Program:
        """STOP. Raises LineHeld when SCL does not rise."""
        self._sda.pull_low(True)
        yield self._quarter
        yield from self._raise_clock()
        yield self._quarter
        self._sda.pull_low(False)
        yield 2 * self._quarter

    def _bit(self, level: int) -> Generator[int | None, None, int]:
        self._sda.pull_low(not level)
        yield self._quarter
        yield from self._raise_clock()
        yield 2 * self._quarter
        seen = self._sda.level
        self._scl.pull_low(True)
        yield self._quarter
        return seen

    def write(self, byte: int) -> Generator[int | None, None, bool]:
        """Eight bits out; returns whether they were acknowledged. SDA is let go afterwards."""
        for shift in range(7, -1, -1):
            yield from self._bit(byte >> shift & 1)
        return not (yield from self._bit(1))

    def read(self, ack: bool) -> Generator[int | None, None, int]:
        """Eight bits in, and the acknowledge."""
        byte = 0
        for _ in range(8):
            byte = byte << 1 | (yield from self._bit(1))
        yield from self._bit(int(not ack))
        return byte
