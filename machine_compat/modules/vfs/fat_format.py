"""This file makes an empty FAT volume on a block device, laid out as a board does it.

# Ref: FatFs R0.13c as in MicroPython's lib/oofatfs (f_mkfs: one table, 512 entries of the root, cluster sizes);
Microsoft, FAT: General Overview of On-Disk Format, version 1.03
"""

import struct
from typing import Final, NamedTuple

from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat_layout import MOST_FAT12, MOST_FAT16, PARTITIONS, SIGNATURE, check_sector
from machine_compat.modules.vfs.fat_table import information
from machine_compat.oserror import os_error

EIO: Final = 5
_ROOT_ENTRIES: Final = 512
_SMALLEST: Final = 22
_FEWEST_CLUSTERS: Final = 16
_LARGEST_CLUSTER: Final = 128
"""Sectors."""
_FAT32_RESERVED: Final = 32
_PARTITION: Final = 63
"""The sector where the partition of a FAT32 volume begins."""
_FAT32_KIND: Final = 0x0C
_SERIAL: Final = 0x4D504346
_FIRST: Final = {12: b"\xf8\xff\xff", 16: b"\xf8" + b"\xff" * 3, 32: b"\xf8" + b"\xff" * 10 + b"\x0f"}
"""A table's first entries; with 32 bits the third is the root's cluster."""


class Plan(NamedTuple):
    """A volume to be made, in sectors. cluster: of one; clusters: how many."""

    bits: int
    start: int
    sectors: int
    cluster: int
    reserved: int
    table: int
    root: int
    clusters: int


def make(device: BlockDevice, partitioned: bool = False) -> None:
    """Write an empty volume over the whole device.

    partitioned: one too large for FAT16 becomes FAT32, in a partition. Raises OSError EIO for a device that is too
    small, or, without that, too large.
    """
    device.start()
    check_sector(device.size)
    plan = _small(device.count, device.size)
    if plan is None and partitioned:
        plan = _large(device.count - _PARTITION, device.size)
    if plan is None:
        raise os_error(EIO)
    _write(device, plan)
    device.sync()


def _small(sectors: int, size: int) -> Plan | None:
    """FAT12 or FAT16, with the smallest cluster from one that suits the size."""
    if sectors < _SMALLEST:
        return None
    cluster = _cluster(sectors // 0x1000, (1, 4, 16, 64, 256, 512))
    root = _ROOT_ENTRIES * 32 // size
    while cluster <= _LARGEST_CLUSTER:
        clusters = sectors // cluster
        bits = 16 if clusters > MOST_FAT12 else 12
        table = -(-(clusters * 2 + 4 if bits == 16 else (clusters * 3 + 1) // 2 + 3) // size)
        if sectors < 1 + table + root + cluster * _FEWEST_CLUSTERS:
            return None
        clusters = (sectors - 1 - table - root) // cluster
        if clusters <= (MOST_FAT12 if bits == 12 else MOST_FAT16) and (bits == 12 or clusters > MOST_FAT12):
            return Plan(bits, 0, sectors, cluster, 1, table, root, clusters)
        cluster *= 2
    return None


def _large(sectors: int, size: int) -> Plan | None:
    """FAT32 behind a partition table."""
    cluster = _cluster(sectors // 0x20000, (1, 2, 4, 8, 16, 32))
    while cluster:
        table = -(-(sectors // cluster * 4 + 8) // size)
        clusters = (sectors - _FAT32_RESERVED - table) // cluster
        if clusters > MOST_FAT16:
            return Plan(32, _PARTITION, sectors, cluster, _FAT32_RESERVED, table, 0, clusters)
        cluster //= 2
    return None


def _cluster(size: int, limits: tuple[int, ...]) -> int:
    """Sectors of a cluster: twice as many at each limit that a size reaches."""
    return 1 << sum(size >= limit for limit in limits)


def _write(device: BlockDevice, plan: Plan) -> None:
    size, start = device.size, plan.start
    if start:
        device.write(0, _partition_table(plan).ljust(size, b"\0"))
    boot = _boot_sector(size, plan).ljust(size, b"\0")
    device.write(start, boot)
    if plan.bits == 32:
        info = information(size, plan.clusters - 1, 2)
        for place, sector in ((1, info), (6, boot), (7, info)):
            device.write(start + place, sector)
    table = start + plan.reserved
    device.write(table, _FIRST[plan.bits].ljust(size, b"\0"))
    for empty in range(table + 1, table + plan.table + (plan.root or plan.cluster)):
        device.write(empty, bytes(size))


def _partition_table(plan: Plan) -> bytes:
    cylinder = (plan.start + plan.sectors) // (63 * 255)
    entry = struct.pack(
        "<BBBBBBBBII",
        0, 1, 1, 0, _FAT32_KIND, 254, cylinder >> 2 & 0xC0 | 63, cylinder & 0xFF, plan.start, plan.sectors,
    )  # fmt: skip
    return (bytes(PARTITIONS[0]) + entry).ljust(510, b"\0") + SIGNATURE


def _boot_sector(size: int, plan: Plan) -> bytes:
    short = plan.sectors if plan.sectors < 0x10000 else 0
    head = struct.pack(
        "<3s8sHBHBHHBHHHII",
        b"\xeb\xfe\x90",
        b"MSDOS5.0",
        size,
        plan.cluster,
        plan.reserved,
        1,
        plan.root * size // 32,
        short,
        0xF8,
        0 if plan.bits == 32 else plan.table,
        63,
        255,
        plan.start,
        0 if short else plan.sectors,
    )
    if plan.bits == 32:
        head += struct.pack("<IHHIHH12x", plan.table, 0, 0, 2, 1, 6)
    kind = b"FAT32   " if plan.bits == 32 else b"FAT     "
    head += struct.pack("<BBBI11s8s", 0x80, 0, 0x29, _SERIAL, b"NO NAME    ", kind)
    return head.ljust(510, b"\0") + SIGNATURE
