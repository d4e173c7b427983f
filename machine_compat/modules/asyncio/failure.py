"""What a board prints about a task that failed with nobody to hear of it.

# Ref: MicroPython extmod/asyncio/core.py, Loop.default_exception_handler
"""

import builtins
import traceback
from collections.abc import Iterator, Mapping

from machine_compat.board import TextOut


def report(terminal: TextOut | None, context: Mapping[str, object]) -> None:
    """Print the context of an exception handler, with the traceback of the script's lines."""
    future = context.get("future")
    name = getattr(getattr(future, "coro", None), "__name__", "")
    print(context.get("message"), file=terminal)
    print(f"future: {future} coro= <generator object '{name}'>", file=terminal)
    error = context.get("exception")
    if isinstance(error, BaseException):
        print(*lines(error), sep="\n", file=terminal)


def lines(error: BaseException) -> Iterator[str]:
    """The traceback of an exception in MicroPython's form."""
    yield "Traceback (most recent call last):"
    for frame, line in traceback.walk_tb(error.__traceback__):
        # Scripts run with builtins of their own; what has CPython's is this library.
        if frame.f_builtins is not vars(builtins):
            yield f'  File "{frame.f_code.co_filename}", line {line}, in {frame.f_code.co_name}'
    text = error.args[0] if isinstance(error, KeyError) and len(error.args) == 1 else error
    yield f"{type(error).__name__}: {text}"
