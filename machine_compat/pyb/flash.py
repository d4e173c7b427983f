"""`pyb.Flash`: the pyboard's internal flash as a block device. It is memory of its own, not the files that scripts see.

# Ref: MicroPython ports/stm32/storage.c
"""

import errno
from typing import Self

from machine_compat.machine.peripheral import Peripheral, readable, to_int, writable
from machine_compat.modules.nor_flash import CHIPS, MIB, NORFlash, flash_of

BLOCK = 512
FIRST = 0x100
"""The block where the file system begins, in the whole flash's numbers; the ones before hold a partition table."""
BLOCKS = 224
"""Blocks for files on a pyboard: 112 KiB."""
SIZE = BLOCKS * BLOCK
SEGMENT = 0x4000
"""Where they begin in the chip's flash (FLASH_MEM_SEG1_START_ADDR, ports/stm32/flashbdev.c)."""
TABLE_AT, TABLE_SIZE = 446, 16
FAT12 = 0x01


class Flash(Peripheral):
    """Flash(*, start=-1, len=-1)

    Without arguments the one object for all of the flash, with a partition table before it; with them a part of what
    is for files, in bytes. Raises ValueError for a part that is not whole blocks inside of it.
    """

    _start: int
    _len: int | None

    def __new__(cls, *, start: int = -1, len: int = -1) -> Self:
        first, size = to_int(start), to_int(len)
        if (first, size) == (-1, -1):
            return cls._board.singleton((cls,), lambda: cls._make(0, None))
        first = 0 if first == -1 else first
        size = SIZE - first if size == -1 else size
        if not (0 <= first < SIZE and 0 < size <= SIZE - first) or first % BLOCK or size % BLOCK:
            raise ValueError
        return cls._make(first, size)

    @classmethod
    def _make(cls, start: int, size: int | None) -> Self:
        self = object.__new__(cls)
        self._start = start
        self._len = size
        return self

    def __init__(self, *, start: int = -1, len: int = -1) -> None:
        """Everything is done by now."""

    def _memory(self) -> NORFlash:
        """What the flash holds; it outlives resets. The driver erases by itself what it is to write over."""
        board = self._board
        return flash_of(board, SIZE, CHIPS.get(board.port.name, MIB) - MIB + SEGMENT)

    def _place(self, block: int, offset: int, size: int) -> int | None:
        """Where bytes are in the flash; None where it has none."""
        place = block * BLOCK + offset + self._start
        end = SIZE if self._len is None else self._start + self._len
        return place if self._start <= place and place + size <= end else None

    def readblocks(self, block_num: int, buf: object, *offset: int) -> int:
        """Read into a buffer from a block, and an offset in it; 0, or a negative errno."""
        view = writable(buf)
        block = to_int(block_num)
        if self._len is None:
            if offset:
                return -errno.EIO
            data = b"".join(self._whole(block + index) for index in range(len(view) // BLOCK))
            view[: len(data)] = data
            return 0
        place = self._place(block, sum(map(to_int, offset)), len(view))
        if place is None:
            return -errno.EFAULT if offset else -errno.EIO
        view[:] = self._memory().read(place, len(view))
        return 0

    def _whole(self, block: int) -> bytes:
        """A block of all the flash: the partition table, nothing, and then the file system."""
        if block == 0:
            entry = bytes((0, 0, 0, 0, FAT12, 0, 0, 0)) + FIRST.to_bytes(4, "little") + BLOCKS.to_bytes(4, "little")
            return bytes(TABLE_AT) + entry + bytes(BLOCK - TABLE_AT - TABLE_SIZE - 2) + b"\x55\xaa"
        place = (block - FIRST) * BLOCK
        return self._memory().read(place, BLOCK) if FIRST <= block < FIRST + BLOCKS else bytes(BLOCK)

    def writeblocks(self, block_num: int, buf: object, *offset: int) -> int:
        """Write a buffer to a block, and an offset in it; the result as for readblocks."""
        data = readable(buf)
        block = to_int(block_num)
        if self._len is None:
            if offset:
                return -errno.EIO
            block -= FIRST
        place = self._place(block, sum(map(to_int, offset)), len(data))
        if place is None:
            # The partition table cannot be changed, and takes what is written to it.
            return 0 if self._len is None and block < 0 else -errno.EFAULT if offset else -errno.EIO
        self._memory().store(place, data)
        return 0

    def ioctl(self, cmd: int, arg: int, /) -> int | None:
        """The commands of a block device: 1 start, 2 end, 3 write through, 4 blocks, 5 their size, 6 erase one."""
        match to_int(cmd):
            case 1:
                return -1 if self._len is None and to_int(arg) == 1 else 0
            case 2 | 3 | 6:
                return 0
            case 4:
                return FIRST + BLOCKS if self._len is None else self._len // BLOCK
            case 5:
                return BLOCK
        return None

    def __repr__(self) -> str:
        return "Flash()" if self._len is None else f"Flash(start={self._start}, len={self._len})"
