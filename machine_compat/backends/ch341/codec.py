"""Makes the CH341A's 32-byte packets of small commands and reads what they return; does no I/O.

Each packet begins with the name of its stream and returns what its commands read, as one packet, or nothing.

# Ref: the manufacturer documents a library only; packets as in gschorcht's i2c-ch341-usb and spi-ch341-usb (Linux) and
# flashrom's ch341a_spi.c.
"""

from collections.abc import Iterator
from dataclasses import dataclass

PACKET = 32
I2C_STREAM, SPI_STREAM, PIN_STREAM = 0xAA, 0xA8, 0xAB
STOP, END, SPEED = 0x75, 0x00, 0x60
PIN_READ, PIN_DIRECTION, PIN_LEVEL, PIN_END = 0x00, 0x40, 0x80, 0x20
SPEEDS_HZ = (20_000, 100_000, 400_000, 750_000)
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
