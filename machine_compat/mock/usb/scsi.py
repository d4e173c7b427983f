"""A disk's SCSI commands, whatever carries them: blocks are read, and written unless the disk is write-protected.

# Ref: T10 SPC-2: INQUIRY, MODE SENSE, REQUEST SENSE and its table of additional sense codes; SBC-2: READ (10), READ
# CAPACITY, START STOP UNIT, WRITE (10), VERIFY (10); USB Mass Storage UFI Command 1.0: READ FORMAT CAPACITIES.
"""

import struct
from collections.abc import Callable
from typing import NamedTuple, Protocol

BLOCK = 512


class Blocks(Protocol):
    """What a disk is made of: blocks of 512 bytes, by number."""

    def read(self, block: int) -> bytes: ...

    def write(self, block: int, data: bytes) -> None: ...


class Sense(NamedTuple):
    """Why a command failed: sense key, additional code and its qualifier."""

    key: int
    code: int
    qualifier: int = 0


NO_SENSE = Sense(0x00, 0x00)
NO_MEDIUM = Sense(0x02, 0x3A)
MEDIUM_ERROR = Sense(0x03, 0x11)
WRITE_ERROR = Sense(0x03, 0x0C)
UNKNOWN_COMMAND = Sense(0x05, 0x20)
OUT_OF_RANGE = Sense(0x05, 0x21)
INVALID_FIELD = Sense(0x05, 0x24)
WRITE_PROTECTED = Sense(0x07, 0x27)


class CheckCondition(Exception):
    """A command failed; REQUEST SENSE will say so."""

    def __init__(self, sense: Sense) -> None:
        super().__init__(f"sense {sense.key:02X}h/{sense.code:02X}h/{sense.qualifier:02X}h")
        self.sense = sense


class Answer(NamedTuple):
    """What a command does next: sends `data`, or takes `wanted` bytes and then calls `store` with them."""

    data: bytes = b""
    wanted: int = 0
    store: Callable[[bytes], object] | None = None


class SCSIDisk:
    """A direct-access device with removable medium.

    count: how many blocks it has. vendor, product, revision: up to 8, 16 and 4 characters of ASCII. write_protected:
    whether writes are refused with sense 07h/27h. present: whether there is a medium; hosts that eject it take it out.
    """

    def __init__(
        self,
        blocks: Blocks,
        count: int,
        *,
        vendor: str = "",
        product: str = "",
        revision: str = "1.00",
        write_protected: bool = False,
    ) -> None:
        self.count = count
        self.write_protected = write_protected
        self.present = True
        self.sense = NO_SENSE
        self._blocks = blocks
        names = ((vendor, 8), (product, 16), (revision, 4))
        self._names = b"".join(text.encode("ascii")[:size].ljust(size) for text, size in names)
        self._commands: dict[int, Callable[[bytes], Answer]] = {
            0x00: self._test_unit_ready,
            0x03: self._request_sense,
            0x12: self._inquiry,
            0x1A: self._mode_sense,
            0x1B: self._start_stop,
            0x1E: self._done,  # PREVENT ALLOW MEDIUM REMOVAL
            0x23: self._format_capacities,
            0x25: self._capacity,
            0x28: self._read,
            0x2A: self._write,
            0x2F: self._verify,
            0x35: self._test_unit_ready,  # SYNCHRONIZE CACHE: nothing is kept back
            0x5A: self._mode_sense,
        }

    def execute(self, command: bytes) -> Answer:
        """Carry out a command descriptor block of up to 16 bytes. Raises CheckCondition, and remembers the sense."""
        block = command.ljust(16, b"\0")
        if block[0] != 0x03:
            self.sense = NO_SENSE
        try:
            act = self._commands.get(block[0])
            if act is None:
                raise CheckCondition(UNKNOWN_COMMAND)
            return act(block)
        except CheckCondition as error:
            self.sense = error.sense
            raise

    # ---- what it is

    def _inquiry(self, block: bytes) -> Answer:
        if block[1] & 1 or block[2]:
            raise CheckCondition(INVALID_FIELD)
        # Direct access, removable, SPC-2.
        data = bytes((0x00, 0x80, 0x04, 0x02, 31, 0, 0, 0)) + self._names
        return Answer(data[: int.from_bytes(block[3:5], "big")])

    def _request_sense(self, block: bytes) -> Answer:
        sense, self.sense = self.sense, NO_SENSE
        data = bytes((0x70, 0, sense.key, 0, 0, 0, 0, 10, 0, 0, 0, 0, sense.code, sense.qualifier, 0, 0, 0, 0))
        return Answer(data[: block[4]])

    def _mode_sense(self, block: bytes) -> Answer:
        """The header alone, which says whether it is write-protected: there are no pages."""
        if block[2] & 0x3F not in (0x3F, 0x00):
            # Caching and other pages that hosts ask for.
            raise CheckCondition(INVALID_FIELD)
        protected = 0x80 if self.write_protected else 0
        if block[0] == 0x1A:
            return Answer(bytes((3, 0, protected, 0))[: block[4]])
        return Answer(bytes((0, 6, 0, protected, 0, 0, 0, 0))[: int.from_bytes(block[7:9], "big")])

    # ---- the medium

    def _ready(self) -> None:
        if not self.present:
            raise CheckCondition(NO_MEDIUM)

    def _done(self, block: bytes) -> Answer:
        return Answer()

    def _test_unit_ready(self, block: bytes) -> Answer:
        self._ready()
        return Answer()

    def _start_stop(self, block: bytes) -> Answer:
        if block[4] & 2:
            self.present = bool(block[4] & 1)
        return Answer()

    def _capacity(self, block: bytes) -> Answer:
        self._ready()
        return Answer(struct.pack(">II", self.count - 1, BLOCK))

    def _format_capacities(self, block: bytes) -> Answer:
        kind = 2 if self.present else 3
        data = struct.pack(">IIBBH", 8, self.count, kind, 0, BLOCK)
        return Answer(data[: int.from_bytes(block[7:9], "big")])

    def _verify(self, block: bytes) -> Answer:
        self._range(block)
        return Answer()

    def _read(self, block: bytes) -> Answer:
        blocks = self._range(block)
        try:
            return Answer(b"".join(self._blocks.read(number) for number in blocks))
        except OSError as error:
            raise CheckCondition(MEDIUM_ERROR) from error

    def _write(self, block: bytes) -> Answer:
        if self.write_protected:
            raise CheckCondition(WRITE_PROTECTED)
        blocks = self._range(block)
        return Answer(wanted=len(blocks) * BLOCK, store=lambda data: self._store(blocks, data))

    def _store(self, blocks: range, data: bytes) -> None:
        try:
            for index, number in enumerate(blocks):
                self._blocks.write(number, data[index * BLOCK : (index + 1) * BLOCK])
        except OSError as error:
            self.sense = WRITE_ERROR
            raise CheckCondition(WRITE_ERROR) from error

    def _range(self, block: bytes) -> range:
        """The blocks a command is for."""
        self._ready()
        first, count = int.from_bytes(block[2:6], "big"), int.from_bytes(block[7:9], "big")
        if first + count > self.count:
            raise CheckCondition(OUT_OF_RANGE)
        return range(first, first + count)
