"""This file reads and writes the entries of FAT folders: short names, and the long ones that precede them.

# Ref: Microsoft, FAT: General Overview of On-Disk Format, version 1.03 (32-byte entries, long names, checksum);
FatFs R0.13c as in MicroPython's lib/oofatfs (which short name a long one gets)
"""

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from machine_compat.oserror import os_error

EACCES, EINVAL = 13, 22
ENTRY: Final = 32
READ_ONLY, VOLUME, FOLDER, ARCHIVE = 0x01, 0x08, 0x10, 0x20
LONG: Final = 0x0F
_FREE, _LAST, _ESCAPED = 0xE5, 0x00, 0x05
_SHORT: Final = struct.Struct("<11sBBBHHHHHHHI")
_PER_ENTRY: Final = 13  # UTF-16 units of a long name
_LONGEST: Final = 255  # UTF-16 units
_LOWER_NAME, _LOWER_TYPE = 0x08, 0x10
_FIRST_OF_LONG: Final = 0x40
_NOT_IN_SHORT: Final = frozenset("+,;=[]")
_FORBIDDEN: Final = frozenset('"*:<>?|\x7f') | frozenset(map(chr, range(32)))
_NUMBERS: Final = range(1, 100)
_PLAIN_NUMBERS: Final = 5
"""From the next one on a hash of the long name stands for the number."""
CODE_PAGE: Final = "cp437"


class Short(NamedTuple):
    """A short name. case: which parts are shown in lower case; long_entries: how many of the long name precede it."""

    name: bytes
    case: int
    long_entries: int


@dataclass(slots=True)
class Entry:
    """A file or folder. places: where its entries are in its folder, counted in entries; the short one is last.

    created: tenths, time and date of it, as they are stored.
    """

    name: str
    short: bytes
    attributes: int
    cluster: int
    size: int
    changed: datetime
    places: range
    case: int = 0
    created: tuple[int, int, int] | None = None

    @property
    def is_folder(self) -> bool:
        return bool(self.attributes & FOLDER)

    def answers_to(self, name: str) -> bool:
        """Whether this is meant by a name, the long or the short one, in any case."""
        wanted = name.upper()
        return wanted == self.name.upper() or wanted == _shown(self.short, 0).upper()

    def pack(self) -> bytes:
        """The short entry."""
        date = self.changed.year - 1980 << 9 | self.changed.month << 5 | self.changed.day
        time = self.changed.hour << 11 | self.changed.minute << 5 | self.changed.second // 2
        created = self.created or (0, time, date)
        high, low = self.cluster >> 16, self.cluster & 0xFFFF
        return _SHORT.pack(self.short, self.attributes, self.case, *created, date, high, time, date, low, self.size)

    def packed(self) -> bytes:
        """All its entries."""
        return b"".join([*_long_entries(self.name, self.short, len(self.places) - 1), self.pack()])


