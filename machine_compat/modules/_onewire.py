"""`_onewire`: the slots of a 1-Wire bus, timed on a pin that is an open-drain output.

# Ref: MicroPython extmod/modonewire.c (times); Maxim application note 126 (slots), 27 (CRC).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from machine_compat.board import Board
from machine_compat.contract import Line
from machine_compat.errors import BusError, ConfigError
from machine_compat.machine.peripheral import fail, readable, to_int
from machine_compat.machine.pin import Pin

__all__ = ("crc8", "readbit", "readbyte", "reset", "writebit", "writebyte")

# All in µs: low, released until the wire is looked at, and the rest of the slot.
RESET = (480, 70, 410)
READ = (6, 9, 55)
WRITE = (6, 54, 10)
"""Low, what tells a 0 from a 1, and the time between two slots."""

POLYNOMIAL = 0x8C
"""x^8 + x^5 + x^4 + 1, lowest bit first."""


def reset(pin: object, /) -> bool:
    """Reset the devices; whether one answers with its presence pulse."""
    low, until_look, rest = RESET
    with wire(pin) as (line, board):
        refusal = line.one_wire_refusal()
        if refusal:
            raise ConfigError(refusal)
        line.write(0)
        pause(board, low)
        with board.interrupts:
            line.write(1)
            pause(board, until_look)
            present = not line.read()
        pause(board, rest)
    return present


def readbit(pin: object, /) -> int:
    """One bit from a device."""
    low, until_look, rest = READ
    with wire(pin) as (line, board):
        line.write(1)
        with board.interrupts:
            line.write(0)
            pause(board, low)
            line.write(1)
            pause(board, until_look)
            bit = line.read()
        pause(board, rest)
    return bit


def readbyte(pin: object, /) -> int:
    """Eight bits from a device, lowest first."""
    return sum(readbit(pin) << place for place in range(8))


def writebit(pin: object, value: int, /) -> None:
    """One bit to the devices."""
    bit = to_int(value)
    low, telling, rest = WRITE
    with wire(pin) as (line, board), board.interrupts:
        line.write(0)
        pause(board, low)
        if bit:
            line.write(1)
        pause(board, telling)
        line.write(1)
        pause(board, rest)


def writebyte(pin: object, value: int, /) -> None:
    """Eight bits to the devices, lowest first."""
    byte = to_int(value)
    for place in range(8):
        writebit(pin, byte >> place & 1)


def crc8(data: object, /) -> int:
    """The checksum of a buffer; 0 for one that ends with its own."""
    crc = 0
    for byte in readable(data):
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (POLYNOMIAL if crc & 1 else 0)
    return crc


@contextmanager
def wire(pin: object) -> Iterator[tuple[Line, Board]]:
    """The line of a pin and its board; what fails on the way to the wire is the port's OSError."""
    if not isinstance(pin, Pin):
        raise TypeError(f"can't convert {type(pin).__name__} to a pin")
    try:
        yield pin.line, pin._board
    except BusError as error:
        fail(pin._board, "Pin", error)


def pause(board: Board, us: int) -> None:
    """Let a part of a slot pass."""
    clock = board.clock
    deadline = clock.now_ns() + us * 1_000
    # Where time is simulated that is all; where it is real a slot is too short to sleep in.
    clock.spend(us * 1_000)
    while clock.now_ns() < deadline:
        continue
