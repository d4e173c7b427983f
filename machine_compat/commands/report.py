"""Says on stderr what there is to say about a run: one line that begins with the command's name, or a traceback."""

import sys
from pathlib import PurePath

from machine_compat.commands.signals import INTERRUPTED
from machine_compat.errors import ConfigError, DeviceError
from machine_compat.interpreter.guard import GuardTimeout, script_frame, whereabouts
from machine_compat.interpreter.power import Power, ResetLoop
from machine_compat.traces import format_exception, script_places

FAILED = 1
WRONG = 2


def say(text: str) -> None:
    """One line for the person at the terminal; stdout is the script's."""
    if sys.stderr is not None:
        sys.stderr.write(f"machine-compat: {text}\n")
        sys.stderr.flush()


def write(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(text)
        sys.stderr.flush()


def report(error: BaseException) -> int:
    """Tell of an error that ended a run, and give the exit status it stands for."""
    if isinstance(error, ConfigError):
        say(f"{place_of(error)}{error}")
        return WRONG
    if isinstance(error, GuardTimeout | ResetLoop):
        say(str(error))
        return FAILED
    told = getattr(error, "board_traceback", None)
    if isinstance(error, DeviceError):
        chip_report(error)
    elif isinstance(told, str):
        write(told if told.endswith("\n") else f"{told}\n")
    else:
        write(format_exception(error))
    return INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED


def chip_report(error: DeviceError) -> None:
    """A chip's own code raised: which chip, the script's line if it was called from there, and the chip's line."""
    import traceback

    say(f"{place_of(error)}{error}")
    if error.__cause__ is not None:
        frame = traceback.extract_tb(error.__cause__.__traceback__)[-1]
        write(f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n')


def place_of(error: BaseException) -> str:
    """``main.py:7: ``, the script's line that an error came through, if it came through one."""
    places = list(script_places(error.__traceback__))
    return f"{PurePath(places[-1].filename).name}:{places[-1].line}: " if places else ""


def standstill(power: Power) -> int:
    """The script waits, and there is nothing to wait for."""
    frame = script_frame(power.script.frame) if power.script is not None else None
    where = whereabouts(frame) if frame is not None else "a thread of the script"
    say(f"{where} waits for something that can never come: nothing is left to happen in the simulated world")
    return FAILED


def exit_code(status: object) -> int:
    """The exit status for what a script gave to sys.exit; a text is said on stderr, as CPython does."""
    if status is None:
        return 0
    if isinstance(status, int):
        return int(status) & 0xFF
    write(f"{status}\n")
    return FAILED
