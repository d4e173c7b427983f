"""`vfs.VfsFat`: a FAT file system, FAT12, FAT16 or FAT32 with long names, on a block device.

# Ref: MicroPython extmod/vfs_fat.c, extmod/vfs_fat_file.c
"""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from machine_compat.flash import BoardPath, Entry, named, text_of
from machine_compat.machine.peripheral import Peripheral
from machine_compat.modules.opened_file import Opened, Refusals, opened
from machine_compat.modules.vfs import fat_format
from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat_file import FatFile
from machine_compat.modules.vfs.fat_names import FOLDER as IS_FOLDER
from machine_compat.modules.vfs.fat_names import READ_ONLY
from machine_compat.modules.vfs.fat_volume import Volume
from machine_compat.oserror import os_error

ENOENT, EACCES, EEXIST, ENODEV, ENOTDIR, EISDIR, EINVAL, EROFS = 2, 13, 17, 19, 20, 21, 22, 30
FOLDER, FILE = 0x4000, 0x8000
UNIX = datetime(1970, 1, 1)
ROOT_CHANGED = datetime(2000, 1, 1)
"""When the root was changed last, as FAT keeps no time of it (vfs_fat.c)."""
REFUSALS = Refusals(lambda: os_error(EINVAL), lambda: os_error(EACCES))


class VfsFat(Peripheral):
    """VfsFat(block_dev): what is on it is looked at now; OSError ENODEV, when it is mounted, for no FAT file system.

    Raises OSError: EIO for what is garbled, or a device that fails, and what `fat_volume.Volume` says.
    """

    def __init__(self, block_dev: object, /) -> None:
        self._device = BlockDevice(block_dev)
        self._readonly = not self._device.writable
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
        device = BlockDevice(block_dev)
        device.start()
        # A device that cannot be read is not written to.
        device.read(0)
        fat_format.make(device, partitioned=True)

    def mount(self, readonly: object, mkfs: object, /) -> None:
        if readonly:
            self._readonly = True
        if self._volume is None and mkfs:
            fat_format.make(self._device)
            self._volume = self._found()
        if self._volume is None:
            raise os_error(ENODEV)

    def umount(self) -> None:
        """Write what is not written yet."""
        if self._volume is not None and not self._readonly:
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

    def open(self, path: BoardPath, mode: str = "r", /) -> Opened:
        """Open a file; OSError ENOENT, EEXIST, EACCES, EROFS."""
        return opened(mode, lambda how: self._binary(text_of(path), how), REFUSALS)

    def _binary(self, path: str, how: str) -> BinaryIO:
        volume = self._reading() if how == "rb" else self._writing()
        try:
            folder, entry = volume.find(path)
        except OSError as error:
            if error.errno != ENOENT or how[0] == "r":
                raise
            folder, entry = volume.create(path)
        else:
            if entry.is_folder and how[0] == "r":
                raise os_error(ENOENT)
            if how != "rb" and entry.attributes & (READ_ONLY | IS_FOLDER):
                raise os_error(EACCES)
            if how[0] == "x":
                raise os_error(EEXIST)
        raw = FatFile(volume, folder, entry, how)
        # Lines are read a byte at a time otherwise.
        return cast(BinaryIO, io.BufferedReader(raw) if how == "rb" else raw)

    def remove(self, path: BoardPath, /) -> None:
        """Remove a file; OSError EISDIR for a folder."""
        self._remove(path, is_folder=False)

    def rmdir(self, path: BoardPath, /) -> None:
        """Remove an empty folder; OSError EACCES for one that is not empty, ENOTDIR for a file."""
        self._remove(path, is_folder=True)

    def _remove(self, path: BoardPath, is_folder: bool) -> None:
        volume = self._writing()
        if volume.find(text_of(path))[1].is_folder != is_folder:
            raise os_error(ENOTDIR if is_folder else EISDIR)
        volume.remove(text_of(path))

    def rename(self, old: BoardPath, new: BoardPath, /) -> None:
        """Move a file or folder. A file of the new name is replaced; OSError EISDIR where that is a folder."""
        volume = self._writing()
        try:
            volume.rename(text_of(old), text_of(new))
        except OSError as error:
            if error.errno != EEXIST:
                raise
            self._remove(new, is_folder=False)
            volume.rename(text_of(old), text_of(new))

    # ---- folders

    def chdir(self, path: BoardPath, /) -> None:
        """The folder in which paths without a slash begin; OSError ENOENT for what is no folder."""
        self._reading().chdir(text_of(path))

    def getcwd(self) -> str:
        return self._reading().getcwd()

    def ilistdir(self, path: BoardPath = "", /) -> Iterator[Entry]:
        """(name, kind, 0, size) of all in a folder; names are bytes where the path is."""
        found = self._reading().folder(text_of(path)).entries()
        return iter([(named(one.name, path), FOLDER if one.is_folder else FILE, 0, one.size) for one in found])

    def mkdir(self, path: BoardPath, /) -> None:
        self._writing().mkdir(text_of(path))

    def stat(self, path: BoardPath, /) -> tuple[int, ...]:
        """(kind, 0, 0, 0, 0, 0, size in bytes, and three times the last change in s since the port's epoch)"""
        volume = self._reading()
        if path in ("", "/", b"", b"/"):
            return self._described(FOLDER, 0, ROOT_CHANGED)
        _, entry = volume.find(text_of(path))
        return self._described(FOLDER if entry.is_folder else FILE, entry.size, entry.changed)

    def _described(self, kind: int, size: int, changed: datetime) -> tuple[int, ...]:
        s = max(0, int((changed - datetime(self._board.port.epoch_year, 1, 1)).total_seconds()))
        return (kind, 0, 0, 0, 0, 0, size, s, s, s)

    def statvfs(self, path: BoardPath, /) -> tuple[int, ...]:
        """(cluster, cluster, clusters, free, free, 0, 0, 0, 0, longest name)"""
        table = self._reading().table
        free = table.free()
        return (table.cluster_size, table.cluster_size, table.layout.clusters, free, free, 0, 0, 0, 0, 255)
