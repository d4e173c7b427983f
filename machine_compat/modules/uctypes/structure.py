"""`uctypes.struct`: an object whose attributes are fields in memory.

# Ref: MicroPython extmod/moductypes.c
"""

import struct as pack
from collections.abc import Mapping
from typing import Any, Literal, NoReturn

from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.modules.uctypes.descriptors import (
    ARRAY_KIND,
    BITFIELDS,
    CODES,
    LITTLE_ENDIAN,
    NATIVE,
    POINTER,
    POINTER_SIZE,
    STRUCTURE,
    SYNTAX,
    Scalar,
    aggregate,
    scalar,
    size_of,
)
from machine_compat.modules.uctypes.memory import Memory, memory_of

UINT8 = 0
KINDS = {STRUCTURE: "STRUCT", POINTER: "PTR", ARRAY_KIND: "ARRAY"}


class struct(Peripheral):
    """struct(addr, descriptor, layout_type=NATIVE, /): memory from an address on, as a descriptor says.

    Fields are attributes. An array's items and what a pointer points to are reached by index; an array of UINT8 is a
    bytearray. KeyError for a field that is not in the descriptor, TypeError for what a descriptor may not say.
    """

    __slots__ = ("_addr", "_desc", "_layout")

    _addr: int
    _desc: Any
    _layout: int

    def __init__(self, addr: int, descriptor: object, layout_type: int = NATIVE, /) -> None:
        object.__setattr__(self, "_addr", to_int(addr))
        object.__setattr__(self, "_desc", descriptor)
        object.__setattr__(self, "_layout", to_int(layout_type))

    # ---- fields

    def __getattr__(self, name: str) -> Any:
        field = self._field(name)
        if isinstance(field, int):
            return self._load(scalar(field))
        if not isinstance(field, tuple):
            raise TypeError(SYNTAX)
        kind, offset = aggregate(field)
        there = self._addr + offset
        if kind == STRUCTURE:
            return self._at(there, field[1])
        if kind == ARRAY_KIND and len(field) == 2 and scalar(field[1]).type == UINT8:
            return self._memory.view(there, scalar(field[1]).offset)
        return self._at(there, field)

    def __setattr__(self, name: str, value: object) -> None:
        field = self._field(name)
        if not isinstance(field, int):
            raise TypeError(SYNTAX)
        self._store(scalar(field), value)

    def __delattr__(self, name: str) -> None:
        """A board takes no notice."""

    def _field(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if not isinstance(self._desc, Mapping):
            raise TypeError("struct: no fields")
        return self._desc[name]

    # ---- items

    def __getitem__(self, index: int) -> Any:
        address, item = self._item(index)
        if isinstance(item, Scalar):
            return self._load(item, address)
        return self._at(address, item)

    def __setitem__(self, index: int, value: object) -> None:
        address, item = self._item(index)
        if aggregate(self._desc)[0] == POINTER:
            # Nothing happens on a board: moductypes.c looks at what a pointer points to, and forgets the value.
            return
        if not isinstance(item, Scalar):
            raise TypeError(f"'{type(self).__name__}' object doesn't support item assignment")
        self._store(item, value, address)

    __iter__ = None
    """TypeError; items would make one."""

    def __hash__(self) -> int:
        raise TypeError("unsupported type for __hash__: 'struct'")

    def __delitem__(self, index: object) -> NoReturn:
        raise TypeError("'struct' object doesn't support item deletion")

    def _item(self, index: int) -> tuple[int, Any]:
        """Where an item is, and its scalar type or descriptor."""
        fields = self._desc
        kind = aggregate(fields)[0] if isinstance(fields, tuple) else STRUCTURE
        if kind not in (POINTER, ARRAY_KIND):
            raise TypeError("struct: can't index")
        try:
            number = to_int(index)
        except TypeError:
            raise IndexError("struct: index out of range") from None
        if kind == ARRAY_KIND:
            length = scalar(fields[1])
            if number >= length.offset:
                raise IndexError("struct: index out of range")
            item = fields[2] if len(fields) > 2 else Scalar(length.type, 0)
            return self._addr + number * self._item_size(item), item
        item = fields[1] if not isinstance(fields[1], int) else Scalar(scalar(fields[1]).type, 0)
        return int(self) + number * self._item_size(item), item

    def _item_size(self, item: Any) -> int:
        return item.size if isinstance(item, Scalar) else size_of(item, self._layout)

    # ---- numbers

    def _load(self, one: Scalar, base: int | None = None) -> Any:
        data = self._memory.load((self._addr if base is None else base) + one.offset, one.size)
        value = pack.unpack(self._order + CODES[one.type], data)[0]
        return value >> one.position & (1 << one.length) - 1 if one.type in BITFIELDS else value

    def _store(self, one: Scalar, value: object, base: int | None = None) -> None:
        there = (self._addr if base is None else base) + one.offset
        code = self._order + CODES[one.type]
        if CODES[one.type] in "fd":
            if not isinstance(value, int | float):
                raise TypeError(f"can't convert {type(value).__name__} to float")
            self._memory.store(there, pack.pack(code, value))
            return
        number = to_int(value)
        if one.type in BITFIELDS:
            mask = (1 << one.length) - 1
            before = pack.unpack(code, self._memory.load(there, one.size))[0]
            number = before & ~(mask << one.position) | (number & mask) << one.position
        self._memory.store(there, (number & (1 << 8 * one.size) - 1).to_bytes(one.size, self._byteorder))

    @property
    def _order(self) -> str:
        return "<" if self._layout in (LITTLE_ENDIAN, NATIVE) else ">"

    @property
    def _byteorder(self) -> Literal["little", "big"]:
        return "little" if self._order == "<" else "big"

    @property
    def _memory(self) -> Memory:
        return memory_of(self._board)

    def _at(self, address: int, descriptor: object) -> "struct":
        return type(self)(address, descriptor, self._layout)

    # ---- as a whole

    def __int__(self) -> int:
        """Where a pointer points."""
        if not isinstance(self._desc, tuple) or aggregate(self._desc)[0] != POINTER:
            raise TypeError("can't convert struct to int")
        return int.from_bytes(self._memory.load(self._addr, POINTER_SIZE), "little")

    def __buffer__(self, flags: int, /) -> memoryview:
        return memoryview(self._memory.view(self._addr, size_of(self._desc, self._layout))).cast("B")

    def __bytes__(self) -> bytes:
        return self._memory.load(self._addr, size_of(self._desc, self._layout))

    def __repr__(self) -> str:
        kind = "ERROR"
        if isinstance(self._desc, Mapping):
            kind = "STRUCT"
        elif isinstance(self._desc, tuple):
            kind = KINDS.get(aggregate(self._desc)[0], "unk") if len(self._desc) < 4 else "unk"
        return f"<struct {kind} {self._addr:x}>"
