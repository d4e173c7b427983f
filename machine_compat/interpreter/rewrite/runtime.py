"""This file is the run-time half of the rewrite: what rewritten code calls when it meets a MicroPython habit.

The code reaches these through its builtins, under names with an "@", which no source can spell.
"""

from __future__ import annotations

import array
import types
from operator import index as as_integer
from typing import TYPE_CHECKING, Final, cast

from machine_compat.oserror import os_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, SupportsIndex

IDLE: Final = "@idle"
"""Called at the start of every turn of a ``while`` loop."""
OUT_OF_RANGE: Final = "@out_of_range"
"""What CPython raises when a value does not fit an element."""
REFUSED: Final = "@refused"
"""Called with container, index and value when a store raised OUT_OF_RANGE."""
CALLEE: Final = "@callee"
"""Called with a function that is about to be called in a way MicroPython allows."""

OWN_ERRORS: Final = {"errno": "@errno", "__str__": "@os_error_text"}
"""What a script's own class of OSErrors begins with."""


def hooks(idle: Callable[[], None]) -> dict[str, object]:
    """The hidden names that a script's builtins must hold for its rewritten code to run.

    ``idle`` is called at the start of every turn of every ``while`` loop; what it raises, the loop raises.
    """
    return {
        IDLE: idle,
        OUT_OF_RANGE: (ValueError, OverflowError),
        REFUSED: refused,
        CALLEE: callee,
        OWN_ERRORS["errno"]: Errno(),
        OWN_ERRORS["__str__"]: _text,
    }


def refused(container: object, index: SupportsIndex, value: SupportsIndex) -> bool:
    """Store the low bits of a value that did not fit; True when the store's own exception must stand.

    Keeps as many bits as the element has, read as two's complement for signed ones (mp_binary_set_val_array in
    py/binary.c). Only bytearray, array.array, memoryview and subclasses that leave ``__setitem__`` alone truncate.
    """
    try:
        if isinstance(container, bytearray) and type(container).__setitem__ is bytearray.__setitem__:
            code, width = "B", 1
        elif isinstance(container, memoryview):
            code, width = container.format.lstrip("@"), container.itemsize
        elif isinstance(container, array.array) and type(container).__setitem__ is array.array.__setitem__:
            code, width = container.typecode, container.itemsize
        else:
            return True
        if code not in _INTEGER_CODES:
            return True
        bits = 8 * width
        low = as_integer(value) & ((1 << bits) - 1)
        if code.islower():
            low -= (low >> (bits - 1)) << bits
        container[index] = low
    except (TypeError, ValueError, OverflowError):
        return True  # not about the range: a released view, or an __index__ of the script's that raises
    except IndexError as error:
        raise error from None  # CPython's bytearray looks at the value first, MicroPython at the index
    return False


_INTEGER_CODES: Final = frozenset("bBhHiIlLqQ")


def callee(function: object) -> object:
    """What to call in place of ``function``, so that OSError, bytearray and int's conversions take what a board's do.

    Anything but those builtins, a script's own class named OSError too, is returned as it is.
    """
    if function is OSError:
        return _os_error
    if function is bytearray:
        return _bytearray
    if isinstance(function, types.BuiltinMethodType) and function.__name__ in ("to_bytes", "from_bytes"):
        owner = function.__self__
        if isinstance(owner, int) or (isinstance(owner, type) and issubclass(owner, int)):
            return _SignedLast(function, 3)
    if function == int.to_bytes:
        return _SignedLast(int.to_bytes, 4)
    return function


def _os_error(*arguments: object) -> OSError:
    """A board knows no FileNotFoundError and the like, and its errno is args[0], whatever that is (py/objexcept.c)."""
    number = arguments[0] if arguments else None
    # A number has its name when nothing or one thing follows.
    error = os_error(number) if type(number) is int and len(arguments) <= 2 else OSError()
    error.args = arguments
    error.errno = cast("int", number)
    if len(arguments) == 2 and error.strerror is not None:
        error.strerror = f"{error.strerror}: {arguments[1]}"
    return error


class Errno:
    """The errno of a script's own OSErrors: their first argument, until the script sets another."""

    def __get__(self, error: OSError | None, owner: type) -> object:
        if error is None:
            return self
        return error.args[0] if error.args else None


def _text(error: OSError) -> str:
    """What a script's own OSError reads: as OSError itself, whatever CPython's subclass makes of the arguments."""
    if error.args and type(error.args[0]) is int:
        return str(_os_error(*error.args))
    return Exception.__str__(error)


def _bytearray(content: Any) -> bytearray:
    """A bytearray of numbers keeps their low bytes (array_construct in py/objarray.c)."""
    # CPython finds the buffer of a class's own from 3.12 on alone.
    export = getattr(type(content), "__buffer__", None)
    if export is not None:
        return bytearray(export(content, 0))
    if hasattr(content, "__next__"):
        content = list(content)  # what raises has used it up
    try:
        return bytearray(content)
    except ValueError:
        if isinstance(content, int):
            raise
        return bytearray([as_integer(value) & 0xFF for value in content])


class _SignedLast:
    """int.to_bytes or int.from_bytes whose last positional argument may be ``signed``.

    MicroPython's from_bytes takes it and reads an unsigned number all the same (py/objint.c).
    """

    __slots__ = ("_count", "_function")

    def __init__(self, function: Callable[..., object], count: int) -> None:
        self._function = function
        self._count = count

    def __call__(self, *arguments: object) -> object:
        if len(arguments) < self._count:
            return self._function(*arguments)
        *plain, signed = arguments
        if getattr(self._function, "__name__", "") == "from_bytes":
            return self._function(*plain)
        return self._function(*plain, signed=signed)
