"""Tracebacks as a board prints them: the script's lines only, and `OSError: [Errno 19] ENODEV`."""

from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traceback import FrameSummary


def script_frames(tb: TracebackType | None, files: Iterable[str]) -> "list[FrameSummary]":
    """The frames of a traceback that are the script's own."""
    # Takes long to import, and most runs need none.
    import traceback

    known = set(files)
    return [frame for frame in traceback.extract_tb(tb) if frame.filename in known]


def format_exception(error: BaseException, files: Iterable[str]) -> str:
    """The traceback of an exception, in MicroPython's form."""
    lines = [f'  File "{f.filename}", line {f.lineno}, in {f.name}' for f in script_frames(error.__traceback__, files)]
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


def write_exception(error: BaseException, files: Iterable[str], file: Any) -> None:
    """What `sys.print_exception` does."""
    file.write(format_exception(error, files))
