"""`rp2.Flash`: the part of the flash that is not the firmware's, as a block device.

# Ref: MicroPython ports/rp2/rp2_flash.c; docs/library/vfs.rst, "Block devices"
"""

import errno
from typing import Self

from machine_compat.machine.peripheral import Peripheral, readable, to_int, writable
from machine_compat.modules.nor_flash import NORFlash, flash_of
from machine_compat.oserror import os_error
from machine_compat.raw_flash import ERASED, SECTOR

SIZE = 2 << 20
STORAGE = 1408 << 10
"""Bytes at the end of the Pico's flash for files (ports/rp2/boards/RPI_PICO/mpconfigboard.h)."""
INIT, DEINIT, SYNC, BLOCK_COUNT, BLOCK_SIZE, BLOCK_ERASE = 1, 2, 3, 4, 5, 6
"""What ioctl is asked for."""


class Flash(Peripheral):
    """Flash(*, start=, len=): all of it, or a part of so many bytes, both multiples of a block of 4096."""

    def __new__(cls, **part: int) -> Self:
        if not part:
            return cls._board.singleton((cls,), lambda: cls._part(0, STORAGE))
        start, size = to_int(part.pop("start", -1)), to_int(part.pop("len", -1))
        if part:
            raise TypeError("extra keyword arguments given")
        start = max(start, 0)
        size = STORAGE - start if size == -1 else size
        if start % SECTOR or size % SECTOR or not 0 <= start <= start + size <= STORAGE:
            raise ValueError
        return cls._part(start, size)

    @classmethod
    def _part(cls, start: int, size: int) -> Self:
        part = object.__new__(cls)
        part._start = start
        part._size = size
        part._chip = flash_of(cls._board, SIZE)
        return part

    def readblocks(self, block_num: int, buf: object, offset: int = 0, /) -> None:
        view = writable(buf)
        view[:] = self._chip.read(self._place(block_num, offset), len(view))

    def writeblocks(self, block_num: int, buf: object, offset: int | None = None, /) -> None:
        """Erase the blocks and write them; with an offset, write over what has been erased before."""
        data = readable(buf)
        place = self._place(block_num, offset or 0)
        if offset is None:
            self._chip.store(place, data + ERASED * (-len(data) % SECTOR))
        else:
            self._chip.program(place, data)

    def ioctl(self, op: int, arg: int, /) -> int | None:
        if op == BLOCK_COUNT:
            return self._size // SECTOR
        if op == BLOCK_SIZE:
            return SECTOR
        if op == BLOCK_ERASE:
            self._chip.erase(self._place(arg, 0), SECTOR)
            return 0
        return 0 if op in (INIT, DEINIT, SYNC) else None

    def _place(self, block: int, offset: int) -> int:
        """Where in the chip a block is; OSError EIO beyond the part's end."""
        inside = to_int(block) * SECTOR + to_int(offset)
        if not 0 <= inside < self._size:
            raise os_error(errno.EIO)
        return SIZE - STORAGE + self._start + inside

    def __repr__(self) -> str:
        return f"<rp2.Flash start={self._start} len={self._size}>"

    _start: int
    _size: int
    _chip: NORFlash
