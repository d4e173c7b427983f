"""This file reads and writes the entries of FAT folders: short names, and the long ones that precede them.

# Ref: Microsoft, FAT: General Overview of On-Disk Format, version 1.03 (32-byte entries, long names, checksum)
"""

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

ENTRY: Final = 32
READ_ONLY, VOLUME, FOLDER, ARCHIVE = 0x01, 0x08, 0x10, 0x20
LONG: Final = 0x0F
_FREE, _LAST = 0xE5, 0x00
_SHORT: Final = struct.Struct("<11sBBBHHHHHHHI")
_PER_ENTRY: Final = 13  # UTF-16 units of a long name
_LOWER_NAME, _LOWER_TYPE = 0x08, 0x10
_SYMBOLS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'()-@^_`{}~")
FORBIDDEN: Final = frozenset('"*:<>?|\x7f\\') | frozenset(map(chr, range(32)))
"""What no long name may contain (FatFs: FR_INVALID_NAME)."""
CODE_PAGE: Final = "cp437"


@dataclass(slots=True)
class Entry:
    """A file or folder. places: where its entries are in its folder, counted in entries; the short one is last."""

    name: str
    short: bytes
    attributes: int
    cluster: int
    size: int
    changed: datetime
    places: range

    @property
    def is_folder(self) -> bool:
        return bool(self.attributes & FOLDER)

    def pack(self) -> bytes:
        """The short entry."""
        date = self.changed.year - 1980 << 9 | self.changed.month << 5 | self.changed.day
        time = self.changed.hour << 11 | self.changed.minute << 5 | self.changed.second // 2
        high, low = self.cluster >> 16, self.cluster & 0xFFFF
        return _SHORT.pack(self.short, self.attributes, 0, 0, time, date, date, high, time, date, low, self.size)

    def packed(self) -> bytes:
        """All its entries."""
        return b"".join([*_long_entries(self.name, self.short, len(self.places) - 1), self.pack()])


def entries(content: bytes) -> Iterator[Entry]:
    """The files and folders in a folder's content, but for "." and ".."."""
    units: dict[int, bytes] = {}
    checksum, first = -1, 0
    for index in range(len(content) // ENTRY):
        raw = content[index * ENTRY : (index + 1) * ENTRY]
        if raw[0] == _LAST:
            return
        if raw[0] == _FREE:
            units = {}
            continue
        if raw[11] & 0x3F == LONG:
            if raw[0] & 0x40:
                units, checksum, first = {}, raw[13], index
            units[raw[0] & 0x1F] = raw[1:11] + raw[14:26] + raw[28:32]
            continue
        if not raw[11] & VOLUME and raw[0] != ord("."):
            known = bool(units) and checksum == checksum_of(raw[:11])
            name = _long_name(units) if known else _short_name(raw)
            yield _unpacked(raw, name, range(first if known else index, index + 1))
        units = {}


def free_place(content: bytes, count: int) -> int:
    """Where so many entries fit one after another; it may be behind the content's end."""
    run = 0
    for index in range(len(content) // ENTRY):
        if content[index * ENTRY] == _LAST:
            return index - run
        run = run + 1 if content[index * ENTRY] == _FREE else 0
        if run == count:
            return index - count + 1
    return len(content) // ENTRY - run


def erased(count: int) -> bytes:
    """Entries that are free."""
    return (bytes((_FREE,)) + bytes(ENTRY - 1)) * count


def short_for(name: str, taken: Collection[bytes]) -> tuple[bytes, int]:
    """A short name that is not taken, and how many entries of a long name it needs besides."""
    stem, dot, kind = name.rpartition(".") if "." in name[1:] else (name, "", "")
    if 0 < len(stem) <= 8 and len(kind) <= 3 and set(stem + kind) <= _SYMBOLS and bool(dot) == bool(kind):
        return (stem.ljust(8) + kind.ljust(3)).encode("ascii"), 0
    letters = "".join(letter for letter in stem.upper() if letter in _SYMBOLS) or "_"
    end = "".join(letter for letter in kind.upper() if letter in _SYMBOLS)[:3].ljust(3)
    units = len(name.encode("utf-16-le")) // 2
    for number in range(1, 1_000_000):
        tail = f"~{number}"
        short = ((letters[: 8 - len(tail)] + tail).ljust(8) + end).encode("ascii")
        if short not in taken:
            return short, -(-units // _PER_ENTRY)
    raise AssertionError("a folder has 65536 entries at most")


def checksum_of(short: bytes) -> int:
    value = 0
    for byte in short:
        value = ((value & 1) << 7) + (value >> 1) + byte & 0xFF
    return value


def _long_entries(name: str, short: bytes, count: int) -> Iterator[bytes]:
    data = name.encode("utf-16-le") + b"\0\0"
    data = data[: count * 2 * _PER_ENTRY].ljust(count * 2 * _PER_ENTRY, b"\xff")
    for number in range(count, 0, -1):
        part = data[(number - 1) * 26 : number * 26]
        order = number | (0x40 if number == count else 0)
        yield (bytes((order,)) + part[:10] + bytes((LONG, 0, checksum_of(short))) + part[10:22] + bytes(2) + part[22:])


def _long_name(units: dict[int, bytes]) -> str:
    data = b"".join(units[number] for number in sorted(units))
    return data.decode("utf-16-le", "replace").partition("\0")[0]


def _short_name(raw: bytes) -> str:
    first = b"\xe5" if raw[0] == 0x05 else raw[:1]
    stem = (first + raw[1:8]).decode(CODE_PAGE).rstrip()
    kind = raw[8:11].decode(CODE_PAGE).rstrip()
    stem = stem.lower() if raw[12] & _LOWER_NAME else stem
    kind = kind.lower() if raw[12] & _LOWER_TYPE else kind
    return f"{stem}.{kind}" if kind else stem


def _unpacked(raw: bytes, name: str, places: range) -> Entry:
    short, attributes, _, _, _, _, _, high, time, date, low, size = _SHORT.unpack(raw)
    try:
        changed = datetime(
            1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, min(59, (time & 31) * 2)
        )
    except ValueError:
        changed = datetime(1980, 1, 1)  # never set
    return Entry(name, short, attributes, high << 16 | low, size, changed, places)
