"""This file is an open file of a FAT volume: a raw stream of Python's over a chain of clusters."""

import io

from machine_compat.machine.peripheral import readable, writable
from machine_compat.modules.vfs.fat_names import Entry
from machine_compat.modules.vfs.fat_volume import Folder, Volume


class FatFile(io.RawIOBase):
    """A file for one of "rb", "wb", "ab", "xb", or those with a plus; what it holds now is known when it is flushed."""

    def __init__(self, volume: Volume, folder: Folder, entry: Entry, how: str) -> None:
        super().__init__()
        self._volume = volume
        self._folder = folder
        self._entry = entry
        self._clusters = volume.table.chain(entry.cluster)
        self._reads = how[0] == "r" or "+" in how
        self._writes = how[0] != "r" or "+" in how
        self._appends = how[0] == "a"
        self._changed = False
        self._place = entry.size if self._appends else 0
        if how[0] == "w":
            self.truncate(0)

    def readable(self) -> bool:
        return self._reads

    def writable(self) -> bool:
        return self._writes

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        start = (0, self._place, self._entry.size)[whence]
        self._place = max(0, start + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: object, /) -> int:
        view = writable(buffer)
        size = max(0, min(len(view), self._entry.size - self._place))
        done = 0
        while done < size:
            sector, offset = self._sector(self._place)
            part = self._volume.table.device.read(sector)[offset : offset + size - done]
            view[done : done + len(part)] = part
            done += len(part)
            self._place += len(part)
        return size

    def write(self, data: object, /) -> int:
        content = readable(data)
        if self._appends:
            self._place = self._entry.size
        if content and self._place > self._entry.size:
            self._fill(self._place - self._entry.size)
        self._put(content)
        return len(content)

    def truncate(self, size: int | None = None, /) -> int:
        wanted = self._place if size is None else size
        table = self._volume.table
        kept = -(-wanted // table.cluster_size)
        table.cut(self._clusters, kept)
        del self._clusters[kept:]
        self._entry.size = min(self._entry.size, wanted)
        self._touched()
        return wanted

    def flush(self) -> None:
        super().flush()
        if self._changed:
            self._changed = False
            self._entry.cluster = self._clusters[0] if self._clusters else 0
            self._entry.changed = self._volume.now()
            self._folder.update(self._entry)
            self._volume.table.flush()

    def _fill(self, count: int) -> None:
        """Write zeros from the end up to the place."""
        place, self._place = self._place, self._entry.size
        self._put(bytes(count))
        self._place = place

    def _put(self, content: bytes) -> None:
        device, table = self._volume.table.device, self._volume.table
        done = 0
        while done < len(content):
            while self._place // table.cluster_size >= len(self._clusters):
                self._clusters.append(table.extend(self._clusters[-1] if self._clusters else 0))
            sector, offset = self._sector(self._place)
            part = content[done : done + device.size - offset]
            if len(part) < device.size:
                before = device.read(sector)
                device.write(sector, before[:offset] + part + before[offset + len(part) :])
            else:
                device.write(sector, part)
            done += len(part)
            self._place += len(part)
            self._entry.size = max(self._entry.size, self._place)
            self._touched()

    def _touched(self) -> None:
        self._changed = True

    def _sector(self, place: int) -> tuple[int, int]:
        """The sector of a byte, and the byte's place in it."""
        table = self._volume.table
        index, inside = divmod(place, table.cluster_size)
        sector, offset = divmod(inside, table.device.size)
        return table.sector_of(self._clusters[index]) + sector, offset
