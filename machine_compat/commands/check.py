"""`machine-compat check`: what scripts use that a board lacks."""

import sys
from argparse import Namespace
from pathlib import Path

from machine_compat.check import Finding, Program, findings
from machine_compat.commands.choice import choose
from machine_compat.errors import ConfigError
from machine_compat.ports import port
from machine_compat.ports.names import PORTS
from machine_compat.profile import Profile, board_names, load

FOUND = 1
STEP = 3
"""Columns of the table for one board."""


def check(options: Namespace) -> int:
    """Print what is missing, or the table; 1 when something is missing, 0 when all is there."""
    if options.all_boards and options.board:
        raise ConfigError("--all-boards checks every board; leave --board out")
    path = tuple(Path(folder) for folder in options.path)
    for folder in path:
        if not folder.is_dir():
            raise ConfigError(f"--path {folder}: no such folder")
    programs = [Program(Path(script), path) for script in options.script]
    if options.all_boards:
        return table(programs, boards())
    asked = [load(name) for name in options.board]
    missing: list[Finding] = []
    for program in programs:
        for profile in asked or [chosen(program.script)]:
            port(profile.port, profile.foreign, profile.file)  # for the mistakes in a board's file that only it finds
            missing += findings(program, profile)
    for finding in dict.fromkeys(missing):
        sys.stdout.write(f"{finding}\n")
    return FOUND if missing else 0


def chosen(script: Path) -> Profile:
    """The board that the environment or the script's project names; ConfigError where none does: the mock has all."""
    profile, _ = choose(None, script if script.is_dir() else script.parent)
    if profile.name == "mock":
        raise ConfigError("which board? Say --board pico, --board my_board.toml or --all-boards")
    return profile


def boards() -> list[Profile]:
    """The boards of MicroPython's own ports."""
    return [profile for profile in map(load, board_names()) if profile.port in PORTS]


def table(programs: list[Program], profiles: list[Profile]) -> int:
    """Print a row for each script and a column for each board: a dot, or how many things are missing."""
    width = max(len(str(program.script)) for program in programs)
    for number, profile in enumerate(profiles):
        sys.stdout.write(f"{'':{width}}{'  |' * number}  {profile.name}\n")
    failed = 0
    for program in programs:
        counts = [len(counted(findings(program, profile))) for profile in profiles]
        failed += sum(counts)
        cells = "".join(f"{count or '.':>{STEP}}" for count in counts)
        sys.stdout.write(f"{program.script!s:{width}}{cells}\n")
    if failed:
        sys.stdout.write("a number: how many lines would fail there; --board NAME tells which\n")
    return FOUND if failed else 0


def counted(found: list[Finding]) -> set[tuple[Path, int]]:
    """The lines that something is missing for."""
    return {(one.file, one.line) for one in found}
