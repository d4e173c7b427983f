"""This file is the run-time half of viper: what compiled functions call to get at arguments, registers and memory.

# Ref: MicroPython py/nativeglue.c (mp_native_from_obj)
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from machine_compat.board import Board

if TYPE_CHECKING:
    from machine_compat.interpreter.rewrite.viper.pointers import Pointer, Pointers

MASK: Final = 0xFFFF_FFFF
SIGN: Final = 0x8000_0000
TO_INT: Final = "@int"
TO_UINT: Final = "@uint"
TO_POINTER: Final = {"ptr": "@ptr", "ptr8": "@ptr8", "ptr16": "@ptr16", "ptr32": "@ptr32"}
POINTER_BYTES: Final = {"ptr": 1, "ptr8": 1, "ptr16": 2, "ptr32": 4}
ADDRESS: Final = "@address"
"""The address in a pointer, as a number from 0 on."""
SHIFT_LEFT: Final = "@shift_left"
SHIFT_RIGHT: Final = "@shift_right"
RANGE: Final = "@range"
"""Python's own range, whatever a script stores under that name."""

_XTENSA: Final = frozenset(("esp32", "esp8266"))


def hooks(board: Board) -> dict[str, object]:
    """The hidden names that compiled viper functions find in a script's builtins."""
    pointers = pointers_of(board)
    # How much of a shift's count a core looks at: ARM at 8 bits, Xtensa at 5.
    counted = 0x1F if board.port.name in _XTENSA else 0xFF

    def shift_left(value: int, count: int) -> int:
        places = count & counted
        return value << places & MASK if places < 32 else 0

    def shift_right(value: int, count: int) -> int:
        return value >> (count & counted)

    def pointer(size: int, target: object) -> "Pointer":
        return pointers().pointer(target, size)

    return {
        TO_INT: to_register,
        TO_UINT: to_unsigned,
        ADDRESS: lambda pointer: pointers().address(pointer),
        SHIFT_LEFT: shift_left,
        SHIFT_RIGHT: shift_right,
        RANGE: range,
        **{TO_POINTER[name]: partial(pointer, size) for name, size in POINTER_BYTES.items()},
    }


def pointers_of(board: Board) -> "Callable[[], Pointers]":
    """A board's pointers, whose address space is imported when the first is made."""
    made: list[Pointers] = []

    def pointers() -> "Pointers":
        if not made:
            from machine_compat.interpreter.rewrite.viper.pointers import Pointers

            made.append(Pointers(board))
        return made[0]

    return pointers


def to_register(value: object) -> int:
    """An object's low 32 bits as a signed number (mp_obj_get_int_truncated); TypeError for what is no integer."""
    number = value if type(value) is int else _integer(value)
    return number if -SIGN <= number < SIGN else (number & MASK ^ SIGN) - SIGN


def to_unsigned(value: object) -> int:
    """An object's low 32 bits; TypeError for what is no integer."""
    return (value if type(value) is int else _integer(value)) & MASK


def _integer(value: Any) -> int:
    from machine_compat.machine.peripheral import to_int

    if not isinstance(value, float | str | bytes) and hasattr(type(value), "__int__"):
        return int(value)
    return to_int(value)
