"""This file is a FAT volume without its names: its clusters, and the table that chains them.

# Ref: Microsoft, FAT: General Overview of On-Disk Format, version 1.03 (FAT entries, FSInfo)
"""

import struct
from typing import Final

from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat_layout import SIGNATURE, layout_of
from machine_compat.oserror import os_error

EIO, ENOSPC = 5, 28
END: Final = 0x0FFF_FFFF
"""The last cluster of a chain, whatever the table's width."""
HEAD, BODY = b"RRaA", b"rrAa"
"""The signatures of FSInfo, at its beginning and at 484."""
_COUNTS: Final = struct.Struct("<4sII")
_COUNTS_PLACE: Final = 484


class Table:
    """The file allocation table: which cluster follows which. Changes are kept until `flush`."""

    def __init__(self, device: BlockDevice) -> None:
        self.device = device
        self.layout = layout_of(device)
        self._sectors: dict[int, bytearray] = {}
        self._changed: set[int] = set()
        self._search = 2
        self._free = self._told_free()

    @property
    def cluster_size(self) -> int:
        return self.layout.cluster_sectors * self.device.size

    def sector_of(self, cluster: int) -> int:
        """A cluster's first sector; OSError EIO for a number that the volume has not."""
        if not self._is_cluster(cluster):
            raise os_error(EIO)
        return self.layout.data + (cluster - 2) * self.layout.cluster_sectors

    def _is_cluster(self, number: int) -> bool:
        return 2 <= number < self.layout.clusters + 2

    def clear(self, cluster: int) -> None:
        """Fill a cluster with zeros."""
        first = self.sector_of(cluster)
        for sector in range(first, first + self.layout.cluster_sectors):
            self.device.write(sector, bytes(self.device.size))

    # ---- chains

    def chain(self, first: int) -> list[int]:
        """The clusters of a file or folder, in order; none for 0. OSError EIO where they have no end."""
        clusters = self.reached(first)
        if first and (not clusters or self._is_cluster(last := self._get(clusters[-1])) or last < 2):
            raise os_error(EIO)
        return clusters

    def reached(self, first: int) -> list[int]:
        """The clusters that follow one another, up to one that leads nowhere or back."""
        clusters: dict[int, None] = {}
        while self._is_cluster(first) and first not in clusters:
            clusters[first] = None
            first = self._get(first)
        return list(clusters)

    def extend(self, last: int) -> int:
        """A free cluster, behind the last one of a chain, or by itself after 0; OSError ENOSPC."""
        total = self.layout.clusters
        for step in range(total):
            cluster = 2 + (self._search - 2 + step) % total
            if self._get(cluster) == 0:
                self._search = cluster + 1
                self._set(cluster, END)
                if last:
                    self._set(last, cluster)
                self._count(-1)
                return cluster
        raise os_error(ENOSPC)

    def cut(self, clusters: list[int], kept: int) -> None:
        """Free the clusters of a chain from a number on."""
        for cluster in clusters[kept:]:
            self._set(cluster, 0)
            self._search = min(self._search, cluster)
        self._count(len(clusters[kept:]))
        if 0 < kept < len(clusters):
            self._set(clusters[kept - 1], END)

    # ---- how many are free

    def free(self) -> int:
        """How many clusters are free: what FSInfo says, or a count of them."""
        if self._free is None:
            self._free = self._counted()
        return self._free

    def _counted(self) -> int:
        layout, size = self.layout, self.device.size
        if layout.bits == 12:
            return sum(self._get(cluster) == 0 for cluster in range(2, layout.clusters + 2))
        entry = struct.Struct("<H" if layout.bits == 16 else "<I")
        free, left = 0, layout.clusters + 2
        for number in range(-(-left * entry.size // size)):
            # Not kept: a large volume's table is megabytes.
            sector = self._sectors.get(number) or self.device.read(layout.table + number)
            values = [value for (value,) in entry.iter_unpack(sector)][:left]
            free += sum(value & END == 0 for value in values[2 if number == 0 else 0 :])
            left -= len(values)
        return free

    def _count(self, change: int) -> None:
        if self._free is not None:
            self._free = min(max(0, self._free + change), self.layout.clusters)

    def _told_free(self) -> int | None:
        """What FSInfo says, where there is one and it can be true."""
        if not self.layout.info:
            return None
        sector = self.device.read(self.layout.info)
        body, free, _ = _COUNTS.unpack_from(sector, _COUNTS_PLACE)
        known = sector[:4] == HEAD and body == BODY and sector[510:512] == SIGNATURE
        return free if known and free <= self.layout.clusters else None

    def flush(self) -> None:
        """Write what has changed, to every copy of the table, and into FSInfo how many clusters are free."""
        for number in sorted(self._changed):
            for copy in range(self.layout.tables):
                place = self.layout.table + copy * self.layout.table_sectors + number
                self.device.write(place, bytes(self._sectors[number]))
        if self._changed and self.layout.info:
            self.device.write(self.layout.info, information(self.device.size, self.free(), max(2, self._search - 1)))
        self._changed.clear()
        self.device.sync()

    # ---- entries

    def _byte(self, place: int) -> tuple[bytearray, int, int]:
        number, offset = divmod(place, self.device.size)
        if number not in self._sectors:
            self._sectors[number] = bytearray(self.device.read(self.layout.table + number))
        return self._sectors[number], offset, number

    def _load(self, place: int, size: int) -> int:
        value = 0
        for index in range(size):
            sector, offset, _ = self._byte(place + index)
            value |= sector[offset] << 8 * index
        return value

    def _get(self, cluster: int) -> int:
        if self.layout.bits == 12:
            value = self._load(cluster * 3 // 2, 2)
            return value >> 4 if cluster & 1 else value & 0xFFF
        return self._load(cluster * self.layout.bits // 8, self.layout.bits // 8) & END

    def _set(self, cluster: int, value: int) -> None:
        if self.layout.bits == 12:
            place, size = cluster * 3 // 2, 2
            before = self._load(place, 2)
            value &= 0xFFF
            value = (before & 0x000F) | value << 4 if cluster & 1 else (before & 0xF000) | value
        elif self.layout.bits == 16:
            place, size = cluster * 2, 2
        else:
            place, size = cluster * 4, 4
            value = (self._load(place, 4) & ~END) | value
        for index in range(size):
            sector, offset, number = self._byte(place + index)
            sector[offset] = value >> 8 * index & 0xFF
            self._changed.add(number)


def information(size: int, free: int, last: int) -> bytes:
    """FSInfo, a sector: how many clusters are free, and the one taken last."""
    sector = HEAD.ljust(_COUNTS_PLACE, b"\0") + _COUNTS.pack(BODY, free, last)
    return (sector.ljust(510, b"\0") + SIGNATURE).ljust(size, b"\0")
