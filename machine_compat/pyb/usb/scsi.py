"""The disks that a pyboard shows its host: SCSI commands to block devices of the script's world.

A unit's blocks are counted when the host asks for its capacity, and commands that name blocks fail before that.

# Ref: MicroPython ports/stm32/usbd_msc_interface.c, usbdev/class/src/usbd_msc_scsi.c; T10 SPC-2 and SBC-2
"""

import struct
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

BLOCK = 512
START, SYNC, COUNT = 1, 3, 4
SENSES = 4
"""How many reasons for failures are kept for the host."""
NOT_READY, HARDWARE_ERROR, ILLEGAL_REQUEST = 2, 4, 5
UNKNOWN, OUT_OF_RANGE, WRONG_FIELD, NO_MEDIUM = 0x20, 0x21, 0x24, 0x3A
READ_FAULT, WRITE_FAULT = 0x11, 0x03
INQUIRY_DATA = bytes((0x00, 0x80, 0x02, 0x02, 31, 0, 0, 0))
"""A disk with removable medium."""
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
        self.inquiry = INQUIRY_DATA + b"MicroPy " + product.encode().ljust(16) + b"1.00"
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
            raise Failed(HARDWARE_ERROR, READ_FAULT)
        return bytes(data)

    def write(self, first: int, data: bytes) -> None:
        if self.device.writeblocks(first, data) != 0:
            raise Failed(HARDWARE_ERROR, WRITE_FAULT)


class Failed(Exception):
    """A command failed. key, code: why. without_data: whether the host is told at once, and no endpoint halts."""

    def __init__(self, key: int, code: int, *, without_data: bool = False) -> None:
        super().__init__(f"sense {key:02X}h/{code:02X}h")
        self.key = key
        self.code = code
        self.without_data = without_data


class Command(NamedTuple):
    """What came in a command's wrapper. expected: how many bytes the host wants to move, and in which direction."""

    lun: int
    block: bytes
    expected: int
    to_host: bool

    @property
    def first(self) -> int:
        return int.from_bytes(self.block[2:6], "big")

    @property
    def blocks(self) -> int:
        """How many blocks, from the first on."""
        return int.from_bytes(self.block[7:9], "big")


class Moved(NamedTuple):
    """What a command does next: sends `data`, or moves blocks from `first` on, as its direction says."""

    data: bytes = b""
    first: int = 0
    blocks: int = 0


class Units:
    """All of a board's disks, by logical unit number."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self._senses: deque[Failed] = deque(maxlen=SENSES)
        self._acts: dict[int, Callable[[Command], Moved]] = {
            0x00: self._test_ready,
            0x03: self._request_sense,
            0x12: self._inquiry,
            0x1A: lambda _: Moved(bytes((3, 0, 0, 0))),  # MODE SENSE: no pages, not write-protected
            0x1B: self._start_stop,
            0x1E: self._allow_removal,
            0x23: self._format_capacities,
            0x25: self._capacity,
            0x28: self._read,
            0x2A: self._write,
            0x2F: self._verify,
            0x35: lambda _: Moved(),  # SYNCHRONIZE CACHE: nothing is kept back
            0x5A: lambda _: Moved(bytes((0, 6, 0, 0, 0, 0, 0, 0))),
            0x91: lambda _: Moved(),
        }

    def start(self) -> None:
        self._senses.clear()
        for unit in self.units:
            unit.start()

    def execute(self, command: Command) -> Moved:
        """Begin a command. Raises Failed, and REQUEST SENSE will say why."""
        act = self._acts.get(command.block[0])
        if act is None:
            raise self.failed(Failed(ILLEGAL_REQUEST, UNKNOWN))
        try:
            return act(command)
        except Failed as error:
            raise self.failed(error) from None

    def failed(self, error: Failed) -> Failed:
        """Remember a failure for the host."""
        self._senses.append(error)
        return error

    def not_understood(self) -> None:
        """Remember what came and is no command at all."""
        self.failed(Failed(ILLEGAL_REQUEST, UNKNOWN))

    # ---- the commands

    def _unit(self, command: Command) -> Unit:
        if command.lun >= len(self.units):
            raise Failed(NOT_READY, NO_MEDIUM)
        return self.units[command.lun]

    def _test_ready(self, command: Command) -> Moved:
        if command.expected:
            raise Failed(ILLEGAL_REQUEST, UNKNOWN)
        if command.lun >= len(self.units) or not self.units[command.lun].started:
            raise Failed(NOT_READY, NO_MEDIUM, without_data=True)
        return Moved()

    def _request_sense(self, command: Command) -> Moved:
        error = self._senses.popleft() if self._senses else None
        key, code = (error.key, error.code) if error is not None else (0, 0)
        return Moved(bytes((0x70, 0, key, 0, 0, 0, 0, 12, 0, 0, 0, 0, code, 0, 0, 0, 0, 0))[: command.block[4]])

    def _inquiry(self, command: Command) -> Moved:
        block = command.block
        if block[1] & 1:
            if block[2] not in PAGES:
                raise Failed(ILLEGAL_REQUEST, UNKNOWN)
            return Moved(PAGES[block[2]])
        if command.lun >= len(self.units):
            raise Failed(ILLEGAL_REQUEST, UNKNOWN)
        return Moved(self.units[command.lun].inquiry[: block[4]])

    def _start_stop(self, command: Command) -> Moved:
        """A host that ejects the disk stops it, and finds no medium from then on."""
        if command.lun < len(self.units):
            self.units[command.lun].started = bool(command.block[4] & 1)
        return Moved()

    def _allow_removal(self, command: Command) -> Moved:
        if command.lun < len(self.units):
            self.units[command.lun].device.ioctl(SYNC, 0)
        return Moved()

    def _capacity(self, command: Command) -> Moved:
        return Moved(struct.pack(">II", self._unit(command).count() - 1 & 0xFFFFFFFF, BLOCK))

    def _format_capacities(self, command: Command) -> Moved:
        blocks = self._unit(command).count()
        return Moved(struct.pack(">IIBBH", 8, blocks - 1 & 0xFFFFFFFF, 2, 0, BLOCK))

    def _read(self, command: Command) -> Moved:
        return self._transfer(command, to_host=True)

    def _write(self, command: Command) -> Moved:
        return self._transfer(command, to_host=False)

    def _transfer(self, command: Command, *, to_host: bool) -> Moved:
        if command.to_host != to_host:
            raise Failed(ILLEGAL_REQUEST, UNKNOWN)
        unit = self._unit(command)
        if not unit.started:
            raise Failed(NOT_READY, NO_MEDIUM)
        self._check_range(unit, command)
        if command.expected != command.blocks * BLOCK:
            raise Failed(ILLEGAL_REQUEST, UNKNOWN)
        return Moved(b"", command.first, command.blocks)

    def _verify(self, command: Command) -> Moved:
        if command.block[1] & 2:
            raise Failed(ILLEGAL_REQUEST, WRONG_FIELD)
        self._check_range(self._unit(command), command)
        return Moved()

    @staticmethod
    def _check_range(unit: Unit, command: Command) -> None:
        if command.first + command.blocks > unit.blocks:
            raise Failed(ILLEGAL_REQUEST, OUT_OF_RANGE)
