"""Boards for the tests of modules: each in a world of its own, driven from the test's own code or by a script."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

from machine_compat.board import Board, using
from machine_compat.interpreter.table import from_file
from machine_compat.machine import build
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.nets import Terminal
from machine_compat.profile import load
from machine_compat.simulation import SimulatedBoard

MS = 1_000_000


class Bench:
    """A board that is on: its modules, its pins, its time."""

    def __init__(self, name: str) -> None:
        profile = load(name)
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.machine: ModuleType = build(self.board)

    def module(self, name: str) -> ModuleType:
        return from_file(self.board, name)

    @property
    def now(self) -> int:
        return self.board.clock.now_ns()

    def run_ms(self, ms: float) -> None:
        self.board.sleep_ns(round(ms * MS))

    def wire(self, ref: str) -> Terminal:
        return self.backend.terminal(ref)

    def edges(self, ref: str) -> list[tuple[int, int]]:
        """(time in ns, level) of every change of a wire from now on."""
        seen: list[tuple[int, int]] = []
        self.wire(ref).watch(lambda level, time: seen.append((time, level)))
        return seen


@pytest.fixture
def bench() -> Iterator[Callable[[str], Bench]]:
    """Makes a board of that name the current one."""
    with ExitStack() as stack:

        def on(name: str) -> Bench:
            made = Bench(name)
            stack.enter_context(using(made.board))
            stack.callback(made.board.close)
            return made

        yield on


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., tuple[Any, ...]]]:
    """Runs a script's text on a board of that name with chips attached, by default until it ends; gives the board and
    the chips."""
    with ExitStack() as stack:

        def run(name: str, source: str, *attached: str, seconds: float | None = None) -> tuple[Any, ...]:
            board = stack.enter_context(SimulatedBoard(name))
            chips = [board.attach(spec) for spec in attached]
            file = tmp_path / "main.py"
            file.write_text(dedent(source), encoding="utf-8")
            board.run(file, seconds=seconds)
            return (board, *chips)

        yield run
