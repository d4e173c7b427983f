"""Makes the CH341A's 32-byte packets of small commands and reads what they return; does no I/O.

Each packet begins with the name of its stream and returns what its commands read, as one packet, or nothing.

# Ref: the manufacturer documents a library only; packets as in gschorcht's i2c-ch341-usb and spi-ch341-usb (Linux) and
# flashrom's ch341a_spi.c; the acknowledge of a single byte as in i2cpy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from machine_compat.contract import Op, Read, Write
from machine_compat.errors import BusError, Fault

PACKET = 32
I2C_STREAM, SPI_STREAM, PIN_STREAM = 0xAA, 0xA8, 0xAB
START, STOP, END = 0x74, 0x75, 0x00
OUT, IN, ACKNOWLEDGED, SPEED = 0x80, 0xC0, 0x01, 0x60
PIN_READ, PIN_DIRECTION, PIN_LEVEL, PIN_END = 0x00, 0x40, 0x80, 0x20
REFUSED = 0x80
SPEEDS_HZ = (20_000, 100_000, 400_000, 750_000)
WRITE_LIMIT = 26
"""Data bytes in a packet: what the Linux driver dares."""
READ_LIMIT = 28
SPI_LIMIT = PACKET - 1
SCK, MOSI, MISO = 3, 5, 7
SPI_HZ = 1_500_000
"""Its one SPI clock, about; none of the sources agree to a digit."""
OUTPUTS = 0x3F

REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Packet:
    """What goes out in one write, and how many bytes come back."""

    data: bytes
    reply: int = 0


def i2c_packet(*commands: int) -> bytes:
    return bytes((I2C_STREAM, *commands, END))


def speed_packet(frequency: int) -> Packet:
    """Set the I2C clock to the fastest that is not above a frequency."""
    return Packet(i2c_packet(SPEED | SPEEDS_HZ.index(speed(frequency))))


def speed(frequency: int) -> int:
    return max(hz for hz in SPEEDS_HZ if hz <= max(frequency, SPEEDS_HZ[0]))


def stop_packet() -> Packet:
    return Packet(i2c_packet(STOP))


class I2CTransfer:
    """A transfer as packets, each sent when `heard` has seen the reply to the one before.

    The acknowledge of an address is looked at before anything follows it. Those of data bytes cannot be seen: the chip
    returns none for bytes in a stream.
    """

    def __init__(self, address: int, ops: Sequence[Op], stop: bool) -> None:
        self.data = bytearray()
        self._address = address
        self._ops = ops
        self._stop = stop

    def packets(self) -> Iterator[tuple[Packet, Op | None]]:
        """The packets in order; with an op where the reply is its data, None where it is an address's acknowledge."""
        before = b""
        for number, op in enumerate(self._ops):
            read = isinstance(op, Read)
            yield Packet(before + i2c_packet(START, OUT, self._address << 1 | read), 1), None
            ending = (STOP,) if self._stop and number == len(self._ops) - 1 else ()
            if isinstance(op, Read):
                yield from self._read(op, ending)
                before = b""
            else:
                before = self._write(op, ending)
        if before:
            yield Packet(before), None

    @staticmethod
    def _write(op: Write, ending: tuple[int, ...]) -> bytes:
        """Data in packets of their own, all but the last filled up: they go out with what follows them."""
        parts = [op.data[at : at + WRITE_LIMIT] for at in range(0, len(op.data), WRITE_LIMIT)]
        commands = [[OUT | len(part), *part] for part in parts] or [[]]
        commands[-1] += ending
        packets = [i2c_packet(*one) for one in commands if one]
        return b"".join(packet.ljust(PACKET, bytes((END,))) for packet in packets)

    @staticmethod
    def _read(op: Read, ending: tuple[int, ...]) -> Iterator[tuple[Packet, Op]]:
        left = op.count
        if not left and ending:
            yield Packet(i2c_packet(*ending)), op
        while left:
            count = min(left, READ_LIMIT)
            left -= count
            commands = [IN | ACKNOWLEDGED] * count
            if not left:
                commands[-1:] = [IN, *ending]
            yield Packet(i2c_packet(*commands), count), op

    def heard(self, reply: bytes, op: Op | None) -> None:
        """Take a reply. Raises BusError when nobody acknowledged the address: STOP has to be sent then."""
        if op is not None:
            self.data += reply
        elif reply and reply[0] & REFUSED:
            raise BusError(Fault.NACK_ADDRESS)


# ---- SPI: a byte goes out from its lowest bit on


def spi_packets(out: bytes, lsb_first: bool) -> Iterator[Packet]:
    wire = out if lsb_first else out.translate(REVERSED)
    for start in range(0, len(wire), SPI_LIMIT):
        part = wire[start : start + SPI_LIMIT]
        yield Packet(bytes((SPI_STREAM,)) + part, len(part))


def spi_reply(wire: bytes, lsb_first: bool) -> bytes:
    return wire if lsb_first else wire.translate(REVERSED)


# ---- pins


def set_pins(levels: int, direction: int) -> Packet:
    """Levels first, so that a pin that becomes an output does not glitch; 1 in `direction` is an output."""
    return Packet(bytes((PIN_STREAM, PIN_LEVEL | levels & OUTPUTS, PIN_DIRECTION | direction & OUTPUTS, PIN_END)))


def get_pins() -> Packet:
    return Packet(bytes((PIN_STREAM, PIN_READ, PIN_END)), 1)
