"""Compares what MicroPython's own tests print here with what they want."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ANYTHING = "########"
"""A line of an expected output that stands for any number of lines."""


class Verdicts(NamedTuple):
    """The scripts of a folder by what came of them. different: a script and its first difference."""

    same: list[str]
    different: dict[str, str]
    not_for_this_board: list[str]


def measured(scripts: list[Path], board: str, wires: tuple[str, ...]) -> Verdicts:
    """Run scripts on a board and compare.

    What differs is run again: CPython, whose output many are compared with, runs them in real time.
    """
    verdicts = compared(scripts, board, wires)
    if verdicts.different:
        again = compared([script for script in scripts if script.stem in verdicts.different], board, wires)
        verdicts.same.extend(again.same)
        verdicts = verdicts._replace(different=again.different)
    return verdicts


def compared(scripts: list[Path], board: str, wires: tuple[str, ...]) -> Verdicts:
    """Run scripts on a board once, and compare."""
    job = {"scripts": [str(script) for script in scripts], "board": board, "wires": wires}
    command = [sys.executable, str(HERE / "worker.py")]
    done = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the worker failed:\n{done.stderr}")
    verdicts = Verdicts([], {}, [])
    for script, (ours, cpythons) in json.loads(done.stdout).items():
        name = Path(script).stem
        if ours.startswith("SKIP"):
            verdicts.not_for_this_board.append(name)
        elif (found := difference(ours, wanted(Path(script), cpythons))) is None:
            verdicts.same.append(name)
        else:
            verdicts.different[name] = found
    return verdicts


def wanted(script: Path, cpythons: str | None) -> str | None:
    """The expected output; None where the script itself says "OK" in its last line."""
    if tests_itself(script):
        return None
    beside = script.with_name(f"{script.name}.exp")
    return beside.read_text(errors="replace") if beside.is_file() else cpythons


def tests_itself(script: Path) -> bool:
    """Whether a script is one of `unittest`."""
    return re.search(r"^ *import .*\bunittest\b", script.read_text(errors="replace"), re.MULTILINE) is not None


def difference(ours: str, wanted: str | None) -> str | None:
    """The first line that differs, in words; None where nothing does."""
    lines = ours.replace("\r\n", "\n").splitlines()
    if wanted is None:
        return None if lines and lines[-1] == "OK" else "\n".join(lines[-3:])
    expected = wanted.replace("\r\n", "\n").splitlines()
    if ANYTHING in expected:
        pattern = "\n".join(".*" if line == ANYTHING else re.escape(line) for line in expected)
        if re.fullmatch(pattern, "\n".join(lines), re.DOTALL):
            return None
    for number in range(max(len(lines), len(expected))):
        here, there = ("(no more)" if number >= len(text) else text[number] for text in (lines, expected))
        if here != there:
            return f"line {number + 1}: {here!r} instead of {there!r}"
    return None
