"""A UART of a simulated board with a peer on its wires."""

from collections.abc import Callable
from types import ModuleType

from machine_compat.board import Board
from machine_compat.machine import build
from machine_compat.mock.attach import Place, attach
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.chip import UARTPeer
from machine_compat.mock.nets import connect
from machine_compat.profile import load

MS = 1_000_000


class Echo(UARTPeer):
    """Keeps what it hears, and when; says it again where `back` is set."""

    def __init__(self, baudrate: int | None = None, back: bool = False) -> None:
        super().__init__(baudrate)
        self.heard = b""
        self.times: list[int] = []
        self.back = back

    def receive(self, data: bytes) -> None:
        self.heard += data
        self.times.append(self.world.now)
        if self.back:
            self.send(data)


class Bench:
    """One board in a world of its own."""

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

    def echo(self, bus: str, baudrate: int | None = None, back: bool = False) -> Echo:
        echo = Echo(baudrate, back)
        attach(self.backend, echo, Place(bus=bus))
        return echo

    def join(self, tx: str, rx: str) -> None:
        connect(self.backend.terminal(tx), self.backend.terminal(rx))

    def later(self, ms: float, action: Callable[[], object]) -> None:
        self.backend.world.after(round(ms * MS), action)
