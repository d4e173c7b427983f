"""A board's memory as bytes, for uctypes: buffers by their addresses, and whatever else `machine.mem32` sees.

# Ref: MicroPython py/objarray.c (mp_obj_new_bytearray_by_ref)
"""

import ctypes
from functools import lru_cache
from typing import Any

from machine_compat.board import Board
from machine_compat.machine.addresses import Addresses
from machine_compat.machine.memory import MemoryMap, addresses_of, memory_map
from machine_compat.machine.peripheral import buffer_of, readable


class Memory:
    """A board's memory as bytes."""

    def __init__(self, space: MemoryMap, heap: Addresses) -> None:
        self._space = space
        self._heap = heap

    def address_of(self, obj: Any) -> int:
        """The address of a buffer's first byte."""
        if isinstance(obj, View | Copy):
            return obj.address
        return self._heap.address_of(memoryview(readable(obj)) if isinstance(obj, str) else buffer_of(obj))

    def load(self, address: int, size: int) -> bytes:
        found = self._heap.find(address)
        if found is not None and found[1] + size <= len(found[0]):
            return bytes(found[0][found[1] : found[1] + size])
        return b"".join(
            self._space.read(address + at, step).to_bytes(step, "little") for at, step in words(address, size)
        )

    def store(self, address: int, data: bytes) -> None:
        for at, step in words(address, len(data)):
            self._space.write(address + at, step, int.from_bytes(data[at : at + step], "little"))

    def view(self, address: int, size: int) -> Any:
        """The bytes at an address, live where they are a buffer's that can be written to."""
        found = self._heap.find(address)
        if found is None or found[0].readonly or found[1] + size > len(found[0]):
            copy = Copy(self.load(address, size))
            copy.address = address
            return copy
        view: Any = view_of(size).from_buffer(found[0], found[1])
        view.address = address
        return view


def memory_of(board: Board) -> Memory:
    return board.singleton((Memory,), lambda: Memory(memory_map(board), addresses_of(board)))


def words(address: int, size: int) -> list[tuple[int, int]]:
    """How a board's bus gets to bytes: (place, bytes) of aligned words, and of what is left."""
    if size in (1, 2, 4) and address % size == 0:
        return [(0, size)]
    if size == 8 and address % 4 == 0:
        return [(0, 4), (4, 4)]
    return [(place, 1) for place in range(size)]


class Copy(bytearray):
    """What was at an address outside buffers."""

    address: int

    def __repr__(self) -> str:
        return f"bytearray({bytes(self)!r})"


class View:
    """A bytearray that is somebody else's memory: what a structure's array of UINT8 is. See `view_of`."""

    address: int


def shown(view: Any) -> str:
    return f"bytearray({bytes(view)!r})"


def equal(view: Any, other: object) -> bool:
    return bytearray(view) == other


def added(view: Any, other: Any) -> bytearray:
    return bytearray(view) + bytes(other)


def decoded(view: Any, *args: str) -> str:
    return bytearray(view).decode(*args)


@lru_cache
def view_of(size: int) -> Any:
    """The class of views of so many bytes: a C array that looks like a bytearray to a script."""
    array = ctypes.c_ubyte * size

    def item(view: Any, index: Any) -> Any:
        return (
            bytearray(memoryview(view).cast("B")[index]) if isinstance(index, slice) else array.__getitem__(view, index)
        )

    looks = {"__repr__": shown, "__eq__": equal, "__hash__": None, "__add__": added, "__getitem__": item}
    names = {"__module__": "builtins", "__class__": property(lambda view: bytearray), "decode": decoded}
    return type("bytearray", (View, array), {**looks, **names})
