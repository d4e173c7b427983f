"""This file is a FAT volume without its names: where it lies on a device, its clusters, and the table that chains them.

# Ref: Microsoft, FAT: General Overview of On-Disk Format, version 1.03 (boot sector, FAT types, FSInfo)
"""

import struct
from dataclasses import dataclass
from typing import Final

from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.oserror import os_error

ENODEV, ENOSPC = 19, 28
_BOOT: Final = struct.Struct("<3s8sHBHBHHBHHHIII")
_SIGNATURE: Final = b"\x55\xaa"
_JUMPS: Final = (0xEB, 0xE9)
FREE_COUNT: Final = slice(488, 492)
UNKNOWN: Final = b"\xff\xff\xff\xff"
"""Where FSInfo says how many clusters are free, and what says that it does not know."""
END: Final = 0x0FFF_FFFF
"""The last cluster of a chain, whatever the table's width."""
FAT12_CLUSTERS, FAT16_CLUSTERS = 4085, 65525
"""From how many clusters on a volume is FAT16, and FAT32."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A volume's parts, in sectors from the device's beginning."""

    bits: int
    cluster_sectors: int
    table: int
    table_sectors: int
    tables: int
    root: int
    root_sectors: int
    root_cluster: int
    data: int
    clusters: int
    info: int


def layout_of(device: BlockDevice) -> Layout:
    """Find the volume on a device, in its first partition if there is a table of them; OSError ENODEV: none."""
    first = device.read(0)
    start = 0
    if not _is_boot_sector(first, device.size):
        start = int.from_bytes(first[454:458], "little") if first[510:512] == _SIGNATURE else 0
        if not 0 < start < device.count:
            raise os_error(ENODEV)
        first = device.read(start)
        if not _is_boot_sector(first, device.size):
            raise os_error(ENODEV)
    fields = _BOOT.unpack_from(first)
    cluster, reserved, tables, entries, short, _, size16, _, _, _, long, size32 = fields[3:15]
    root_cluster, info = struct.unpack_from("<IH", first, 44)
    table_sectors = size16 or size32
    root_sectors = -(-entries * 32 // device.size)
    before = reserved + tables * table_sectors + root_sectors
    clusters = ((short or long) - before) // cluster
    bits = 12 if clusters < FAT12_CLUSTERS else 16 if clusters < FAT16_CLUSTERS else 32
    return Layout(
        bits,
        cluster,
        start + reserved,
        table_sectors,
        tables,
        start + reserved + tables * table_sectors,
        root_sectors,
        root_cluster if bits == 32 else 0,
        start + before,
        clusters,
        start + info if bits == 32 else 0,
    )


def _is_boot_sector(sector: bytes, size: int) -> bool:
    if len(sector) < 512 or sector[510:512] != _SIGNATURE or sector[0] not in _JUMPS:
        return False
    fields = _BOOT.unpack_from(sector)
    return bool(fields[2] == size and fields[3] and fields[4] and fields[5])


class Table:
    """The file allocation table: which cluster follows which. Changes are kept until `flush`."""

    def __init__(self, device: BlockDevice) -> None:
        self.device = device
        self.layout = layout_of(device)
        self._sectors: dict[int, bytearray] = {}
        self._changed: set[int] = set()
        self._search = 2

    @property
    def cluster_size(self) -> int:
        return self.layout.cluster_sectors * self.device.size

    def sector_of(self, cluster: int) -> int:
        return self.layout.data + (cluster - 2) * self.layout.cluster_sectors

    def chain(self, first: int) -> list[int]:
        """The clusters of a file or folder, in order; one that comes again ends them."""
        clusters: list[int] = []
        seen: set[int] = set()
        while 2 <= first < self.layout.clusters + 2 and first not in seen:
            seen.add(first)
            clusters.append(first)
            first = self._get(first)
        return clusters

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
                return cluster
        raise os_error(ENOSPC)

    def cut(self, clusters: list[int], kept: int) -> None:
        """Free the clusters of a chain from a number on."""
        for cluster in clusters[kept:]:
            self._set(cluster, 0)
            self._search = min(self._search, cluster)
        if 0 < kept < len(clusters):
            self._set(clusters[kept - 1], END)

    def free(self) -> int:
        """How many clusters are free."""
        return sum(self._get(cluster) == 0 for cluster in range(2, self.layout.clusters + 2))

    def flush(self) -> None:
        """Write what has changed, to every copy of the table."""
        if self._changed and self.layout.info:
            sector = bytearray(self.device.read(self.layout.info))
            if sector[FREE_COUNT] != UNKNOWN:
                sector[FREE_COUNT] = UNKNOWN
                self.device.write(self.layout.info, bytes(sector))
        for number in sorted(self._changed):
            for copy in range(self.layout.tables):
                self.device.write(
                    self.layout.table + copy * self.layout.table_sectors + number, bytes(self._sectors[number])
                )
        self._changed.clear()
        self.device.sync()

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
            value = value >> 4 if cluster & 1 else value & 0xFFF
            return value if value < 0xFF0 else END
        if self.layout.bits == 16:
            value = self._load(cluster * 2, 2)
            return value if value < 0xFFF0 else END
        return self._load(cluster * 4, 4) & END

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
