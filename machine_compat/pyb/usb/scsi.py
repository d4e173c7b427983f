"""The disks that a pyboard shows its host: SCSI commands to block devices of the script's world.

A unit's blocks are counted when the host asks for its capacity, and commands that name blocks fail before that.

# Ref: MicroPython ports/stm32/usbd_msc_interface.c, usbdev/class/src/usbd_msc_scsi.c; T10 SPC-2 and SBC-2
"""

from collections import deque
from collections.abc import Callable, Sequence
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
from machine_compat.usbspec.storage import CommandWrapper

START, SYNC, COUNT = 1, 3, 4
SENSES = 4
"""How many reasons for failures are kept for the host."""
READ_FAULT, WRITE_FAULT = Sense(scsi.HARDWARE_ERROR, 0x11), Sense(scsi.HARDWARE_ERROR, 0x03)
SCSI_2 = 2
ADDITIONAL = 12
"""How many bytes more its sense data say they have, which are ten."""
PAGES = {0x00: bytes((0, 0, 0, 2, 0x00, 0x83)), 0x83: bytes((0, 0x83, 0, 0))}
"""Vital product data: the list of pages, and an empty identification."""


class BlockDevice(Protocol):
    """What scripts know as a block device."""

    def readblocks(self, block_num: int, buf: object, /) -> object: ...

    def writeblocks(self, block_num: int, buf: object, /) -> object: ...

    def ioctl(self, cmd: int, arg: int, /) -> int | None: ...


class Unit:
    """One disk. product: up to 16 characters of its name. blocks: how many it has, once the host has asked."""

    def __init__(self, device: BlockDevice, product: str) -> None:
        self.device = device
        self.inquiry = scsi.inquiry_data("MicroPy", product, "1.00", SCSI_2)
        self.blocks = 0
        self.started = False

    def start(self) -> None:
        """Be switched on, if there is a medium."""
        self.blocks = 0
        self.started = self.device.ioctl(START, 0) == 0

    def count(self) -> int:
        self.blocks = self.device.ioctl(COUNT, 0) or 0
        return self.blocks

    def read(self, first: int, count: int) -> bytes:
        data = bytearray(count * BLOCK)
        if self.device.readblocks(first, data) != 0:
            raise Failed(READ_FAULT)
        return bytes(data)

    def write(self, first: int, data: bytes) -> None:
        if self.device.writeblocks(first, data) != 0:
            raise Failed(WRITE_FAULT)


class Failed(Exception):
    """A command failed. sense: why. without_data: whether the host is told at once, and no endpoint halts."""

    def __init__(self, sense: Sense, *, without_data: bool = False) -> None:
        super().__init__(str(sense))
        self.sense = sense
        self.without_data = without_data


class Moved(NamedTuple):
    """What a command does next: sends `data`, or moves blocks from `first` on, as its direction says."""

    data: bytes = b""
    first: int = 0
    blocks: int = 0


