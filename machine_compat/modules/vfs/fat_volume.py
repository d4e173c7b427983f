"""This file is a FAT volume with its folders and files.

# Ref: Microsoft, FAT: General Overview of On-Disk Format, version 1.03; MicroPython extmod/vfs_fat.c (errno)
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat_names import (
    ARCHIVE,
    ENTRY,
    FOLDER,
    FORBIDDEN,
    READ_ONLY,
    Entry,
    entries,
    erased,
    free_place,
    short_for,
)
from machine_compat.modules.vfs.fat_table import Table
from machine_compat.oserror import os_error

ENOENT, EACCES, EEXIST, EINVAL, ENOSPC = 2, 13, 17, 22, 28
_LONGEST: Final = 255
_EPOCH: Final = datetime(1980, 1, 1)


class Folder:
    """A folder's bytes. first: its first cluster; 0 is the root where that has a place of its own."""

    def __init__(self, table: Table, first: int) -> None:
        self._table = table
        self.first = first or table.layout.root_cluster
        self.clusters = table.chain(self.first) if self.first else []

    def sectors(self) -> list[int]:
        layout = self._table.layout
        if not self.first:
            return list(range(layout.root, layout.root + layout.root_sectors))
        return [
            self._table.sector_of(cluster) + index
            for cluster in self.clusters
            for index in range(layout.cluster_sectors)
        ]

    def content(self) -> bytes:
        return b"".join(map(self._table.device.read, self.sectors()))

    def entries(self) -> list[Entry]:
        return list(entries(self.content()))

    def find(self, name: str) -> Entry | None:
        wanted = name.lower()
        return next((entry for entry in self.entries() if entry.name.lower() == wanted), None)

    def add(self, name: str, attributes: int, cluster: int, size: int, changed: datetime) -> Entry:
        """A new entry; OSError ENOSPC."""
        content = self.content()
        taken = {entry.short for entry in entries(content)}
        short, long_entries = short_for(name, taken)
        count = long_entries + 1
        place = free_place(content, count)
        while (place + count) * ENTRY > len(content):
            content += self._grow()
        entry = Entry(name, short, attributes, cluster, size, changed, range(place, place + count))
        self._write(place, entry.packed())
        return entry

    def _grow(self) -> bytes:
        if not self.first:
            raise os_error(ENOSPC)  # the root of FAT12 and FAT16 cannot
        cluster = self._table.extend(self.clusters[-1])
        self.clusters.append(cluster)
        empty = bytes(self._table.cluster_size)
        self._table.device.write(self._table.sector_of(cluster), empty)
        return empty

    def update(self, entry: Entry) -> None:
        """Write an entry's cluster, size and time."""
        self._write(entry.places[-1], entry.pack())

    def remove(self, entry: Entry) -> None:
        self._write(entry.places[0], erased(len(entry.places)))

    def _write(self, place: int, data: bytes) -> None:
        size = self._table.device.size
        sectors = self.sectors()
        first, last = place * ENTRY // size, (place * ENTRY + len(data) - 1) // size
        content = bytearray(b"".join(self._table.device.read(sectors[index]) for index in range(first, last + 1)))
        offset = place * ENTRY - first * size
        content[offset : offset + len(data)] = data
        for index in range(first, last + 1):
            self._table.device.write(
                sectors[index], bytes(content[(index - first) * size : (index - first + 1) * size])
            )


class Volume:
    """A mounted volume. Paths begin with a slash; now: the time that changes are marked with.

    Raises OSError: ENOENT, EEXIST, EACCES (a folder that is not empty, a file that may not be written, as FatFs has
    it), EINVAL for a name that FAT does not take, ENOSPC.
    """

    def __init__(self, device: BlockDevice, now: Callable[[], datetime]) -> None:
        self.table = Table(device)
        self._now = now

    def now(self) -> datetime:
        """The time of a change; FAT begins with 1980."""
        return max(self._now(), _EPOCH)

    def folder(self, path: str) -> Folder:
        """The folder of a path."""
        folder = Folder(self.table, 0)
        for name in filter(None, path.split("/")):
            entry = folder.find(name)
            if entry is None or not entry.is_folder:
                raise os_error(ENOENT)
            folder = Folder(self.table, entry.cluster)
        return folder

    def find(self, path: str) -> tuple[Folder, Entry]:
        parent, _, name = path.rpartition("/")
        folder = self.folder(parent)
        entry = folder.find(name)
        if entry is None:
            raise os_error(ENOENT)
        return folder, entry

    def create(self, path: str, attributes: int = ARCHIVE) -> tuple[Folder, Entry]:
        """An empty file or folder where there was nothing."""
        parent, _, name = path.rpartition("/")
        folder = self.folder(parent)
        check(name)
        if folder.find(name) is not None:
            raise os_error(EEXIST)
        return folder, folder.add(name, attributes, 0, 0, self.now())

    def mkdir(self, path: str) -> None:
        folder, entry = self.create(path, FOLDER)
        entry.cluster = self.table.extend(0)
        self.table.device.write(self.table.sector_of(entry.cluster), bytes(self.table.cluster_size))
        inner = Folder(self.table, entry.cluster)
        above = 0 if folder.first == self.table.layout.root_cluster else folder.first
        for place, (name, cluster) in enumerate(((b".", entry.cluster), (b"..", above))):
            dots = Entry("", name.ljust(11), FOLDER, cluster, 0, entry.changed, range(place, place + 1))
            inner.update(dots)
        folder.update(entry)
        self.table.flush()

    def remove(self, path: str) -> None:
        """A file, or an empty folder."""
        folder, entry = self.find(path)
        if entry.attributes & READ_ONLY or (entry.is_folder and Folder(self.table, entry.cluster).entries()):
            raise os_error(EACCES)
        folder.remove(entry)
        self.table.cut(self.table.chain(entry.cluster), 0)
        self.table.flush()

    def rename(self, old: str, new: str) -> None:
        """Move a file or folder; a file of the new name is replaced, as MicroPython does."""
        folder, entry = self.find(old)
        parent, _, name = new.rpartition("/")
        check(name)
        target = self.folder(parent)
        there = target.find(name)
        if there is not None and (there.places, target.first) != (entry.places, folder.first):
            self.remove(new)
        if f"{new}/".startswith(f"{old}/") and old != new:
            raise os_error(EACCES)
        folder.remove(entry)
        moved = Folder(self.table, target.first).add(name, entry.attributes, entry.cluster, entry.size, entry.changed)
        if moved.is_folder and target.first != folder.first:
            above = 0 if target.first == self.table.layout.root_cluster else target.first
            Folder(self.table, moved.cluster).update(
                Entry("", b"..".ljust(11), FOLDER, above, 0, moved.changed, range(1, 2))
            )
        self.table.flush()


def check(name: str) -> None:
    """OSError EINVAL for a name that FAT does not take."""
    if not name or len(name) > _LONGEST or FORBIDDEN & set(name) or name.strip(". ") == "":
        raise os_error(EINVAL)
