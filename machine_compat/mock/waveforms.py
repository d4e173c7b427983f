"""Draws whole bus transactions as the edges they would have been on the wires, for traces.

# Ref: NXP UM10204 rev. 7, 3.1 (I2C conditions and bit order); SPI modes as in Motorola SPI Block Guide V03.06, 4.4.
"""

from collections.abc import Sequence

from machine_compat.contract import Op, Read, SPIConfig

Changes = list[tuple[int, int]]
"""(time in ns, level) of one wire, in order."""


class I2CDrawing:
    """SCL and SDA of one transfer, each bit `bit_ns` long, both high before it, or SCL low where the bus was held."""

    def __init__(self, start: int, bit_ns: int) -> None:
        self._time = start
        self._quarter = max(1, bit_ns // 4)
        self.scl: Changes = []
        self.sda: Changes = []

    def transfer(self, address: int, ops: Sequence[Op], acked: int, reply: bytes, held: bool, stop: bool) -> None:
        """Draw what went over the wire.

        acked: bytes of the last drawn Write that were acknowledged; -1: its address was not.
        """
        for index, op in enumerate(ops):
            last = index == len(ops) - 1
            self._start(repeated=held or index > 0)
            refused = last and acked < 0
            self._byte(address << 1 | isinstance(op, Read), nack=refused)
            if refused:
                break
            if isinstance(op, Read):
                for place, byte in enumerate(reply[: op.count]):
                    self._byte(byte, nack=place == op.count - 1)
                reply = reply[op.count :]
            else:
                sent = op.data[: acked + 1] if last and acked < len(op.data) else op.data
                for place, byte in enumerate(sent):
                    self._byte(byte, nack=last and place >= acked)
        if stop:
            self._stop()

    def _to(self, changes: Changes, level: int, quarters: int) -> None:
        changes.append((self._time, level))
        self._time += quarters * self._quarter

    def _start(self, repeated: bool) -> None:
        if repeated:
            self._to(self.sda, 1, 1)
            self._to(self.scl, 1, 1)
        else:
            # SDA falls visibly later than whatever raised it: a STOP, or the pull-ups as they came.
            self._time += 2 * self._quarter
        self._to(self.sda, 0, 1)
        self._to(self.scl, 0, 1)

    def _stop(self) -> None:
        self._to(self.sda, 0, 1)
        self._to(self.scl, 1, 1)
        self._to(self.sda, 1, 1)

    def _byte(self, byte: int, nack: bool) -> None:
        for bit in (*(byte >> shift & 1 for shift in range(7, -1, -1)), int(nack)):
            self._to(self.sda, bit, 1)
            self._to(self.scl, 1, 2)
            self._to(self.scl, 0, 1)


def draw_i2c(
    start: int, bit_ns: int, address: int, ops: Sequence[Op], acked: int, reply: bytes, held: bool, stop: bool
) -> tuple[Changes, Changes]:
    """SCL and SDA of a transfer that began at `start`. held: the one before ended without STOP."""
    drawing = I2CDrawing(start, bit_ns)
    drawing.transfer(address, ops, acked, reply, held, stop)
    return drawing.scl, drawing.sda


def draw_spi(start: int, config: SPIConfig, out: bytes, reply: bytes) -> tuple[Changes, Changes, Changes]:
    """SCK, MOSI and MISO of a transfer that began at `start`."""
    half = max(1, 500_000_000 // config.baudrate)
    idle, active = config.polarity, 1 - config.polarity
    # Phase 0 samples on the first edge, so data stands half a bit before it; phase 1 changes data with it.
    first = half // 2 if config.phase else half
    change = first if config.phase else 0
    sck: Changes = [(start, idle)]
    mosi: Changes = []
    miso: Changes = []
    time = start
    for byte, answer in zip(out, reply or bytes(len(out)), strict=True):
        for shift in range(8) if config.lsb_first else range(7, -1, -1):
            mosi.append((time + change, byte >> shift & 1))
            if reply:
                miso.append((time + change, answer >> shift & 1))
            sck.append((time + first, active))
            sck.append((time + first + half, idle))
            time += 2 * half
    return sck, mosi, miso
