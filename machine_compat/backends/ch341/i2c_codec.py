"""Turns I2C transfers into the CH341A's packets, and what comes back into data or a fault; does no I/O.

The chip tells whether a byte was acknowledged only of bytes that are sent one by one; bytes in a stream go unseen. So
addresses and short messages go byte by byte, and of a long message the last of each few hundred bytes does: a target
that refused one does not listen any more. What fits into one packet is one USB transfer out and one back. The chip
cannot branch: bytes behind one that was refused are still clocked, to nobody.

On a bus with SDA held low everybody seems to answer, and to send zeros. It shows in an answer from an address that
nobody may have.

# Ref: gschorcht's i2c-ch341-usb (Linux); the acknowledge of a single byte as in i2cpy; NXP UM10204 rev. 7, 3.1.12.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from machine_compat.backends.ch341.codec import END, PACKET, STOP, Packet, i2c_packet
from machine_compat.contract import Op, Read
from machine_compat.errors import BusError, Fault

START, OUT, IN, ACKNOWLEDGED = 0x74, 0x80, 0xC0, 0x01
REFUSED = 0x80
ROOM = PACKET - 2
"""Bytes of commands in a packet."""
CHECKED = 11
"""Up to how many bytes of a message are sent one by one: those and the addresses around them fill a packet."""
STREAM = 26
"""Bytes in one command of a stream: what the Linux driver dares."""
GROUP = 15 * STREAM + 1
"""Bytes of a long message after which its target is known to listen still."""
RESERVED = 0x7F
PROBES = ROOM // 4
"""How many addresses one packet asks for."""


class Told(Enum):
    """What a byte that comes back says."""

    ADDRESS = "whether an address was acknowledged"
    BYTE = "whether a data byte was"
    GROUP = "whether a target still listened at the end of a group of a long message"
    DATA = "a byte that was read"
    NOBODY = "whether the reserved address was acknowledged"


@dataclass(frozen=True, slots=True)
class Part:
    """Commands that stay in one packet, and what the byte that they return says; acked: data bytes before it."""

    commands: tuple[int, ...]
    told: Told | None = None
    acked: int = 0


class Unheard(BusError):
    """Somewhere in a long message the target stopped to listen, or it never did."""

    def __init__(self, acked: int) -> None:
        super().__init__(Fault.NACK_DATA, acked)


@dataclass(frozen=True, slots=True)
class Batch:
    """Packets for one write, of which only the last returns something, and what that says."""

    packet: Packet
    told: tuple[Part, ...]


class I2CTransfer:
    """A transfer as batches, each sent when `heard` has seen the reply to the one before."""

    def __init__(self, address: int, ops: Sequence[Op], stop: bool) -> None:
        self.data = bytearray()
        parts = [part for op in ops for part in message(address, op)]
        self._asks = False
        if stop:
            parts.append(Part((STOP,)))
            probing = probe(RESERVED, Told.NOBODY)
            reading = any(isinstance(op, Read) for op in ops)
            self._asks = not reading or size(parts) + size(probing) <= ROOM
            parts += probing if self._asks else []
        self.batches = list(batched(parts))

    @property
    def doubtful(self) -> bool:
        """Whether a bus with SDA held low would have answered the same."""
        return bool(self.data) and not any(self.data) and not self._asks

    def heard(self, reply: bytes, batch: Batch) -> None:
        """Take a reply; raises BusError when somebody did not acknowledge."""
        for octet, part in zip(reply, batch.told, strict=True):
            refused = bool(octet & REFUSED)
            if part.told is Told.DATA:
                self.data.append(octet)
            elif part.told is Told.NOBODY:
                if not refused:
                    raise stuck()
            elif refused:
                raise {
                    Told.ADDRESS: BusError(Fault.NACK_ADDRESS),
                    Told.GROUP: Unheard(part.acked),
                }.get(part.told or Told.BYTE, BusError(Fault.NACK_DATA, part.acked))


def stuck() -> BusError:
    return BusError(
        Fault.TIMEOUT, message="SDA is held low: every address answers; power the targets off and on to free it"
    )


def message(address: int, op: Op) -> Iterator[Part]:
    """One message, from its START."""
    if isinstance(op, Read):
        yield Part((START, OUT, address << 1 | 1), Told.ADDRESS)
        for left in range(op.count, 0, -1):
            yield Part((IN | ACKNOWLEDGED if left > 1 else IN,), Told.DATA)
    elif len(op.data) <= CHECKED:
        yield Part((START, OUT, address << 1), Told.ADDRESS)
        for acked, octet in enumerate(op.data):
            yield Part((OUT, octet), Told.BYTE, acked)
    else:
        yield Part((START, OUT | 1, address << 1))
        for start in range(0, len(op.data), GROUP):
            yield from group(op.data[start : start + GROUP], start)


def group(data: bytes, acked: int) -> Iterator[Part]:
    """A group of a long message: a stream, and its last byte by itself."""
    for start in range(0, len(data) - 1, STREAM):
        part = data[start : min(start + STREAM, len(data) - 1)]
        yield Part((OUT | len(part), *part))
    yield Part((OUT, data[-1]), Told.GROUP, acked)


def probe(address: int, told: Told) -> list[Part]:
    """Ask for an address, and end with STOP."""
    return [Part((START, OUT, address << 1), told), Part((STOP,))]


def size(parts: Iterable[Part]) -> int:
    return sum(len(part.commands) for part in parts)


def batched(parts: Sequence[Part]) -> Iterator[Batch]:
    """Parts in packets as full as they can be; those that return nothing go out with what follows them."""
    before = b""
    commands: list[int] = []
    told: list[Part] = []
    left = size(parts)
    for part in parts:
        # What is told comes back at once where one packet can hold it.
        apart = part.told and not told and len(commands) + left > ROOM >= left
        if commands and (apart or len(commands) + len(part.commands) > ROOM):
            packet = i2c_packet(*commands)
            if told:
                yield Batch(Packet(before + packet, len(told)), tuple(told))
            before = b"" if told else before + packet.ljust(PACKET, bytes((END,)))
            commands, told = [], []
        commands += part.commands
        told += [part] if part.told else []
        left -= len(part.commands)
    if commands:
        yield Batch(Packet(before + i2c_packet(*commands), len(told)), tuple(told))


def scan_batches(addresses: Sequence[int]) -> Iterator[Batch]:
    """Ask for addresses, each with START and STOP."""
    for start in range(0, len(addresses), PROBES):
        parts = [part for address in addresses[start : start + PROBES] for part in probe(address, Told.ADDRESS)]
        yield from batched(parts)


def answered(reply: bytes, address: Iterable[int]) -> Iterator[int]:
    """Those of the addresses of a batch that were acknowledged."""
    return (one for one, octet in zip(address, reply, strict=True) if not octet & REFUSED)
