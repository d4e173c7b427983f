"""The descriptors of uctypes: how types, offsets and lengths share one number, and what size a descriptor says.

# Ref: MicroPython extmod/moductypes.c
"""

import struct as pack
from collections.abc import Mapping
from typing import Any, NamedTuple

LITTLE_ENDIAN, BIG_ENDIAN, NATIVE = 0, 1, 2
TYPE_AT, OFFSET_MASK = 27, (1 << 27) - 1
"""A scalar's descriptor: its type from this bit on, and its offset; a bitfield's offset has 17 bits only."""
KIND_AT, PLACE_MASK = 29, (1 << 29) - 1
"""An aggregate's: what it is, and its offset."""
BF_POS, BF_LEN, BF_OFFSET = 17, 22, (1 << 17) - 1
STRUCTURE, POINTER, ARRAY_KIND = 0, 1, 2
POINTER_SIZE = 4
CODES = ("B", "b", "H", "h", "I", "i", "Q", "q", "B", "B", "H", "H", "I", "I", "f", "d")
"""The types in order; 8 to 13 are the bitfields, whose values are never negative."""
SIZES = tuple(pack.calcsize("<" + code) for code in CODES)
BITFIELDS = range(8, 14)
SYNTAX = "syntax error in uctypes descriptor"


def small_int(value: int, bits: int) -> int:
    """A type as it stands in the top bits of a board's small int, which has 31."""
    number = value << 31 - bits
    return number - (1 << 31) if number >> 30 else number


def constants() -> dict[str, int]:
    names = (
        "UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64", "INT64", "BFUINT8", "BFINT8", "BFUINT16",
        "BFINT16", "BFUINT32", "BFINT32", "FLOAT32", "FLOAT64",
    )  # fmt: skip
    types = {name: small_int(number, 4) for number, name in enumerate(names)}
    same = {
        "VOID": "UINT8", "SHORT": "INT16", "USHORT": "UINT16", "INT": "INT32", "UINT": "UINT32", "LONG": "INT32",
        "ULONG": "UINT32", "LONGLONG": "INT64", "ULONGLONG": "UINT64",
    }  # fmt: skip
    aggregates = {"PTR": small_int(POINTER, 2), "ARRAY": small_int(ARRAY_KIND, 2)}
    layouts = {"LITTLE_ENDIAN": LITTLE_ENDIAN, "BIG_ENDIAN": BIG_ENDIAN, "NATIVE": NATIVE}
    aliases = {name: types[other] for name, other in same.items()}
    return {**types, **aliases, **aggregates, **layouts, "BF_POS": BF_POS, "BF_LEN": BF_LEN}


class Scalar(NamedTuple):
    """One number in memory; a bitfield has a length, at a position of bits within it."""

    type: int
    offset: int
    position: int = 0
    length: int = 0

    @property
    def size(self) -> int:
        return SIZES[self.type]


def scalar(number: int) -> Scalar:
    """What a number in a descriptor says."""
    kind = number >> TYPE_AT & 15
    if kind in BITFIELDS:
        return Scalar(kind, number & BF_OFFSET, number >> BF_POS & 31, number >> BF_LEN & 31)
    return Scalar(kind, number & OFFSET_MASK)


def aggregate(fields: tuple[Any, ...]) -> tuple[int, int]:
    """What a tuple in a descriptor says: structure, pointer or array, and its offset."""
    if len(fields) < 2 or not isinstance(fields[0], int):
        raise TypeError(SYNTAX)
    return fields[0] >> KIND_AT & 3, fields[0] & PLACE_MASK


class Extent:
    """Works out the size of a descriptor; `widest` is the largest field so far, which native structures align to."""

    def __init__(self, layout: int) -> None:
        self._layout = layout
        self.widest = 0

    def of(self, descriptor: object) -> int:
        """Bytes; TypeError for what is no descriptor of an aggregate."""
        if isinstance(descriptor, Mapping):
            return self._structure(descriptor)
        if isinstance(descriptor, tuple):
            return self._aggregate(descriptor)
        if isinstance(descriptor, int):
            raise TypeError("can't unambiguously get sizeof scalar")
        raise TypeError(SYNTAX)

    def _structure(self, fields: Mapping[str, Any]) -> int:
        total = 0
        for field in fields.values():
            if isinstance(field, int):
                one = scalar(field)
                offset, size = one.offset, one.size
                self.widest = max(self.widest, size)
            elif isinstance(field, tuple):
                offset, size = aggregate(field)[1], self._aggregate(field)
            else:
                raise TypeError(SYNTAX)
            total = max(total, offset + size)
        if self._layout == NATIVE and self.widest:
            total = -(-total // self.widest) * self.widest
        return total

    def _aggregate(self, fields: tuple[Any, ...]) -> int:
        kind = aggregate(fields)[0]
        if kind == STRUCTURE and len(fields) == 2:
            return self.of(fields[1])
        if kind == POINTER:
            self.widest = max(self.widest, POINTER_SIZE)
            return POINTER_SIZE
        if kind == ARRAY_KIND:
            return self._items(fields)
        raise TypeError(SYNTAX)

    def _items(self, fields: tuple[Any, ...]) -> int:
        if not isinstance(fields[1], int) or len(fields) > 3:
            raise TypeError(SYNTAX)
        item = scalar(fields[1])
        if len(fields) > 2:
            return item.offset * self.of(fields[2])
        self.widest = max(self.widest, item.size)
        return item.offset * item.size


def size_of(descriptor: object, layout: int) -> int:
    return Extent(layout).of(descriptor)
