"""This file makes numbers fit C types as MicroPython does: an integer keeps its low bits, a float becomes infinite.

# Ref: MicroPython py/binary.c (mp_binary_set_val, mp_binary_set_val_array)
"""

import math
import struct
from typing import Final, Protocol, SupportsInt

SIZES: Final = {
    "b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 4, "L": 4, "q": 8, "Q": 8, "P": 4, "e": 2, "f": 4, "d": 8,
}  # fmt: skip
"""Bytes of each type on a 32-bit board: a long and a pointer have four, whatever they have on this computer."""


class Exporter(Protocol):
    """What a type checker takes for an object with a buffer: collections.abc.Buffer, which CPython 3.11 lacks."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


def fitted(code: str, value: object) -> float:
    """The value as its type holds it: an int for integer types, a float for "e", "f" and "d".

    300 is 44 in a "B", 200 is -56 in a "b", 1e300 is infinite in an "f". TypeError: a float for an integer type, or
    what is no number.
    """
    if code in "efd":
        return real(code, value)
    bits = 8 * SIZES[code]
    low = integer(value) & (1 << bits) - 1
    return low - (1 << bits) if code.islower() and low >> bits - 1 else low


def integer(value: object) -> int:
    """An int of any size from an int, a bool or an object with `__int__`; TypeError for the rest, floats too."""
    if isinstance(value, int):
        return value
    if isinstance(value, SupportsInt) and not isinstance(value, float):
        return int(value)
    raise TypeError(f"can't convert {type(value).__name__} to int")


def real(code: str, value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"can't convert {type(value).__name__} to float")
    try:
        number = float(value)
        struct.pack("<" + code, number)
    except OverflowError:
        return math.copysign(math.inf, value > 0 or -1)
    return number
