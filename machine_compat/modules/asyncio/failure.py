"""What a board prints about a task that failed with nobody to hear of it.

# Ref: MicroPython extmod/asyncio/core.py, Loop.default_exception_handler
"""

from collections.abc import Mapping

from machine_compat.board import TextOut
from machine_compat.traces import format_exception


def report(terminal: TextOut | None, context: Mapping[str, object]) -> None:
    """Print the context of an exception handler, with the traceback of the script's lines."""
    future = context.get("future")
    name = getattr(getattr(future, "coro", None), "__name__", "")
    print(context.get("message"), file=terminal)
    print(f"future: {future} coro= <generator object '{name}'>", file=terminal)
    error = context.get("exception")
    if isinstance(error, BaseException):
        print(format_exception(error), end="", file=terminal)
