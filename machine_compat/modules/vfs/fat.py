"""`vfs.VfsFat`: a FAT file system, FAT12, FAT16 or FAT32 with long names, on a block device.

# Ref: MicroPython extmod/vfs_fat.c, extmod/vfs_fat_file.c
"""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from machine_compat.flash import Entry
from machine_compat.machine.peripheral import Peripheral
from machine_compat.modules.opened_file import Opened, opened
from machine_compat.modules.vfs import fat_format
from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat_file import FatFile
from machine_compat.modules.vfs.fat_names import READ_ONLY
from machine_compat.modules.vfs.fat_volume import Volume
from machine_compat.oserror import os_error

ENOENT, EACCES, ENODEV, EISDIR, EROFS = 2, 13, 19, 21, 30
FOLDER, FILE = 0x4000, 0x8000
UNIX = datetime(1970, 1, 1)


class VfsFat(Peripheral):
    """VfsFat(block_dev): what is on it is looked at now; OSError ENODEV, when it is mounted, for no FAT file system."""

    def __init__(self, block_dev: object, /) -> None:
        self._device = BlockDevice(block_dev)
        self._readonly = False
        self._device.start()
        self._volume: Volume | None = None
        try:
            self._volume = self._found()
        except OSError as error:
            if error.errno != ENODEV:
                raise

    def _found(self) -> Volume:
        return Volume(self._device, self._now)

    def _now(self) -> datetime:
        return UNIX + timedelta(microseconds=self._board.backend.rtc().read() // 1000)

    @staticmethod
    def mkfs(block_dev: object, /) -> None:
        """Make an empty file system on a block device. What was on it is lost."""
        fat_format.make(BlockDevice(block_dev))

    def mount(self, readonly: bool, mkfs: bool, /) -> None:
        self._readonly = bool(readonly)
        if self._volume is None and mkfs:
            fat_format.make(self._device)
            self._volume = self._found()
        if self._volume is None:
            raise os_error(ENODEV)

    def umount(self) -> None:
        """Write what is not written yet."""
        if self._volume is not None:
            self._volume.table.flush()

    def _reading(self) -> Volume:
        if self._volume is None:
            raise os_error(ENODEV)
        return self._volume

    def _writing(self) -> Volume:
        if self._readonly:
            raise os_error(EROFS)
        return self._reading()

    # ---- files

    def open(self, path: str, mode: str = "r", /) -> Opened:
        """Open a file; OSError ENOENT, EEXIST, EISDIR, EACCES, EROFS."""
        return opened(mode, lambda how: self._binary(f"/{path.lstrip('/')}", how))

    def _binary(self, path: str, how: str) -> BinaryIO:
        volume = self._reading() if how == "rb" else self._writing()
        try:
            if how[0] == "x":
                folder, entry = volume.create(path)
            else:
                folder, entry = volume.find(path)
        except OSError as error:
            if error.errno != ENOENT or how[0] not in "wa":
                raise
            folder, entry = volume.create(path)
        if entry.is_folder:
            raise os_error(EISDIR)
        if entry.attributes & READ_ONLY and how != "rb":
            raise os_error(EACCES)
        raw = FatFile(volume, folder, entry, how)
        if "+" in how:
            return cast(BinaryIO, io.BufferedRandom(raw))
        return cast(BinaryIO, io.BufferedReader(raw) if how == "rb" else io.BufferedWriter(raw))

    def remove(self, path: str, /) -> None:
        """Remove a file; OSError EISDIR for a folder."""
        volume = self._writing()
        if volume.find(path)[1].is_folder:
            raise os_error(EISDIR)
        volume.remove(path)

    def rename(self, old: str, new: str, /) -> None:
        self._writing().rename(old, new)

    # ---- folders

    def ilistdir(self, path: str = "/", /) -> Iterator[Entry]:
        """(name, kind, 0, size) of all in a folder."""
        entries = self._reading().folder(path).entries()
        return iter([(entry.name, FOLDER if entry.is_folder else FILE, 0, entry.size) for entry in entries])

    def mkdir(self, path: str, /) -> None:
        self._writing().mkdir(path)

    def rmdir(self, path: str, /) -> None:
        """Remove an empty folder; OSError EACCES for one that is not empty, ENOTDIR for a file."""
        volume = self._writing()
        if not volume.find(path)[1].is_folder:
            raise os_error(20)
        volume.remove(path)

    def stat(self, path: str, /) -> tuple[int, ...]:
        if not path.strip("/"):
            return (FOLDER, *(0,) * 9)
        _, entry = self._reading().find(path)
        epoch = datetime(self._board.port.epoch_year, 1, 1)
        changed = max(0, int((entry.changed - epoch).total_seconds()))
        return (FOLDER if entry.is_folder else FILE, 0, 0, 0, 0, 0, entry.size, changed, changed, changed)

    def statvfs(self, path: str = "/", /) -> tuple[int, ...]:
        """(cluster, cluster, clusters, free, free, 0, 0, 0, 0, longest name)"""
        table = self._reading().table
        free = table.free()
        return (table.cluster_size, table.cluster_size, table.layout.clusters, free, free, 0, 0, 0, 0, 255)
