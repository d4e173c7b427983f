"""This file makes a script's generators what they are to MicroPython: the same thing as coroutines.

A script may ``await`` a generator of its own, and ``yield from`` the call of an ``async def`` function.

# Ref: MicroPython py/compile.c (await is yield from), CPython's types.coroutine
"""

import types
from typing import Final

_GENERATOR: Final = 0x20  # inspect.CO_GENERATOR
_ITERABLE_COROUTINE: Final = 0x100  # inspect.CO_ITERABLE_COROUTINE, which types.coroutine sets


def awaitable(code: types.CodeType) -> types.CodeType:
    """The same code, whose generator functions can be awaited, with those in it."""
    constants = code.co_consts
    changed = tuple(awaitable(item) if isinstance(item, types.CodeType) else item for item in constants)
    flags = code.co_flags
    if flags & _GENERATOR and code.co_name != "<genexpr>":
        flags |= _ITERABLE_COROUTINE
    same = flags == code.co_flags and all(new is old for new, old in zip(changed, constants, strict=True))
    return code if same else code.replace(co_consts=changed, co_flags=flags)
