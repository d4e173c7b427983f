"""This file is the run-time half of viper: what compiled functions call to get at arguments and at memory.

A pointer to a buffer is a memoryview of its bytes, words or double words; one to an address is `Cells` of the board's
address space. Both are indexed with the index's low 32 bits, and hold what is loaded from them as viper's ``int``.

# Ref: MicroPython py/nativeglue.c (mp_native_from_obj)
"""

from collections.abc import Callable
from typing import Any, Final, Literal

from machine_compat.board import Board
from machine_compat.machine.addresses import HEAP, HEAP_END
from machine_compat.machine.memory import MemoryMap, addresses_of, memory_map
from machine_compat.machine.peripheral import buffer_of, to_int

MASK: Final = 0xFFFF_FFFF
SIGN: Final = 0x8000_0000
TO_INT: Final = "@int"
TO_UINT: Final = "@uint"
TO_POINTER: Final = {"ptr": "@ptr", "ptr8": "@ptr8", "ptr16": "@ptr16", "ptr32": "@ptr32"}
ADDRESS: Final = "@address"
"""The address in a pointer, as a number from 0 on."""
SHIFT_LEFT: Final = "@shift_left"
SHIFT_RIGHT: Final = "@shift_right"
RANGE: Final = "@range"
"""Python's own range, whatever a script stores under that name."""

_FORMATS: Final[dict[int, Literal["B", "H", "i"]]] = {1: "B", 2: "H", 4: "i"}
_XTENSA: Final = frozenset(("esp32", "esp8266"))


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

    def of_size(self, size: int) -> Callable[[object], Pointer]:
        """What ``ptr8(x)`` does for 1 byte, ``ptr16(x)`` for 2, ``ptr32(x)`` for 4."""

        def pointer(target: object) -> Pointer:
            """x: an object with a buffer, an address, or another pointer. Raises TypeError for anything else."""
            if isinstance(target, Cells):
                return Cells(memory_map(self._board), target.address, size)
            if isinstance(target, int):
                return self._at(int(target) & MASK, size)
            return _elements(_buffer(target), size)

        return pointer

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


def hooks(board: Board) -> dict[str, object]:
    """The hidden names that compiled viper functions find in a script's builtins."""
    pointers = Pointers(board)
    # How much of a shift's count a core looks at: ARM at 8 bits, Xtensa at 5.
    counted = 0x1F if board.port.name in _XTENSA else 0xFF

    def shift_left(value: int, count: int) -> int:
        places = count & counted
        return value << places & MASK if places < 32 else 0

    def shift_right(value: int, count: int) -> int:
        return value >> (count & counted)

    return {
        TO_INT: to_register,
        TO_UINT: to_unsigned,
        ADDRESS: pointers.address,
        SHIFT_LEFT: shift_left,
        SHIFT_RIGHT: shift_right,
        RANGE: range,
        "@ptr": pointers.of_size(1),
        **{f"@ptr{8 * size}": pointers.of_size(size) for size in _FORMATS},
    }


def to_register(value: object) -> int:
    """An object's low 32 bits as a signed number (mp_obj_get_int_truncated); TypeError for what is no integer."""
    number = value if type(value) is int else _integer(value)
    return number if -SIGN <= number < SIGN else (number & MASK ^ SIGN) - SIGN


def to_unsigned(value: object) -> int:
    """An object's low 32 bits; TypeError for what is no integer."""
    return (value if type(value) is int else _integer(value)) & MASK


def _integer(value: Any) -> int:
    if not isinstance(value, float | str | bytes) and hasattr(type(value), "__int__"):
        return int(value)
    return to_int(value)


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
