"""A UART of a simulated board with a peer on its wires."""

from collections.abc import Callable

from machine_compat.mock.attach import Place, attach
from machine_compat.mock.chip import UARTPeer
from machine_compat.mock.nets import connect
from tests.machine.switched import MS, Switched


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


class Bench(Switched):
    """A board with peers on its wires."""

    def echo(self, bus: str, baudrate: int | None = None, back: bool = False) -> Echo:
        echo = Echo(baudrate, back)
        attach(self.backend, echo, Place(bus=bus))
        return echo

    def join(self, tx: str, rx: str) -> None:
        connect(self.backend.terminal(tx), self.backend.terminal(rx))

    def later(self, ms: float, action: Callable[[], object]) -> None:
        self.backend.world.after(round(ms * MS), action)
