"""`esp32.Partition`: the parts of the flash, as block devices.

# Ref: MicroPython ports/esp32/esp32_partition.c, ports/esp32/partitions-4MiB.csv; docs/library/esp32.rst
"""

import errno
from typing import NamedTuple, Self

from machine_compat.machine.peripheral import Peripheral, readable, to_int, writable
from machine_compat.modules.esp import FLASH_SIZE
from machine_compat.modules.esp32.errors import esp_error
from machine_compat.modules.nor_flash import NORFlash, flash_of
from machine_compat.oserror import os_error
from machine_compat.raw_flash import SECTOR

APP, DATA = 0, 1
VALIDATE_FAILED = 0x1503
"""ESP_ERR_OTA_VALIDATE_FAILED (ESP-IDF esp_ota_ops.h)."""
BOOT, RUNNING = 0, 1
INIT, DEINIT, SYNC, BLOCK_COUNT, BLOCK_SIZE, BLOCK_ERASE = 1, 2, 3, 4, 5, 6
BOOT_KEY = "boot partition"


class Part(NamedTuple):
    type: int
    subtype: int
    address: int
    size: int
    label: str


TABLE = (
    Part(DATA, 0x02, 0x9000, 0x6000, "nvs"),
    Part(DATA, 0x01, 0xF000, 0x1000, "phy_init"),
    Part(APP, 0x00, 0x10000, 0x1F_0000, "factory"),
    Part(DATA, 0x81, 0x20_0000, 0x20_0000, "vfs"),
)
FACTORY = TABLE[2]


class Partition(Peripheral):
    """Partition(id, block_size=4096, /): by its label, or BOOT or RUNNING; OSError ENOENT for one that is not there."""

    def __init__(self, id: str | int, block_size: int = SECTOR, /) -> None:
        if isinstance(id, str):
            part = next((part for part in TABLE if part.label == id), None)
        elif id == BOOT:
            label = self._board.retained.get(BOOT_KEY, FACTORY.label)
            part = next(part for part in TABLE if part.label == label)
        else:
            part = FACTORY if id == RUNNING else None
        if part is None:
            raise os_error(errno.ENOENT)
        self._set_up(part, to_int(block_size))

    def _set_up(self, part: Part, block_size: int) -> None:
        self._part = part
        self._block = block_size
        self._flash: NORFlash = flash_of(self._board, FLASH_SIZE)

    @classmethod
    def find(
        cls, type: int = APP, subtype: int = 0xFF, label: str | None = None, block_size: int = SECTOR
    ) -> list[Self]:
        """All partitions of a type, and of a subtype and label if these are given."""
        found = []
        for part in TABLE:
            if part.type == type and subtype in (0xFF, part.subtype) and label in (None, part.label):
                one = object.__new__(cls)
                one._set_up(part, to_int(block_size))
                found.append(one)
        return found

    def __repr__(self) -> str:
        part = self._part
        where = f"type={part.type}, subtype={part.subtype}, address={part.address}, size={part.size}"
        return f"<Partition {where}, label={part.label}, encrypted=0>"

    def info(self) -> tuple[int, int, int, int, str, bool]:
        """(type, subtype, address, size, label, whether it is encrypted)"""
        return (*self._part, False)

    def readblocks(self, block_num: int, buf: object, offset: int = 0, /) -> None:
        view = writable(buf)
        view[:] = self._flash.read(self._place(block_num, offset, len(view)), len(view))

    def writeblocks(self, block_num: int, buf: object, offset: int | None = None, /) -> None:
        """Erase the blocks and write them; with an offset, write over what has been erased before."""
        data = readable(buf)
        place = self._place(block_num, offset or 0, len(data))
        if offset is None:
            first, last = place // SECTOR * SECTOR, -(-(place + len(data)) // SECTOR) * SECTOR
            kept = self._flash.read(first, last - first)
            inside = place - first
            self._flash.store(first, kept[:inside] + data + kept[inside + len(data) :])
        else:
            self._flash.program(place, data)

    def ioctl(self, cmd: int, arg: int, /) -> int | None:
        if cmd == BLOCK_COUNT:
            return self._part.size // self._block
        if cmd == BLOCK_SIZE:
            return self._block
        if cmd == BLOCK_ERASE:
            if self._block != SECTOR:
                return -errno.EINVAL
            self._flash.erase(self._place(arg, 0, SECTOR), SECTOR)
            return 0
        return 0 if cmd in (INIT, DEINIT, SYNC) else None

    def _place(self, block: int, offset: int, size: int) -> int:
        """Where in the flash a block is; OSError EIO beyond the partition's end."""
        inside = to_int(block) * self._block + to_int(offset)
        if not 0 <= inside <= inside + size <= self._part.size:
            raise os_error(errno.EIO)
        return self._part.address + inside

    def set_boot(self) -> None:
        """Start from this partition next time.

        Raises OSError(-5379, "ESP_ERR_OTA_VALIDATE_FAILED") for one that holds no firmware.
        """
        if self._part.type != APP:
            raise esp_error(VALIDATE_FAILED, "ESP_ERR_OTA_VALIDATE_FAILED")
        self._board.retained[BOOT_KEY] = self._part.label

    def get_next_update(self) -> Self:
        """Where an update would go; OSError ENOENT, as there is one partition for firmware alone."""
        raise os_error(errno.ENOENT)

    @classmethod
    def mark_app_valid_cancel_rollback(cls) -> None:
        """Accepted: there is nothing to go back to."""

    BOOT, RUNNING, TYPE_APP, TYPE_DATA = BOOT, RUNNING, APP, DATA
