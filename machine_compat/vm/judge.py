"""Runs a script on CPython and on MicroPython, each on a board of its own, and finds the first difference."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from machine_compat.board import Board
from machine_compat.errors import ConfigError
from machine_compat.interpreter.life import Life, Program
from machine_compat.profile import Profile
from machine_compat.simulation import SimulatedBoard
from machine_compat.taps import trace
from machine_compat.vm.values import ScriptError

Lives = Callable[[Board, Program], Life]


class Stage(NamedTuple):
    """A board and what is around it. seconds: of board time, after which a script is stopped that has no end."""

    profile: str | Profile = "mock"
    attach: Sequence[str] = ()
    wire: Sequence[str] = ()
    path: Sequence[Path] = ()
    seconds: float | None = None
    flash: Path | None = None


class Outcome(NamedTuple):
    """What a run showed. wires: one line for each transfer, without its time; ending: "" or the exception, by name."""

    output: str
    wires: list[str]
    ending: str


def play(script: Path, stage: Stage, lives: Lives | None = None, args: Sequence[str] = ()) -> Outcome:
    """Run a script on a board of its own; `lives` makes the interpreter, CPython's unless it is given."""
    wires: list[str] = []
    ending = ""
    with SimulatedBoard(stage.profile, path=stage.path, flash=stage.flash) as board:
        if lives is not None:
            board.power.new_life = lives
        for spec in stage.attach:
            board.attach(spec)
        for pair in stage.wire:
            one, _, other = pair.partition("=")
            board.wire(one, other)
        board.board.tap(trace(lambda line: wires.append(line.partition(" ")[2]), lambda: 0))
        try:
            board.run(script, *args, seconds=stage.seconds)
        except ConfigError:
            raise
        except ScriptError as error:
            ending = called(error.name, error.values)
        except Exception as error:
            ending = called(type(error).__name__, error.args)
        if board.exit_status not in (None, 0):
            ending = f"SystemExit: {board.exit_status!r}"
        return Outcome(board.output, wires, ending)


def called(name: str, values: tuple[object, ...]) -> str:
    return f"{name}: {', '.join(map(repr, values))}"


def difference(cpython: Outcome, micropython: Outcome) -> str | None:
    """The first difference in words; None where both are the same."""
    told = (
        ("printed line", cpython.output.splitlines(), micropython.output.splitlines()),
        ("event on the wires", cpython.wires, micropython.wires),
        ("ending", [cpython.ending], [micropython.ending]),
    )
    for what, ours, theirs in told:
        for number, (our, their) in enumerate(zip_longest(ours, theirs), 1):
            if our != their:
                lines = [f"{what} {number}", f"  CPython:     {shown(our)}", f"  MicroPython: {shown(their)}"]
                for name, run in (("CPython", cpython), ("MicroPython", micropython)):
                    if run.ending and cpython.ending != micropython.ending:
                        lines.append(f"  {name} ended with {run.ending}")
                return "\n".join(lines)
    return None


def shown(line: str | None) -> str:
    return "(no more)" if line is None else line if line else "(nothing)"
