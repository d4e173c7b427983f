"""A folder for scripts, and boards to run them on."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from machine_compat.simulation import SimulatedBoard
from tests.simulation.make import Make, Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a script and returns its path."""

    def written(text: str, name: str = "main.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    return written


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes boards that are closed after the test."""
    made: list[SimulatedBoard] = []

    def board(name: str = "pico", **options: Any) -> SimulatedBoard:
        made.append(SimulatedBoard(name, **options))
        return made[-1]

    yield board
    for one in made:
        one.close()
