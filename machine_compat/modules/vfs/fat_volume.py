"""This file is a FAT volume with its folders and files.

# Ref: Microsoft, FAT: General Overview of On-Disk Format, version 1.03; FatFs R0.13c as in MicroPython's lib/oofatfs;
MicroPython extmod/vfs_fat_file.c (errno)
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat_names import (
    ARCHIVE,
    ENTRY,
    FOLDER,
    READ_ONLY,
    Entry,
    entries,
    erased,
    free_place,
    plain,
    short_for,
)
from machine_compat.modules.vfs.fat_table import Table
from machine_compat.oserror import os_error

ENOENT, EACCES, EEXIST, EINVAL, ENOSPC = 2, 13, 17, 22, 28
_EPOCH: Final = datetime(1980, 1, 1)
_SEPARATORS: Final = re.compile(r"[/\\]+")
_LARGEST_FOLDER: Final = 65536
"""Entries of a folder at most."""
Way = list[tuple[str, int]]
"""The folders from the root on, each with its name and first cluster."""
ROOT: Final = ("", 0)


class Folder:
    """A folder's bytes. first: its first cluster; 0 is the root where that has a place of its own."""

    def __init__(self, table: Table, first: int) -> None:
        self._table = table
        self.first = first or table.layout.root_cluster
        self.clusters = table.chain(self.first)

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
        """All of it, as far as a folder can be filled."""
        most = _LARGEST_FOLDER * ENTRY // self._table.device.size
        return b"".join(map(self._table.device.read, self.sectors()[:most]))

    def entries(self) -> list[Entry]:
        return list(entries(self.content()))

    def find(self, name: str) -> Entry | None:
        return next((entry for entry in self.entries() if entry.answers_to(name)), None)

    def add(self, name: str, wanted: Entry) -> Entry:
        """An entry of a new name for what there is; OSError EACCES where it finds no room, as FatFs has it."""
        content = self.content()
        short = short_for(name, {entry.short for entry in entries(content)})
        count = short.long_entries + 1
        place = free_place(content, count)
        while (place + count) * ENTRY > len(content):
            content += self._grow(len(content))
        entry = Entry(
            name,
            short.name,
            wanted.attributes,
            wanted.cluster,
            wanted.size,
            wanted.changed,
            range(place, place + count),
            short.case,
            wanted.created,
        )
        self._write(place, entry.packed())
        return entry

    def _grow(self, size: int) -> bytes:
        if not self.first or size >= _LARGEST_FOLDER * ENTRY:
            raise os_error(EACCES)  # the root of FAT12 and FAT16 cannot
        cluster = new_cluster(self._table, self.clusters[-1])
        self.clusters.append(cluster)
        return bytes(self._table.cluster_size)

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
    """A mounted volume. now: the time that changes are marked with. A path without a slash begins at `cwd`.

    Raises OSError: ENOENT, EEXIST, EACCES (a folder that is not empty, a file that may not be written, no room for a
    new name, as FatFs has it), EINVAL for a name that FAT does not take, ENOSPC, EIO for what is garbled.
    """

    def __init__(self, device: BlockDevice, now: Callable[[], datetime]) -> None:
        self.table = Table(device)
        self.cwd: Way = [ROOT]
        self._now = now

    def now(self) -> datetime:
        """The time of a change; FAT begins with 1980."""
        return max(self._now(), _EPOCH)

    # ---- paths

    def _start(self, path: str) -> tuple[Way, list[str]]:
        """Where a path begins, and its names; EINVAL for a separator at its end, which FatFs does not take."""
        names = [name for name in _SEPARATORS.split(path) if name]
        if names and path[-1] in "/\\":
            raise os_error(EINVAL)
        return [ROOT] if path[:1] in ("/", "\\") else list(self.cwd), names

    def _walk(self, way: Way, names: list[str]) -> Way:
        """The way on, along names."""
        for name in names:
            if name == "..":
                way = way[:-1] or way
            elif name != ".":
                entry = self._last(way).find(plain(name))
                if entry is None or not entry.is_folder:
                    raise os_error(ENOENT)
                way = [*way, (entry.name, entry.cluster)]
        return way

    def _last(self, way: Way) -> Folder:
        return Folder(self.table, way[-1][1])

    def folder(self, path: str) -> Folder:
        """The folder of a path."""
        return self._last(self._walk(*self._start(path)))

    def chdir(self, path: str) -> None:
        self.cwd = self._walk(*self._start(path))

    def getcwd(self) -> str:
        return "/" + "/".join(name for name, _ in self.cwd[1:])

    def _parted(self, path: str) -> tuple[Way, str]:
        """The way to a path's last name, and the name; EINVAL for what names no entry of a folder."""
        way, names = self._start(path)
        if not names or names[-1] in (".", ".."):
            raise os_error(EINVAL)
        return self._walk(way, names[:-1]), plain(names[-1])

    def find(self, path: str) -> tuple[Folder, Entry]:
        way, name = self._parted(path)
        folder = self._last(way)
        entry = folder.find(name)
        if entry is None:
            raise os_error(ENOENT)
        return folder, entry

    # ---- changes

    def create(self, path: str) -> tuple[Folder, Entry]:
        """An empty file where there was nothing."""
        way, name = self._parted(path)
        folder = self._last(way)
        if folder.find(name) is not None:
            raise os_error(EEXIST)
        return folder, folder.add(name, self._new(ARCHIVE, 0))

    def _new(self, attributes: int, cluster: int) -> Entry:
        return Entry("", b"", attributes, cluster, 0, self.now(), range(0))

    def mkdir(self, path: str) -> None:
        way, name = self._parted(path)
        folder = self._last(way)
        if folder.find(name) is not None:
            raise os_error(EEXIST)
        new = self._new(FOLDER, new_cluster(self.table, 0))
        inner = Folder(self.table, new.cluster)
        above = 0 if folder.first == self.table.layout.root_cluster else folder.first
        for place, (dots, cluster) in enumerate(((b".", new.cluster), (b"..", above))):
            inner.update(_dots(dots, cluster, new.changed, place))
        try:
            folder.add(name, new)
        except OSError:
            self.table.cut([new.cluster], 0)
            raise
        self.table.flush()

    def remove(self, path: str) -> None:
        """A file, or an empty folder that is not the current one."""
        folder, entry = self.find(path)
        if entry.attributes & READ_ONLY:
            raise os_error(EACCES)
        if entry.is_folder:
            inner = Folder(self.table, entry.cluster)
            if inner.entries() or entry.cluster == self.cwd[-1][1]:
                raise os_error(EACCES)
        folder.remove(entry)
        self.table.cut(self.table.reached(entry.cluster), 0)
        self.table.flush()

    def rename(self, old: str, new: str) -> None:
        """Move a file or folder to a name that nothing else has."""
        folder, entry = self.find(old)
        way, name = self._parted(new)
        target = self._last(way)
        there = target.find(name)
        if there is not None and (there.places, target.first) != (entry.places, folder.first):
            raise os_error(EEXIST)
        if entry.is_folder and entry.cluster in [cluster for _, cluster in way]:
            raise os_error(EACCES)  # FatFs does it, and the folder is lost
        target = folder if target.first == folder.first else target
        moved = target.add(name, entry)
        if moved.is_folder and target is not folder:
            above = 0 if target.first == self.table.layout.root_cluster else target.first
            Folder(self.table, moved.cluster).update(_dots(b"..", above, moved.changed, 1))
        folder.remove(entry)
        self.table.flush()


def new_cluster(table: Table, last: int) -> int:
    """A cluster of zeros for a folder; OSError EACCES on a full volume, as FatFs has it."""
    try:
        cluster = table.extend(last)
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        raise os_error(EACCES) from error
    table.clear(cluster)
    return cluster


def _dots(name: bytes, cluster: int, changed: datetime, place: int) -> Entry:
    """The entry of a folder itself, or of the one above."""
    return Entry("", name.ljust(11), FOLDER, cluster, 0, changed, range(place, place + 1))
