"""Boards for the tests of pyb's classes: each in a world of its own, driven from the test's own code."""

import io
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from machine_compat.board import Board, using
from machine_compat.machine import build as build_machine
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.chip import Chip
from machine_compat.mock.nets import Terminal, connect
from machine_compat.profile import load
from machine_compat.pyb import build
from tests.pyb.usb_pc import Plugged

MS = 1_000_000


class Switched:
    """A board that is on: its modules, its wires, its time, what it prints and what its handlers let fail."""

    def __init__(self, name: str) -> None:
        self.profile = load(name)
        self.backend = MockBackend(self.profile.wiring())
        self.board = Board(self.profile, self.backend)
        self.board.stdout = self.output = io.StringIO()
        self.pyb: ModuleType = build(self.board)
        self.machine: ModuleType = build_machine(self.board)
        self.failures: list[BaseException] = []
        self.board.handler_failed = self.failures.append
        for spec in self.profile.parts:
            self.attach(spec)

    @property
    def now(self) -> int:
        return self.board.clock.now_ns()

    @property
    def now_ms(self) -> float:
        return self.now / MS

    def run_ms(self, ms: float) -> None:
        self.board.sleep_ns(round(ms * MS))

    def wire(self, name: str) -> Terminal:
        return self.backend.terminal(self.backend.wiring.ref(name))

    def attach(self, spec: str) -> Chip:
        return attach_spec(self.backend, spec)

    def drive(self, name: str, level: int | None) -> None:
        """What somebody outside puts on a pin."""
        self.attach_probe(name).drive(level)

    def attach_probe(self, name: str) -> Terminal:
        wire = self.wire(name)
        known = [terminal for terminal in wire.net.terminals if terminal.name == f"probe on {name}"]
        if known:
            return known[0]
        probe = Terminal(self.backend.world, f"probe on {name}")
        connect(wire, probe)
        return probe


@pytest.fixture
def pyboard() -> Iterator[Switched]:
    switched = Switched("pyboard")
    with using(switched.board):
        yield switched


@pytest.fixture(params=["pyboard", "mock"])
def either(request: pytest.FixtureRequest) -> Iterator[Switched]:
    """A pyboard, and the board that has everything."""
    switched = Switched(request.param)
    with using(switched.board):
        yield switched


@pytest.fixture
def plugged(tmp_path: Path) -> Iterator[Plugged]:
    """A pyboard on a PC's USB."""
    made = Plugged(tmp_path)
    with made.board:
        yield made
