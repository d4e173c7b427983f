"""Tracebacks as a board prints them: the script's lines only, and `OSError: [Errno 19] ENODEV`."""

from collections.abc import Iterable
from itertools import groupby
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traceback import FrameSummary


SHOWN = 3
"""How often a line of a traceback is repeated before it is only counted."""


def script_frames(tb: TracebackType | None, files: Iterable[str]) -> "list[FrameSummary]":
    """The frames of a traceback that are the script's own."""
    # Takes long to import, and most runs need none.
    import traceback

    known = set(files)
    return [frame for frame in traceback.extract_tb(tb) if frame.filename in known]


def format_exception(error: BaseException, files: Iterable[str]) -> str:
    """The traceback of an exception, in MicroPython's form."""
    frames = script_frames(error.__traceback__, files)
    lines = folded([f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames])
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


def write_exception(error: BaseException, files: Iterable[str], file: Any) -> None:
    """What `sys.print_exception` does."""
    file.write(format_exception(error, files))
