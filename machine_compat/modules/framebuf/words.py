"""Keeps a script's numbers within the 32-bit machine word of a board, as MicroPython's C code does."""

from typing import SupportsInt

WORD_MAX = 0x7FFF_FFFF


def integer(value: object) -> int:
    """`value` as mp_obj_get_int reads an argument (py/obj.c): an int, a bool, or an object with `__int__`.

    TypeError: a float, a string, None or anything else without `__int__`.
    OverflowError: the magnitude does not fit 31 bits.
    """
    if isinstance(value, int):
        number = value
    elif isinstance(value, SupportsInt) and not isinstance(value, float):
        number = int(value)
    else:
        raise TypeError(f"can't convert {type(value).__name__} to int")
    if not -WORD_MAX <= number <= WORD_MAX:
        raise OverflowError("overflow converting long int to machine word")
    return number


def wrap(number: int) -> int:
    """What a signed machine word holds after a sum or product that may not fit it."""
    return (number + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000


def divide(dividend: int, divisor: int) -> int:
    """The quotient rounded towards zero, as in C; Python rounds down."""
    quotient = abs(dividend) // abs(divisor)
    return quotient if (dividend < 0) == (divisor < 0) else -quotient
