"""MicroPython itself, for tests that ask it; they are left out where it is not installed, except in CI."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from machine_compat.board import Board
from machine_compat.errors import ConfigError
from machine_compat.interpreter.life import Life, Program
from machine_compat.vm.install import Installation, find
from machine_compat.vm.life import lives

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def installation() -> Installation:
    try:
        return find(ROOT)
    except ConfigError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture
def micropython(installation: Installation) -> Callable[[Board, Program], Life]:
    """What makes a board's lives with MicroPython as their interpreter."""
    return lives(installation)
