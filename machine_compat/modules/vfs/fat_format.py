"""This file makes an empty FAT volume on a block device.

# Ref: Microsoft, FAT: General Overview of On-Disk Format, version 1.03 (volume initialization)
"""

import struct
from typing import Final

from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat_table import FAT12_CLUSTERS, FAT16_CLUSTERS
from machine_compat.oserror import os_error

EIO: Final = 5
_ROOT_ENTRIES: Final = 512
_SMALLEST: Final = 16
"""Blocks below which there is no room for files."""
_FAT32_RESERVED: Final = 32
_LARGEST_CLUSTER: Final = 32768


def make(device: BlockDevice) -> None:
    """Write an empty volume over the whole device, without a partition table; OSError EIO for one that is too small."""
    device.start()
    sectors, size = device.count, device.size
    if sectors < _SMALLEST:
        raise os_error(EIO)
    cluster = 1
    # As many clusters as FAT16 has, and as FAT32 can do with; small devices get FAT12.
    while sectors // cluster >= (FAT16_CLUSTERS if sectors * size < 512 << 20 else 1 << 21):
        cluster *= 2
    while sectors // cluster > FAT12_CLUSTERS * 16 and cluster * size < _LARGEST_CLUSTER and sectors * size > 512 << 20:
        cluster *= 2
    bits = 12 if sectors // cluster < FAT12_CLUSTERS else 16 if sectors // cluster < FAT16_CLUSTERS else 32
    reserved = _FAT32_RESERVED if bits == 32 else 1
    root = 0 if bits == 32 else -(-_ROOT_ENTRIES * 32 // size)
    table = -(-(sectors // cluster + 2) * bits // 8 // size)
    clusters = (sectors - reserved - 2 * table - root) // cluster
    if bits == 16 and clusters < FAT12_CLUSTERS:
        bits = 12
    first = b"\xf8\xff\xff\x0f\xff\xff\xff\x0f\xf8\xff\xff\x0f" if bits == 32 else b"\xf8" + b"\xff" * (bits // 4 - 1)
    for copy in range(2):
        start = reserved + copy * table
        device.write(start, first.ljust(size, b"\0"))
        for sector in range(start + 1, start + table):
            device.write(sector, bytes(size))
    for sector in range(root or cluster):
        device.write(reserved + 2 * table + sector, bytes(size))
    boot = _boot_sector(size, cluster, reserved, root, sectors, table, bits)
    if bits == 32:
        device.write(1, _information(size, clusters - 1))
    device.write(0, boot.ljust(size, b"\0"))
    device.sync()


def _boot_sector(size: int, cluster: int, reserved: int, root: int, sectors: int, table: int, bits: int) -> bytes:
    entries = root * size // 32
    short = sectors if sectors < 0x10000 and bits != 32 else 0
    head = struct.pack(
        "<3s8sHBHBHHBHHHII",
        b"\xeb\xfe\x90",
        b"MSDOS5.0",
        size,
        cluster,
        reserved,
        2,
        entries,
        short,
        0xF8,
        0 if bits == 32 else table,
        63,
        255,
        0,
        0 if short else sectors,
    )
    if bits == 32:
        head += struct.pack("<IHHIHH12x", table, 0, 0, 2, 1, 0)
    kind = f"FAT{bits}".ljust(8).encode()
    head += struct.pack("<BBBI11s8s", 0x80, 0, 0x29, 0x4D504346, b"NO NAME    ", kind)
    return head.ljust(510, b"\0") + b"\x55\xaa"


def _information(size: int, free: int) -> bytes:
    """FSInfo: how many clusters are free, and where to look for the next."""
    sector = b"RRaA".ljust(484, b"\0") + b"rrAa" + struct.pack("<II", free, 3)
    return sector.ljust(510, b"\0").ljust(size, b"\0")[:510] + b"\x55\xaa" + bytes(size - 512)
