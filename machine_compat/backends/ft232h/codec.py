"""Turns pin and SPI operations into MPSSE command bytes and packs them into batches; does no I/O.

# Ref: FTDI AN_108 rev. 1.5 (MPSSE commands), AN_135 rev. 1.1 (set-up, bad command check), AN_114 rev. 1.1 (SPI).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from machine_compat.contract import SPIConfig
from machine_compat.errors import ConfigError, Unsupported

SET_LOW, GET_LOW = 0x80, 0x81
SET_HIGH, GET_HIGH = 0x82, 0x83
LOOPBACK_OFF = 0x85
SET_DIVISOR = 0x86
SEND_IMMEDIATE = 0x87
FAST_CLOCK, SLOW_CLOCK = 0x8A, 0x8B
THREE_PHASE, TWO_PHASE = 0x8C, 0x8D
ADAPTIVE, NOT_ADAPTIVE = 0x96, 0x97
DRIVE_ZERO = 0x9E
NO_COMMAND, BAD_COMMAND = 0xAA, 0xFA

# Shift commands are made of these bits (AN_108, 3.2).
OUT_FALLING, BIT_MODE, IN_FALLING, LSB_FIRST, SHIFT_OUT, SHIFT_IN = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

CLOCK, OUT, IN = 0x01, 0x02, 0x04
"""ADBUS0 to ADBUS2: TCK, TDI, TDO in AN_108; SCK, MOSI, MISO; SCL and, joined outside the chip, SDA."""
SERIAL_PINS = CLOCK | OUT | IN

BASE_HZ = 30_000_000
SLOW_HZ = 6_000_000
LONGEST = 65_536
"""Bytes one shift command can move."""
PIECE = 504
"""Bytes of a shift that is cut into pieces, so that batches can be closed between them."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip of the family. channels: how many have an MPSSE. fifo: bytes of each of a channel's two buffers.

    high_byte: whether there is an ACBUS. drive_zero: whether pins can be set to drive low only (AN_108, 7.1).
    """

    name: str
    channels: int
    fifo: int
    high_byte: bool
    drive_zero: bool = False


FTDI = 0x0403
CHIPS = {
    (FTDI, 0x6014): Chip("FT232H", 1, 1024, True, True),
    (FTDI, 0x6010): Chip("FT2232H", 2, 4096, True),
    (FTDI, 0x6011): Chip("FT4232H", 2, 2048, False),
    (FTDI, 0x6048): Chip("FT4232HA", 2, 2048, False),
}
"""By vendor and product. # Ref: DS_FT232H, DS_FT2232H, DS_FT4232H (block diagrams: buffer sizes)."""


@dataclass(frozen=True, slots=True)
class Step:
    """Commands that stay together, and how many bytes of reply they cause."""

    commands: bytes
    reply: int = 0


def batches(steps: Iterable[Step], fifo: int) -> Iterator[Step]:
    """Put steps together into as few writes as are safe, each closed so that its reply comes at once.

    The chip stops at a full reply buffer, and the host cannot read before its write is through: what is left of a
    batch at that point has to fit into the command buffer.
    """
    commands = bytearray()
    reply = left = 0
    for step in steps:
        waiting = len(step.commands) if reply + step.reply > fifo else 0
        if commands and left + waiting >= fifo:
            yield closed(commands, reply)
            commands.clear()
            reply = left = waiting = 0
        commands += step.commands
        reply += step.reply
        left += waiting
    if commands:
        yield closed(commands, reply)


def closed(commands: bytes | bytearray, reply: int) -> Step:
    return Step(bytes(commands) + bytes((SEND_IMMEDIATE,)) * bool(reply), reply)


# ---- set-up


def bad_command_check() -> Step:
    """A command no chip knows, which a chip in step answers by naming it."""
    return Step(bytes((NO_COMMAND, SEND_IMMEDIATE)), 2)


def in_step(reply: bytes) -> bool:
    return reply[-2:] == bytes((BAD_COMMAND, NO_COMMAND))


