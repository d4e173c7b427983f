"""A board that is switched on, for tests of what is on it."""

from types import ModuleType

from machine_compat.board import Board
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
