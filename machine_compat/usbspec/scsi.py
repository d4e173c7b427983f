"""The SCSI commands that disks on USB are sent: their numbers, what is in them, and the data that answer them.

What a disk does with them is its own: a stick keeps to the standards, a pyboard has its own ways.

# Ref: T10 SPC-2: INQUIRY, MODE SENSE, REQUEST SENSE and its table of additional sense codes; SBC-2: READ (10), READ
# CAPACITY, START STOP UNIT, WRITE (10), VERIFY (10); USB Mass Storage UFI Command 1.0: READ FORMAT CAPACITIES.
"""

import struct
from typing import NamedTuple

BLOCK = 512
TEST_UNIT_READY, REQUEST_SENSE, INQUIRY, MODE_SENSE_6, START_STOP_UNIT = 0x00, 0x03, 0x12, 0x1A, 0x1B
PREVENT_ALLOW_REMOVAL, READ_FORMAT_CAPACITIES, READ_CAPACITY, READ_10, WRITE_10 = 0x1E, 0x23, 0x25, 0x28, 0x2A
VERIFY_10, SYNCHRONIZE_CACHE_10, MODE_SENSE_10, SYNCHRONIZE_CACHE_16 = 0x2F, 0x35, 0x5A, 0x91
NO_SENSE, NOT_READY, MEDIUM_ERROR, HARDWARE_ERROR, ILLEGAL_REQUEST, DATA_PROTECT = 0, 2, 3, 4, 5, 7
"""Sense keys."""
FORMATTED, NO_MEDIUM_PRESENT = 2, 3
"""What READ FORMAT CAPACITIES speaks of."""


class Sense(NamedTuple):
    """Why a command failed: sense key, additional code and its qualifier."""

    key: int
    code: int
    qualifier: int = 0

    def __str__(self) -> str:
        return f"sense {self.key:02X}h/{self.code:02X}h/{self.qualifier:02X}h"


NOTHING_WRONG = Sense(NO_SENSE, 0x00)
NO_MEDIUM = Sense(NOT_READY, 0x3A)
UNKNOWN_COMMAND = Sense(ILLEGAL_REQUEST, 0x20)
OUT_OF_RANGE = Sense(ILLEGAL_REQUEST, 0x21)
INVALID_FIELD = Sense(ILLEGAL_REQUEST, 0x24)


def extent(block: bytes) -> tuple[int, int]:
    """The first block that READ (10), WRITE (10) or VERIFY (10) is for, and how many."""
    return int.from_bytes(block[2:6], "big"), int.from_bytes(block[7:9], "big")


def sense_data(sense: Sense, additional: int = 10) -> bytes:
    """What answers REQUEST SENSE, in fixed format; additional: how many bytes after the eighth it says it has."""
    head = bytes((0x70, 0, sense.key, 0, 0, 0, 0, additional))
    return head + bytes((0, 0, 0, 0, sense.code, sense.qualifier, 0, 0, 0, 0))


def inquiry_data(vendor: str, product: str, revision: str, version: int) -> bytes:
    """What answers INQUIRY for a disk with removable medium: up to 8, 16 and 4 characters of ASCII.

    version: of the commands' standard, 2 for SCSI-2, 4 for SPC-2.
    """
    names = ((vendor, 8), (product, 16), (revision, 4))
    text = b"".join(name.encode("ascii")[:size].ljust(size) for name, size in names)
    return bytes((0x00, 0x80, version, 2, 31, 0, 0, 0)) + text


def mode_data(command: int, protected: bool = False) -> bytes:
    """What answers MODE SENSE (6) or (10): the header alone, which says whether the disk is write-protected."""
    parameter = 0x80 if protected else 0
    return bytes((3, 0, parameter, 0) if command == MODE_SENSE_6 else (0, 6, 0, parameter, 0, 0, 0, 0))


def capacity_data(blocks: int) -> bytes:
    """What answers READ CAPACITY for so many blocks: the number of the last one."""
    return struct.pack(">II", blocks - 1 & 0xFFFFFFFF, BLOCK)


def format_capacities_data(blocks: int, kind: int = FORMATTED) -> bytes:
    """What answers READ FORMAT CAPACITIES: one capacity, and what kind of one it is."""
    return struct.pack(">IIBBH", 8, blocks & 0xFFFFFFFF, kind, 0, BLOCK)
