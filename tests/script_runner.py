"""Runs a script on the simulated board that its first comment lines ask for.

    # board: pico
    # attach: 24c32@i2c0:0x50
    # wire: GP0=GP1
    # seconds: 2

An example says the same as a command: ``#   machine-compat run --board pico --for 5 examples/blink.py``.
"""

import re
import shlex
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine_compat.simulation import SimulatedBoard

HEADER = re.compile(r"# (board|attach|wire|seconds|package): *(.*)")
COMMAND = re.compile(r"machine-compat run (.*)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a script runs on. seconds: of board time; None runs it to its end."""

    board: str = "mock"
    attach: tuple[str, ...] = ()
    wire: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """A script that ran: its board, which the caller closes, and the chips that hang on it."""

    board: SimulatedBoard
    chips: tuple[Any, ...]

    @property
    def screen(self) -> str:
        """What its displays show, as text: a dot a pixel, or a line a line."""
        return "".join(f"{shown(chip)}\n" for chip in self.chips if hasattr(chip, "picture"))


def shown(display: Any) -> str:
    text = getattr(display, "text", None)
    if text is not None:
        return "\n".join(text)
    drawn: str = display.picture().text()
    return drawn


def comments(script: Path) -> list[str]:
    """A script's first comment lines."""
    lines = script.read_text(encoding="utf-8").splitlines()
    code = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return [line.strip() for line in lines[:code]]


def asked(script: Path) -> Wanted:
    """What a script's first comment lines ask for."""
    found: dict[str, list[str]] = {}
    for line in comments(script):
        if match := HEADER.fullmatch(line):
            found.setdefault(match[1], []).append(match[2])
    seconds = found.get("seconds")
    return Wanted(
        board=found.get("board", ["mock"])[0],
        attach=tuple(found.get("attach", ())),
        wire=tuple(found.get("wire", ())),
        packages=tuple(found.get("package", ())),
        seconds=float(seconds[0]) if seconds else None,
    )


def commanded(script: Path) -> Wanted:
    """What the command in an example's first comment lines asks for."""
    text = " ".join(line.lstrip("# ").removesuffix("\\") for line in comments(script))
    command = COMMAND.search(text)
    assert command is not None, f"{script.name} does not say how to run it"
    parser = ArgumentParser()
    parser.add_argument("--board", default="mock")
    parser.add_argument("--attach", action="append", default=[])
    parser.add_argument("--wire", action="append", default=[])
    parser.add_argument("--for", dest="seconds", type=float)
    options, _ = parser.parse_known_args(shlex.split(command[1]))
    return Wanted(options.board, tuple(options.attach), tuple(options.wire), (), options.seconds)


def run_script(script: Path, wanted: Wanted, *path: Path) -> Ran:
    """Run a script; raises what it raises. path: more folders to import from."""
    board = SimulatedBoard(wanted.board, path=path)
    try:
        chips = tuple(board.attach(spec) for spec in wanted.attach)
        for pins in wanted.wire:
            board.wire(*pins.split("="))
        board.run(script, seconds=wanted.seconds)
    except BaseException:
        board.close()
        raise
    return Ran(board, chips)
