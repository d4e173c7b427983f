"""Runs scripts that import asyncio on a simulated board."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from machine_compat.simulation import SimulatedBoard

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def board() -> Iterator[SimulatedBoard]:
    with SimulatedBoard("pico") as board:
        yield board


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes a file of a script, with asyncio, time and machine imported."""

    def script(name: str, source: str) -> Path:
        file = tmp_path / name
        file.write_text("import asyncio, machine, time\n" + dedent(source), encoding="utf-8")
        return file

    return script


@pytest.fixture
def run(board: SimulatedBoard, script: Callable[[str, str], Path]) -> Callable[..., SimulatedBoard]:
    """Runs a script's text on the board, by default for 10 s."""

    def run(source: str, seconds: float | None = 10) -> SimulatedBoard:
        board.run(script("main.py", source), seconds=seconds)
        return board

    return run


@pytest.fixture
def isolated() -> Callable[[str], tuple[str, str]]:
    """Runs a program in a fresh interpreter: what it prints on stdout and stderr."""

    def isolated(program: str) -> tuple[str, str]:
        command = [sys.executable, "-W", "error", "-c", program]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout, done.stderr

    return isolated
