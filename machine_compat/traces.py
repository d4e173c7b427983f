"""Tracebacks as a board prints them: the script's lines only, and `OSError: [Errno 19] ENODEV`."""

import builtins
from collections.abc import Iterator
from itertools import groupby
from types import FrameType, TracebackType
from typing import Any, NamedTuple

SHOWN = 3
"""How often a line of a traceback is repeated before it is only counted."""


class Place(NamedTuple):
    """A line of a script, in a function or a module."""

    filename: str
    line: int
    name: str


def is_script(frame: FrameType) -> bool:
    """Whether a frame is a board's script's: those have builtins of their own."""
    return frame.f_builtins is not vars(builtins)


def script_places(tb: TracebackType | None) -> Iterator[Place]:
    """Where a traceback goes through scripts, the innermost last."""
    while tb is not None:
        if is_script(tb.tb_frame):
            code = tb.tb_frame.f_code
            yield Place(code.co_filename, tb.tb_lineno, code.co_name)
        tb = tb.tb_next


def format_exception(error: BaseException) -> str:
    """The traceback of an exception, in MicroPython's form."""
    places = script_places(error.__traceback__)
    lines = folded([f'  File "{place.filename}", line {place.line}, in {place.name}' for place in places])
    if lines or isinstance(error, SyntaxError):
        # An exception that was never raised has none (mp_obj_print_exception in py/obj.c).
        lines.insert(0, "Traceback (most recent call last):")
    if isinstance(error, SyntaxError):
        lines.append(f'  File "{error.filename}", line {error.lineno}')
        message: object = error.msg
    else:
        message = error
    text = str(message)
    if isinstance(error, KeyError) and len(error.args) == 1:
        text = str(error.args[0])
    lines.append(f"{type(error).__name__}: {text}" if text else f"{type(error).__name__}: ")
    lines += [f"  ({note})" for note in getattr(error, "__notes__", ())]
    return "\n".join(lines) + "\n"


def folded(lines: list[str]) -> list[str]:
    """The lines, with long repetitions of one, as endless recursion makes them, cut short."""
    short: list[str] = []
    for line, same in groupby(lines):
        count = len(list(same))
        short += [line] * min(count, SHOWN)
        if count > SHOWN:
            short.append(f"  (and {count - SHOWN} times more)")
    return short


def write_exception(error: BaseException, file: Any) -> None:
    """What `sys.print_exception` does; OSError where `file` is no stream."""
    if not hasattr(file, "write"):
        raise OSError("stream operation not supported")
    file.write(format_exception(error))