def divided(base_hz: int, wanted_hz: int) -> int:
    """The divisor that comes nearest to a frequency from below."""
    return max(0, -(-base_hz // wanted_hz) - 1)


def clock_setup(divisor: int, *, slow: bool = False, three_phase: bool = False, adaptive: bool = False) -> bytes:
    return bytes(
        (
            SLOW_CLOCK if slow else FAST_CLOCK,
            ADAPTIVE if adaptive else NOT_ADAPTIVE,
            THREE_PHASE if three_phase else TWO_PHASE,
            SET_DIVISOR,
            divisor & 0xFF,
            divisor >> 8,
            LOOPBACK_OFF,
        )
    )


def drive_zero(pins: int) -> bytes:
    """Let these pins, ADBUS in the low byte, ACBUS in the high one, drive low only."""
    return bytes((DRIVE_ZERO, pins & 0xFF, pins >> 8))


# ---- pins


def set_low(value: int, direction: int) -> bytes:
    """ADBUS0 to 7: levels, and which are outputs."""
    return bytes((SET_LOW, value & 0xFF, direction & 0xFF))


def set_high(value: int, direction: int) -> bytes:
    """ACBUS0 to 7."""
    return bytes((SET_HIGH, value & 0xFF, direction & 0xFF))


def get_pins(high_byte: bool) -> Step:
    """Read all pins; the reply is a little-endian number with ADBUS0 in bit 0."""
    return Step(bytes((GET_LOW, GET_HIGH)), 2) if high_byte else Step(bytes((GET_LOW,)), 1)


# ---- SPI


@dataclass(frozen=True, slots=True)
class SPIWire:
    """SPI as MPSSE can do it. frequency: what the divider gives, in Hz."""

    frequency: int
    setup: bytes
    polarity: int
    lsb_first: bool

    @classmethod
    def of(cls, config: SPIConfig) -> "SPIWire":
        """Raises Unsupported for modes 1 and 3 and for words that are no bytes, ConfigError for a frequency too low."""
        if config.phase:
            raise Unsupported(
                f"SPI mode {config.polarity << 1 | 1} (phase=1): MPSSE takes data on the first clock edge only "
                "(FTDI AN_114); use the chip's mode 0 or 2 if it has one, or SoftSPI"
            )
        if config.bits != 8:
            raise Unsupported(f"SPI words of {config.bits} bits: this bridge sends bytes")
        slow = divided(BASE_HZ, config.baudrate) > 0xFFFF
        base = SLOW_HZ if slow else BASE_HZ
        divisor = divided(base, config.baudrate)
        if divisor > 0xFFFF:
            raise ConfigError(f"SPI at {config.baudrate} Hz: the least is {SLOW_HZ // 0x10000 + 1} Hz")
        return cls(base // (divisor + 1), clock_setup(divisor, slow=slow), config.polarity, config.lsb_first)

    def idle(self) -> int:
        """Levels of the serial pins between transfers."""
        return CLOCK if self.polarity else 0

    def command(self, direction: int) -> int:
        """The shift command for SHIFT_OUT, SHIFT_IN or both: data changes on the edge back to idle."""
        edges = 0
        if direction & SHIFT_OUT and not self.polarity:
            edges |= OUT_FALLING
        if direction & SHIFT_IN and self.polarity:
            edges |= IN_FALLING
        return direction | edges | (LSB_FIRST if self.lsb_first else 0)

    def transfer(self, out: bytes, want_reply: bool, levels: int, direction: int) -> Iterator[Step]:
        """The steps that clock `out` out, and bring as many bytes back if a reply is wanted.

        levels, direction: of the other five pins of ADBUS.
        """
        if not want_reply:
            yield from shifted(self.command(SHIFT_OUT), out, LONGEST, 0)
        elif out[:1] in (b"\x00", b"\xff") and out.count(out[0]) == len(out):
            # MOSI stays put, so that nothing needs to be sent but how many bytes to read.
            still = levels | self.idle() | (OUT if out[0] else 0)
            yield Step(set_low(still, direction | CLOCK | OUT))
            command = self.command(SHIFT_IN)
            for start in range(0, len(out), LONGEST):
                count = min(LONGEST, len(out) - start)
                yield Step(bytes((command, *length(count))), count)
        else:
            yield from shifted(self.command(SHIFT_OUT | SHIFT_IN), out, PIECE, 1)


def length(count: int) -> bytes:
    """A shift command's length field."""
    return (count - 1).to_bytes(2, "little")


def shifted(command: int, data: bytes, piece: int, reply: int) -> Iterator[Step]:
    """Data in pieces of a shift command each; reply: bytes that come back for each that goes out."""
    for start in range(0, len(data), piece):
        part = data[start : start + piece]
        yield Step(bytes((command, *length(len(part)))) + part, len(part) * reply)