def plain(name: str) -> str:
    """A name as it is stored, without the dots and spaces at its end; OSError EINVAL for what FAT does not take."""
    name = name.rstrip(" .")
    try:
        units = len(name.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        raise os_error(EINVAL) from None
    if not 0 < units <= _LONGEST or _FORBIDDEN & set(name):
        raise os_error(EINVAL)
    return name


def entries(content: bytes) -> Iterator[Entry]:
    """The files and folders in a folder's content, but for "." and "..".

    Long entries that are not whole, in order and of the short name that follows are passed over.
    """
    parts: list[bytes] = []
    missing, checksum, first = -1, -1, 0
    for index in range(len(content) // ENTRY):
        raw = content[index * ENTRY : (index + 1) * ENTRY]
        if raw[0] == _LAST:
            return
        if raw[0] != _FREE and raw[11] & 0x3F == LONG:
            number = raw[0] & 0x3F
            if raw[0] & _FIRST_OF_LONG:
                parts, missing, checksum, first = [], number, raw[13], index
            if number == missing and raw[13] == checksum:
                parts.insert(0, raw[1:11] + raw[14:26] + raw[28:32])
                missing -= 1
            else:
                missing = -1
            continue
        if raw[0] not in (_FREE, ord(".")) and not raw[11] & VOLUME:
            known = bool(parts) and missing == 0 and checksum == checksum_of(raw[:11])
            long = b"".join(parts).decode("utf-16-le", "replace").partition("\0")[0] if known else ""
            yield _unpacked(raw, long, range(first if known else index, index + 1))
        parts, missing = [], -1


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


def short_for(name: str, taken: Collection[bytes]) -> Short:
    """The short name for a new one; OSError EACCES where a hundred like it are there."""
    stem, _, kind = name.rpartition(".") if "." in name else (name, "", "")
    parts = [_part(stem, 8), _part(kind, 3)]
    lossy = name[0] in " ." or any(part.lossy for part in parts)
    mixed = any(part.mixed for part in parts)
    short = b"".join(part.stored for part in parts)
    if short[0] == _FREE:
        short = bytes((_ESCAPED,)) + short[1:]
    if lossy:
        short = _numbered(short, name, taken)
    if lossy or mixed:
        return Short(short, 0, -(-len(name.encode("utf-16-le")) // 2 // _PER_ENTRY))
    case = (_LOWER_NAME if parts[0].lower else 0) | (_LOWER_TYPE if parts[1].lower else 0)
    return Short(short, case, 0)


class _Part(NamedTuple):
    """Stem or type of a short name. mixed: only a long name keeps its letters; lossy: the short one is another."""

    stored: bytes
    lower: bool
    mixed: bool
    lossy: bool


def _part(text: str, room: int) -> _Part:
    kept = [letter for letter in text if letter not in " ."]
    stored, lossy = bytearray(), len(kept) != len(text)
    for letter in kept:
        upper = letter.upper() if len(letter.upper()) == 1 else letter
        code = upper.encode(CODE_PAGE, "replace")
        if letter in _NOT_IN_SHORT or (code == b"?"):
            code, lossy = b"_", True
        stored += code
    lower = any("a" <= letter <= "z" for letter in kept)
    mixed = (lower and any("A" <= letter <= "Z" for letter in kept)) or not text.isascii()
    return _Part(bytes(stored[:room]).ljust(room), lower, mixed, lossy or len(stored) > room)


def _numbered(short: bytes, name: str, taken: Collection[bytes]) -> bytes:
    """A short name with a number that is not taken."""
    data = name.encode("utf-16-le")
    units = struct.unpack(f"<{len(data) // 2}H", data)
    for number in _NUMBERS:
        tail = b"~%X" % (number if number <= _PLAIN_NUMBERS else _hashed(units, number))
        found = (short[:8].rstrip()[: 8 - len(tail)] + tail).ljust(8) + short[8:]
        if found not in taken:
            return found
    raise os_error(EACCES)


def _hashed(units: tuple[int, ...], number: int) -> int:
    """A CRC of 16 bits over those of a name, the low ones first."""
    for unit in units:
        for bit in range(16):
            number = (number << 1) + (unit >> bit & 1)
            if number & 0x10000:
                number ^= 0x11021
    return number


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
        order = number | (_FIRST_OF_LONG if number == count else 0)
        yield (bytes((order,)) + part[:10] + bytes((LONG, 0, checksum_of(short))) + part[10:22] + bytes(2) + part[22:])


def _shown(short: bytes, case: int) -> str:
    """A short name as it is listed."""
    first = bytes((_FREE,)) if short[0] == _ESCAPED else short[:1]
    stem = (first + short[1:8]).decode(CODE_PAGE).rstrip()
    kind = short[8:11].decode(CODE_PAGE).rstrip()
    stem = stem.lower() if case & _LOWER_NAME else stem
    kind = kind.lower() if case & _LOWER_TYPE else kind
    return f"{stem}.{kind}" if kind else stem


def _unpacked(raw: bytes, name: str, places: range) -> Entry:
    short, attributes, case, tenths, born_time, born, _, high, time, date, low, size = _SHORT.unpack(raw)
    try:
        changed = datetime(
            1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, min(59, (time & 31) * 2)
        )
    except ValueError:
        changed = datetime(1980, 1, 1)  # never set
    created = (tenths, born_time, born)
    shown = name or _shown(short, case)
    return Entry(shown, short, attributes, high << 16 | low, size, changed, places, case, created)
