"""This file finds a FAT volume on a block device, and says where its parts lie.

# Ref: Microsoft, FAT: General Overview of On-Disk Format, version 1.03 (boot sector, FAT types); FatFs R0.13c as in
MicroPython's lib/oofatfs (which volumes it takes, and the greatest number of clusters of each type)
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat_names import ENTRY
from machine_compat.oserror import os_error

EIO, ENODEV = 5, 19
MOST_FAT12, MOST_FAT16, MOST_FAT32 = 0xFF5, 0xFFF5, 0x0FFFFFF5
"""Clusters of a volume of 12, 16 and 32 bits at most."""
SIGNATURE: Final = b"\x55\xaa"
PARTITIONS: Final = range(446, 510, 16)
"""Where the entries of a partition table are in sector 0."""
SMALLEST, LARGEST = 512, 4096
"""Bytes of a sector."""
_BOOT: Final = struct.Struct("<HBHBHHBHHHII")
_BOOT_PLACE: Final = 11
_JUMPS: Final = (0xE8, 0xE9, 0xEB)


@dataclass(frozen=True, slots=True)
class Layout:
    """A volume's parts, in sectors from the device's beginning. info: FSInfo's, 0 where there is none."""

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
    """The volume on a device, or in the first of its partitions that has one.

    Raises OSError ENODEV where there is none, EIO for a device whose blocks no FAT has.
    """
    check_sector(device.size)
    first = device.read(0)
    for start in _starts(first):
        boot = first if start == 0 else device.read(start)
        if _is_boot_sector(boot):
            return _described(boot, start, device.size)
    raise os_error(ENODEV)


def check_sector(size: int) -> None:
    """OSError EIO for a size that no sector has."""
    if not SMALLEST <= size <= LARGEST or size & (size - 1):
        raise os_error(EIO)


def _starts(first: bytes) -> Iterator[int]:
    """The sectors at which a volume may begin, by what is in sector 0."""
    if first[510:512] != SIGNATURE:
        return
    yield 0
    for entry in PARTITIONS:
        start = int.from_bytes(first[entry + 8 : entry + 12], "little")
        if first[entry + 4] and start:
            yield start


def _is_boot_sector(sector: bytes) -> bool:
    fat = sector[54:57] == b"FAT" or sector[82:87] == b"FAT32"
    return sector[510:512] == SIGNATURE and sector[0] in _JUMPS and fat


def _described(boot: bytes, start: int, size: int) -> Layout:
    """What a boot sector says; OSError ENODEV where that cannot be."""
    fields = _BOOT.unpack_from(boot, _BOOT_PLACE)
    sector, cluster, reserved, tables, entries, short, _, short_table, _, _, _, long = fields
    long_table, _, version, root_cluster, info = struct.unpack_from("<IHHIH", boot, 36)
    table = short_table or long_table
    root_sectors, odd = divmod(entries * ENTRY, size)
    before = reserved + tables * table + root_sectors
    sound = sector == size and tables in (1, 2) and cluster and not cluster & (cluster - 1) and reserved and not odd
    if not sound or (clusters := ((short or long) - before) // cluster) <= 0 or clusters > MOST_FAT32:
        raise os_error(ENODEV)
    bits = 12 if clusters <= MOST_FAT12 else 16 if clusters <= MOST_FAT16 else 32
    needed = -(-(clusters + 2) * bits // 8)
    if table * size < needed or (bits == 32) != (entries == 0) or (bits == 32 and version):
        raise os_error(ENODEV)
    return Layout(
        bits,
        cluster,
        start + reserved,
        table,
        tables,
        start + reserved + tables * table,
        root_sectors,
        root_cluster if bits == 32 else 0,
        start + before,
        clusters,
        start + 1 if bits == 32 and info == 1 else 0,
    )
