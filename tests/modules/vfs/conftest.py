"""What the tests of file systems have in common: the modules of a board that is on."""

from collections.abc import Iterator
from typing import Any

import pytest

from machine_compat.board import Board, using
from machine_compat.interpreter.table import from_file
from machine_compat.mock.backend import MockBackend
from machine_compat.profile import load


@pytest.fixture(scope="module")
def vfs() -> Iterator[Any]:
    """`vfs` of a board that has all of it."""
    profile = load("teensy41")
    board = Board(profile, MockBackend(profile.wiring()))
    with using(board):
        yield from_file(board, "vfs")
    board.close()
