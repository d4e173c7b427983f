"""The messages of USB/IP: what a kernel that has taken a device asks of it, and the answers, as bytes of a stream.

Nothing here does I/O. Only the messages after the import of a device are here: vhci_hcd speaks these alone.

# Ref: Linux Documentation/usb/usbip_protocol.rst, USBIP_CMD_SUBMIT to USBIP_RET_UNLINK; numbers are big-endian.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntFlag

from machine_compat.errors import ConfigError

CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
IN = 1
HEADER = 48
NO_PACKETS = 0xFFFF_FFFF
"""What newer kernels say is the number of packets of a transfer that is not isochronous; older ones say 0."""
LONGEST = 1 << 24
"""No transfer is longer; what claims to be is no message."""

_BASIC = struct.Struct(">5I")
_SUBMIT = struct.Struct(">5I8s")
_RESULT = struct.Struct(">5I4iI8x")
_UNLINKED = struct.Struct(">5Ii24x")
_PACKET = struct.Struct(">3Ii")


class Flags(IntFlag):
    """transfer_flags of a request that change what crosses the wire (Linux include/linux/usb.h, URB_*)."""

    SHORT_NOT_OK = 0x0001
    ZERO_PACKET = 0x0040


NO_FLAGS = Flags(0)


@dataclass(frozen=True, slots=True)
class IsoPacket:
    """One packet of an isochronous transfer: its place in the buffer, what it had, how it ended (0 or -errno)."""

    offset: int
    length: int
    actual: int = 0
    status: int = 0


@dataclass(frozen=True, slots=True)
class Submit:
    """A transfer (URB) for the device. endpoint: its address, with 0x80 for IN; setup: for endpoint 0.

    length: bytes to send, which are `data`, or room for what comes. A control transfer's direction is its setup's.
    """

    number: int
    endpoint: int
    length: int
    setup: bytes = bytes(8)
    data: bytes = b""
    flags: Flags = NO_FLAGS
    packets: tuple[IsoPacket, ...] = ()

    def encode(self, device: int = 0) -> bytes:
        """The message, as the kernel sends it."""
        head = _BASIC.pack(CMD_SUBMIT, self.number, device, self.endpoint >> 7, self.endpoint & 0x0F)
        count = len(self.packets) or NO_PACKETS
        body = _SUBMIT.pack(self.flags, self.length, 0, count, 0, self.setup)
        return head + body + self.data + encode_packets(self.packets)


@dataclass(frozen=True, slots=True)
class Unlink:
    """The kernel does not want a transfer any more: the one submitted as `victim`."""

    number: int
    victim: int

    def encode(self, device: int = 0) -> bytes:
        """The message, as the kernel sends it."""
        return _BASIC.pack(CMD_UNLINK, self.number, device, 0, 0) + struct.pack(">I24x", self.victim)


class Decoder:
    """Cuts a stream into requests. Raises ConfigError for what is no USB/IP: nothing after it can be made sense of."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Submit | Unlink]:
        """The requests that are whole with these bytes."""
        self._buffer += data
        while len(self._buffer) >= HEADER and (size := self._size()) <= len(self._buffer):
            message = bytes(self._buffer[:size])
            del self._buffer[:size]
            yield decode(message)

    def _size(self) -> int:
        """The length of the message that comes next."""
        command, _, _, direction, _ = _BASIC.unpack_from(self._buffer)
        if command == CMD_UNLINK:
            return HEADER
        _, length, _, count, _, _ = _SUBMIT.unpack_from(self._buffer, _BASIC.size)
        count = 0 if count == NO_PACKETS else count
        if command != CMD_SUBMIT or length > LONGEST or count > LONGEST // _PACKET.size:
            raise ConfigError(f"{self._buffer[:HEADER].hex(' ', 4)} is no request of USB/IP")
        return HEADER + (0 if direction == IN else length) + count * _PACKET.size


def decode(message: bytes) -> Submit | Unlink:
    """One whole request."""
    command, number, _, direction, endpoint = _BASIC.unpack_from(message)
    if command == CMD_UNLINK:
        return Unlink(number, int.from_bytes(message[_BASIC.size : _BASIC.size + 4], "big"))
    flags, length, _, _, _, setup = _SUBMIT.unpack_from(message, _BASIC.size)
    end = HEADER + (0 if direction == IN else length)
    packets = tuple(IsoPacket(*values) for values in _PACKET.iter_unpack(message[end:]))
    address = endpoint & 0x0F | direction << 7
    return Submit(number, address, length, setup, message[HEADER:end], Flags(flags), packets)


def submitted(request: Submit, status: int, actual: int, data: bytes = b"", packets: Sequence[IsoPacket] = ()) -> bytes:
    """How a transfer ended: status 0 or -errno, the bytes that crossed, and those of them that came in."""
    head = _RESULT.pack(RET_SUBMIT, request.number, 0, 0, 0, status, actual, 0, len(packets), 0)
    return head + data + encode_packets(packets)


def unlinked(request: Unlink, status: int) -> bytes:
    """-ECONNRESET: the transfer is given up; 0: it had ended before."""
    return _UNLINKED.pack(RET_UNLINK, request.number, 0, 0, 0, status)


def encode_packets(packets: Sequence[IsoPacket]) -> bytes:
    return b"".join(_PACKET.pack(one.offset, one.length, one.actual, one.status) for one in packets)
