"""A disk's SCSI commands, whatever carries them: blocks are read, and written unless the disk is write-protected.

# Ref: T10 SPC-2 and SBC-2: how each command ends; USB Mass Storage UFI Command 1.0: READ FORMAT CAPACITIES.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from machine_compat.usbspec import scsi
from machine_compat.usbspec.scsi import (
    BLOCK,
    INVALID_FIELD,
    NO_MEDIUM,
    NOTHING_WRONG,
    OUT_OF_RANGE,
    UNKNOWN_COMMAND,
    Sense,
)

SPC_2 = 4
UNRECOVERED_READ, WRITE_ERROR = Sense(scsi.MEDIUM_ERROR, 0x11), Sense(scsi.MEDIUM_ERROR, 0x0C)
WRITE_PROTECTED = Sense(scsi.DATA_PROTECT, 0x27)


class Blocks(Protocol):
    """What a disk is made of: blocks of 512 bytes, by number."""

    def read(self, block: int) -> bytes: ...

    def write(self, block: int, data: bytes) -> None: ...


class CheckCondition(Exception):
    """A command failed; REQUEST SENSE will say so."""

    def __init__(self, sense: Sense) -> None:
        super().__init__(str(sense))
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
        self.sense = NOTHING_WRONG
        self._blocks = blocks
        self._inquiry_data = scsi.inquiry_data(vendor, product, revision, SPC_2)
        self._commands: dict[int, Callable[[bytes], Answer]] = {
            scsi.TEST_UNIT_READY: self._test_unit_ready,
            scsi.REQUEST_SENSE: self._request_sense,
            scsi.INQUIRY: self._inquiry,
            scsi.MODE_SENSE_6: self._mode_sense,
            scsi.START_STOP_UNIT: self._start_stop,
            scsi.PREVENT_ALLOW_REMOVAL: self._done,
            scsi.READ_FORMAT_CAPACITIES: self._format_capacities,
            scsi.READ_CAPACITY: self._capacity,
            scsi.READ_10: self._read,
            scsi.WRITE_10: self._write,
            scsi.VERIFY_10: self._verify,
            scsi.SYNCHRONIZE_CACHE_10: self._test_unit_ready,  # nothing is kept back
            scsi.MODE_SENSE_10: self._mode_sense,
        }

    def execute(self, command: bytes) -> Answer:
        """Carry out a command descriptor block of up to 16 bytes. Raises CheckCondition, and remembers the sense."""
        block = command.ljust(16, b"\0")
        if block[0] != scsi.REQUEST_SENSE:
            self.sense = NOTHING_WRONG
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
        return Answer(self._inquiry_data[: int.from_bytes(block[3:5], "big")])

    def _request_sense(self, block: bytes) -> Answer:
        sense, self.sense = self.sense, NOTHING_WRONG
        return Answer(scsi.sense_data(sense)[: block[4]])

    def _mode_sense(self, block: bytes) -> Answer:
        """The header alone, which says whether it is write-protected: there are no pages."""
        if block[2] & 0x3F not in (0x3F, 0x00):
            # Caching and other pages that hosts ask for.
            raise CheckCondition(INVALID_FIELD)
        data = scsi.mode_data(block[0], self.write_protected)
        limit = block[4] if block[0] == scsi.MODE_SENSE_6 else int.from_bytes(block[7:9], "big")
        return Answer(data[:limit])

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
        return Answer(scsi.capacity_data(self.count))

    def _format_capacities(self, block: bytes) -> Answer:
        kind = scsi.FORMATTED if self.present else scsi.NO_MEDIUM_PRESENT
        data = scsi.format_capacities_data(self.count, kind)
        return Answer(data[: int.from_bytes(block[7:9], "big")])

    def _verify(self, block: bytes) -> Answer:
        self._range(block)
        return Answer()

    def _read(self, block: bytes) -> Answer:
        blocks = self._range(block)
        try:
            return Answer(b"".join(self._blocks.read(number) for number in blocks))
        except OSError as error:
            raise CheckCondition(UNRECOVERED_READ) from error

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
        first, count = scsi.extent(block)
        if first + count > self.count:
            raise CheckCondition(OUT_OF_RANGE)
        return range(first, first + count)