class Units:
    """All of a board's disks, by logical unit number."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self._senses: deque[Sense] = deque(maxlen=SENSES)
        self._acts: dict[int, Callable[[CommandWrapper], Moved]] = {
            scsi.TEST_UNIT_READY: self._test_ready,
            scsi.REQUEST_SENSE: self._request_sense,
            scsi.INQUIRY: self._inquiry,
            scsi.MODE_SENSE_6: lambda _: Moved(scsi.mode_data(scsi.MODE_SENSE_6)),
            scsi.START_STOP_UNIT: self._start_stop,
            scsi.PREVENT_ALLOW_REMOVAL: self._allow_removal,
            scsi.READ_FORMAT_CAPACITIES: self._format_capacities,
            scsi.READ_CAPACITY: self._capacity,
            scsi.READ_10: self._read,
            scsi.WRITE_10: self._write,
            scsi.VERIFY_10: self._verify,
            scsi.SYNCHRONIZE_CACHE_10: lambda _: Moved(),  # nothing is kept back
            scsi.MODE_SENSE_10: lambda _: Moved(scsi.mode_data(scsi.MODE_SENSE_10)),
            scsi.SYNCHRONIZE_CACHE_16: lambda _: Moved(),
        }

    def start(self) -> None:
        self._senses.clear()
        for unit in self.units:
            unit.start()

    def execute(self, command: CommandWrapper) -> Moved:
        """Begin a command. Raises Failed, and REQUEST SENSE will say why."""
        act = self._acts.get(command.block[0])
        if act is None:
            raise self.failed(Failed(UNKNOWN_COMMAND))
        try:
            return act(command)
        except Failed as error:
            raise self.failed(error) from None

    def failed(self, error: Failed) -> Failed:
        """Remember a failure for the host."""
        self._senses.append(error.sense)
        return error

    def not_understood(self) -> None:
        """Remember what came and is no command at all."""
        self.failed(Failed(UNKNOWN_COMMAND))

    # ---- the commands

    def _unit(self, command: CommandWrapper) -> Unit:
        if command.lun >= len(self.units):
            raise Failed(NO_MEDIUM)
        return self.units[command.lun]

    def _test_ready(self, command: CommandWrapper) -> Moved:
        if command.expected:
            raise Failed(UNKNOWN_COMMAND)
        if command.lun >= len(self.units) or not self.units[command.lun].started:
            raise Failed(NO_MEDIUM, without_data=True)
        return Moved()

    def _request_sense(self, command: CommandWrapper) -> Moved:
        sense = self._senses.popleft() if self._senses else NOTHING_WRONG
        return Moved(scsi.sense_data(sense, ADDITIONAL)[: command.block[4]])

    def _inquiry(self, command: CommandWrapper) -> Moved:
        block = command.block
        if block[1] & 1:
            if block[2] not in PAGES:
                raise Failed(UNKNOWN_COMMAND)
            return Moved(PAGES[block[2]])
        if command.lun >= len(self.units):
            raise Failed(UNKNOWN_COMMAND)
        return Moved(self.units[command.lun].inquiry[: block[4]])

    def _start_stop(self, command: CommandWrapper) -> Moved:
        """A host that ejects the disk stops it, and finds no medium from then on."""
        if command.lun < len(self.units):
            self.units[command.lun].started = bool(command.block[4] & 1)
        return Moved()

    def _allow_removal(self, command: CommandWrapper) -> Moved:
        if command.lun < len(self.units):
            self.units[command.lun].device.ioctl(SYNC, 0)
        return Moved()

    def _capacity(self, command: CommandWrapper) -> Moved:
        return Moved(scsi.capacity_data(self._unit(command).count()))

    def _format_capacities(self, command: CommandWrapper) -> Moved:
        return Moved(scsi.format_capacities_data(self._unit(command).count() - 1))

    def _read(self, command: CommandWrapper) -> Moved:
        return self._transfer(command, to_host=True)

    def _write(self, command: CommandWrapper) -> Moved:
        return self._transfer(command, to_host=False)

    def _transfer(self, command: CommandWrapper, *, to_host: bool) -> Moved:
        if command.to_host != to_host:
            raise Failed(UNKNOWN_COMMAND)
        unit = self._unit(command)
        if not unit.started:
            raise Failed(NO_MEDIUM)
        first, blocks = self._extent(unit, command)
        if command.expected != blocks * BLOCK:
            raise Failed(UNKNOWN_COMMAND)
        return Moved(b"", first, blocks)

    def _verify(self, command: CommandWrapper) -> Moved:
        if command.block[1] & 2:
            raise Failed(INVALID_FIELD)
        self._extent(self._unit(command), command)
        return Moved()

    @staticmethod
    def _extent(unit: Unit, command: CommandWrapper) -> tuple[int, int]:
        first, blocks = scsi.extent(command.block)
        if first + blocks > unit.blocks:
            raise Failed(OUT_OF_RANGE)
        return first, blocks
