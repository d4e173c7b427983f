"""USB mass storage, Bulk-Only Transport: the interface, and the wrappers of a command and of its status.

# Ref: USB Mass Storage Class Bulk-Only Transport 1.0: 3 requests, 4 descriptors, 5 wrappers.
"""

import struct
from typing import NamedTuple

from machine_compat.usbspec.descriptors import BULK, TO_HOST, endpoint, interface

STORAGE, SCSI, BULK_ONLY = 8, 6, 0x50
"""Interface class, subclass and protocol."""
GET_MAX_LUN, STORAGE_RESET = 0xFE, 0xFF
PASSED, FAILED, PHASE_ERROR = 0, 1, 2
"""How a command ended."""
COMMAND_SIGNATURE, STATUS_SIGNATURE = b"USBC", b"USBS"
COMMAND_SIZE = 31


class CommandWrapper(NamedTuple):
    """A command. expected: how many bytes the host wants to move, and in which direction; block: 16, length count."""

    tag: bytes
    expected: int
    to_host: bool
    lun: int
    length: int
    block: bytes

    @classmethod
    def parse(cls, data: bytes) -> "CommandWrapper | None":
        """None for what is no command at all."""
        if len(data) != COMMAND_SIZE or data[:4] != COMMAND_SIGNATURE or not 1 <= data[14] <= 16:
            return None
        (expected,) = struct.unpack("<I", data[8:12])
        return cls(data[4:8], expected, bool(data[12] & 0x80), data[13], data[14], data[15:])


def status_wrapper(tag: bytes, residue: int, status: int) -> bytes:
    """How the command of a tag ended; residue: how many of the expected bytes have not been moved."""
    return struct.pack("<4s4sIB", STATUS_SIGNATURE, tag, residue, status)


def storage_interface(number: int, pipe: int, size: int) -> bytes:
    """The interface: SCSI commands, Bulk-Only; `pipe` is the number of both its endpoints, packets of `size` bytes."""
    kind = (STORAGE, SCSI, BULK_ONLY)
    return interface(number, kind, endpoint(TO_HOST | pipe, BULK, size), endpoint(pipe, BULK, size))
