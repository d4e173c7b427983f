"""Boards for the tests of machine's classes: each in a world of its own, driven from the test's own code."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType

import pytest

from machine_compat.board import Board, using
from machine_compat.machine import build
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.nets import Terminal
from machine_compat.profile import load

MS = 1_000_000


class Switched:
    """A board that is on: its `machine`, its pins, its time, and what handlers let fail."""

    def __init__(self, name: str) -> None:
        profile = load(name)
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.machine: ModuleType = build(self.board)
        self.failures: list[BaseException] = []
        self.board.handler_failed = self.failures.append

    @property
    def now(self) -> int:
        return self.board.clock.now_ns()

    def run_ms(self, ms: float) -> None:
        self.board.sleep_ns(round(ms * MS))

    def wire(self, ref: str) -> Terminal:
        return self.backend.terminal(ref)


@pytest.fixture
def switch_on() -> Iterator[Callable[[str], Switched]]:
    """Makes a board of that name the current one."""
    with ExitStack() as stack:

        def on(name: str) -> Switched:
            switched = Switched(name)
            stack.enter_context(using(switched.board))
            return switched

        yield on
