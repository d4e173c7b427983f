"""`uctypes`: memory seen through descriptors: structures, arrays, pointers, bitfields.

Memory is a board's address space: buffers that `addressof` has given an address, and everything `machine.mem32` sees,
so a structure laid over registers reads and moves pins. Addresses have 32 bits, as on a board.

# Ref: MicroPython extmod/moductypes.c; docs/library/uctypes.rst
"""

from typing import Any

from machine_compat.board import Board
from machine_compat.machine.peripheral import made_for, to_int
from machine_compat.modules.uctypes.descriptors import NATIVE, constants, size_of
from machine_compat.modules.uctypes.memory import memory_of
from machine_compat.modules.uctypes.structure import struct


def names(board: Board) -> dict[str, object]:
    def addressof(obj: object, /) -> int:
        """The address of a buffer, or of what a structure is laid over."""
        return obj._addr if isinstance(obj, struct) else memory_of(board).address_of(obj)

    def bytes_at(addr: int, size: int, /) -> bytes:
        """A copy of memory."""
        return memory_of(board).load(to_int(addr), to_int(size))

    def bytearray_at(addr: int, size: int, /) -> Any:
        """The memory itself, to read and change; of addresses outside buffers a copy."""
        return memory_of(board).view(to_int(addr), to_int(size))

    functions = {"sizeof": sizeof, "addressof": addressof, "bytes_at": bytes_at, "bytearray_at": bytearray_at}
    return {**constants(), **functions, "struct": made_for(board, struct, "builtins")}


def sizeof(obj: object, layout_type: int | None = None, /) -> int:
    """The size in bytes of a structure, or of a descriptor with that layout."""
    if isinstance(obj, bytearray):
        return len(obj)
    if isinstance(obj, struct):
        if layout_type is not None:
            raise TypeError
        return size_of(obj._desc, obj._layout)
    return size_of(obj, NATIVE if layout_type is None else layout_type)
