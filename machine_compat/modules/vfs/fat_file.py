"""This file is an open file of a FAT volume: a raw stream of Python's over a chain of clusters.

# Ref: MicroPython extmod/vfs_fat_file.c; FatFs R0.13c as in lib/oofatfs (f_read, f_write, f_lseek, f_sync)
"""

import io
from typing import Final

from machine_compat.machine.peripheral import readable, writable
from machine_compat.modules.vfs.fat_names import Entry
from machine_compat.modules.vfs.fat_volume import Folder, Volume
from machine_compat.oserror import os_error

EIO, EACCES, EINVAL, ENOSPC = 5, 13, 22, 28
_LARGEST: Final = 0xFFFF_FFFF
"""Bytes of a file at most."""
_ZEROS: Final = 1 << 16
"""How many a file grows by at a time."""


class FatFile(io.RawIOBase):
    """A file for one of "rb", "wb", "ab", "xb", or those with a plus.

    One sector of it is here, as in FatFs: what is written is on the device when the next sector's turn comes, or when
    the file is flushed. Raises OSError EIO for a chain of clusters that is too short or broken, ENOSPC once all that
    fits is written, EACCES for the direction it was not opened for.
    """

    def __init__(self, volume: Volume, folder: Folder, entry: Entry, how: str) -> None:
        super().__init__()
        self._volume = volume
        self._table = volume.table
        self._folder = folder
        self._entry = entry
        self._reads = how[0] == "r" or "+" in how
        self._writes = how[0] != "r" or "+" in how
        self._changed = how[0] in "wx"
        self._sector: int | None = None
        self._buffer = bytearray()
        self._unwritten = False
        if how[0] == "w" and entry.cluster:
            old, entry.cluster, entry.size = entry.cluster, 0, 0
            folder.update(entry)
            self._table.cut(self._table.reached(old), 0)
        self._clusters = self._table.chain(entry.cluster)
        self._place = entry.size if how[0] == "a" else 0

    def readable(self) -> bool:
        return self._reads

    def writable(self) -> bool:
        return self._writes

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a byte; behind the end of a file that is written, it grows there, as far as there is room."""
        if whence not in (0, 1, 2):
            raise os_error(EINVAL)
        place = (0, self._place, self._entry.size)[whence] + offset
        size = self._entry.size
        if place < 0 or (place > size and not self._writes):
            place = size  # FatFs counts places without a sign
        self._place = min(place, size)
        while self._place < place:
            zeros = bytes(min(place - self._place, _ZEROS))
            if self._put(zeros) < len(zeros):
                break
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: object, /) -> int:
        if not self._reads:
            raise os_error(EACCES)
        view = writable(buffer)
        size = max(0, min(len(view), self._entry.size - self._place))
        done = 0
        while done < size:
            offset = self._reach()
            part = self._buffer[offset : offset + size - done]
            view[done : done + len(part)] = part
            done += len(part)
            self._place += len(part)
        return size

    def write(self, data: object, /) -> int:
        if not self._writes:
            raise os_error(EACCES)
        content = readable(data)
        if self._put(content) < len(content):
            raise os_error(ENOSPC)
        return len(content)

    def flush(self) -> None:
        super().flush()
        self._write_back()
        if self._changed:
            self._changed = False
            self._entry.cluster = self._clusters[0] if self._clusters else 0
            self._entry.changed = self._volume.now()
            self._folder.update(self._entry)
            self._table.flush()

    def _put(self, content: bytes) -> int:
        """Write what fits, and how much that was."""
        done = 0
        content = content[: _LARGEST - self._place]
        while done < len(content) and self._has_cluster():
            size = self._table.device.size
            begins = self._place % size == 0
            offset = self._reach(begins and (len(content) - done >= size or self._place >= self._entry.size))
            part = content[done : done + size - offset]
            self._buffer[offset : offset + len(part)] = part
            self._unwritten = self._changed = True
            done += len(part)
            self._place += len(part)
            self._entry.size = max(self._entry.size, self._place)
        return done

    def _has_cluster(self) -> bool:
        """Whether there is a cluster for the place, a new one if need be; EIO where others are missing before it."""
        room = len(self._clusters) * self._table.cluster_size
        if self._place < room:
            return True
        if self._place > room:
            raise os_error(EIO)
        try:
            self._clusters.append(self._table.extend(self._clusters[-1] if self._clusters else 0))
        except OSError as error:
            if error.errno != ENOSPC:
                raise
            return False
        return True

    def _reach(self, fresh: bool = False) -> int:
        """Have the sector of the place here, and the place in it. fresh: nothing of what is on the device counts."""
        index, inside = divmod(self._place, self._table.cluster_size)
        sector, offset = divmod(inside, self._table.device.size)
        if index >= len(self._clusters):
            raise os_error(EIO)
        sector += self._table.sector_of(self._clusters[index])
        if sector != self._sector:
            self._write_back()
            self._sector = None
            size = self._table.device.size
            self._buffer = bytearray(size) if fresh else bytearray(self._table.device.read(sector))
            self._sector = sector
        return offset

    def _write_back(self) -> None:
        if self._unwritten and self._sector is not None:
            self._table.device.write(self._sector, bytes(self._buffer))
            self._unwritten = False
