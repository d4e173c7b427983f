"""This file is what a viper pointer is while a script runs: a view of a buffer, or of the board's address space.

A pointer to a buffer is a memoryview of its bytes, words or double words; one to an address is `Cells`. Both are
indexed with the index's low 32 bits, and hold what is loaded from them as viper's ``int``.
"""

from typing import Final, Literal

from machine_compat.board import Board
from machine_compat.interpreter.rewrite.viper.runtime import MASK, SIGN
from machine_compat.machine.addresses import HEAP, HEAP_END
from machine_compat.machine.memory import MemoryMap, addresses_of, memory_map
from machine_compat.machine.peripheral import buffer_of

_FORMATS: Final[dict[int, Literal["B", "H", "i"]]] = {1: "B", 2: "H", 4: "i"}


class Cells:
    """Elements of `size` bytes from an address on, which may lie before it too."""

    __slots__ = ("_map", "_size", "address")

    def __init__(self, memory: MemoryMap, address: int, size: int) -> None:
        self._map = memory
        self._size = size
        self.address = address

    def __getitem__(self, index: int) -> int:
        value = self._map.read(self.address + index * self._size & MASK, self._size)
        return value - (SIGN << 1) if self._size == 4 and value & SIGN else value

    def __setitem__(self, index: int, value: int) -> None:
        self._map.write(self.address + index * self._size & MASK, self._size, value)


Pointer = memoryview | Cells


class Pointers:
    """Makes a board's pointers."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def pointer(self, target: object, size: int) -> Pointer:
        """What ``ptr8(target)`` does for a size of 1 byte, ``ptr16`` for 2, ``ptr32`` for 4.

        target: an object with a buffer, an address, or another pointer. Raises TypeError for anything else.
        """
        if isinstance(target, Cells):
            return Cells(memory_map(self._board), target.address, size)
        if isinstance(target, int):
            return self._at(int(target) & MASK, size)
        return _elements(_buffer(target), size)

    def _at(self, address: int, size: int) -> Pointer:
        if HEAP <= address < HEAP_END:
            found = addresses_of(self._board).find(address)
            if found is not None and found[1] == 0:
                return _elements(found[0], size)
        return Cells(memory_map(self._board), address, size)

    def address(self, pointer: Pointer) -> int:
        if isinstance(pointer, Cells):
            return pointer.address
        return addresses_of(self._board).address_of(pointer)


def _buffer(target: object) -> memoryview:
    if isinstance(target, str):
        return memoryview(target.encode())
    try:
        return buffer_of(target)
    except TypeError:
        raise TypeError(f"can't convert {type(target).__name__} to int") from None


def _elements(view: memoryview, size: int) -> memoryview:
    """A buffer's bytes as elements; what is too short for one at the end is left out."""
    if view.format == _FORMATS[size] and view.ndim == 1:
        return view
    if view.nbytes < size:
        return memoryview(bytearray())
    content = view if view.format == "B" and view.ndim == 1 else view.cast("B")
    return content[: content.nbytes // size * size].cast(_FORMATS[size])
