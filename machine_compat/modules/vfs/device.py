"""This file calls a script's block device, whatever it is: a memory card, a partition, a class of the script's.

# Ref: MicroPython extmod/vfs_blockdev.c; docs/library/vfs.rst, "Block devices"
"""

from typing import Any

from machine_compat.machine.peripheral import to_int
from machine_compat.oserror import os_error

EIO, EINVAL, EROFS = 5, 22, 30
INIT, DEINIT, SYNC, BLOCK_COUNT, BLOCK_SIZE, BLOCK_ERASE = 1, 2, 3, 4, 5, 6
"""What ioctl is asked for."""
SMALLEST = 512
"""Bytes of a block, unless the device says otherwise."""


class BlockDevice:
    """A block device. Raises OSError EIO for whole blocks that it cannot do, as FatFs has it.

    For parts of blocks and erasing, the number that the device gave, EINVAL for one above 0. TypeError for an answer
    that is no number. What the device itself raises is passed on.
    """

    def __init__(self, device: Any) -> None:
        if not hasattr(device, "readblocks"):
            raise TypeError(f"'{type(device).__name__}' object is no block device: it has no readblocks")
        self.device = device
        self.size = self._ask(BLOCK_SIZE) or SMALLEST

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return self._ask(BLOCK_COUNT) if hasattr(self.device, "ioctl") else to_int(self.device.count())

    @property
    def writable(self) -> bool:
        return hasattr(self.device, "writeblocks")

    def start(self) -> None:
        if self._ask(INIT) != 0:
            raise os_error(EIO)

    def sync(self) -> None:
        if hasattr(self.device, "ioctl"):
            self._ask(SYNC)
        elif hasattr(self.device, "sync"):
            self.device.sync()

    def read(self, block: int, count: int = 1) -> bytes:
        """Whole blocks."""
        data = bytearray(self.size * count)
        if _answer(self.device.readblocks(block, memoryview(data))):
            raise os_error(EIO)
        return bytes(data)

    def write(self, block: int, data: bytes) -> None:
        """Whole blocks, erased before where they have to be."""
        self._check_writable()
        if _answer(self.device.writeblocks(block, memoryview(bytearray(data)))):
            raise os_error(EIO)

    def read_part(self, block: int, offset: int, size: int) -> bytes:
        """Bytes of a block."""
        data = bytearray(size)
        _check(self.device.readblocks(block, memoryview(data), offset))
        return bytes(data)

    def write_part(self, block: int, offset: int, data: bytes) -> None:
        """Bytes into a block that has been erased."""
        self._check_writable()
        _check(self.device.writeblocks(block, memoryview(bytearray(data)), offset))

    def erase(self, block: int) -> None:
        _check(self.device.ioctl(BLOCK_ERASE, block))

    def _check_writable(self) -> None:
        if not self.writable:
            raise os_error(EROFS)

    def _ask(self, request: int) -> int:
        if not hasattr(self.device, "ioctl"):
            return 0
        answer = self.device.ioctl(request, 0)
        return 0 if answer is None else to_int(answer)


def _check(answer: object) -> None:
    number = _answer(answer)
    if number:
        raise os_error(number)


def _answer(answer: object) -> int:
    """The errno in a device's answer: 0 for nothing or 0, EINVAL for a number above; TypeError for no number."""
    number = 0 if answer is None else to_int(answer)
    return -number if number <= 0 else EINVAL
