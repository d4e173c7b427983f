"""A GPIO line of a bridge: modes, latch and polled edges, over the one report or command that sets a pin."""

from abc import abstractmethod
from contextlib import suppress

from machine_compat.bridge.adapter import Unplugged
from machine_compat.bridge.poller import Poller
from machine_compat.contract import Edge, EdgeHandler, Line, LineConfig, Mode


class BridgeLine(Line):
    """One pin. A bridge says what its pins cannot do (`_refuse`), and how one is set and read."""

    __slots__ = ("_latch", "_mode", "_pin", "_poller")

    def __init__(self, poller: Poller, pin: int) -> None:
        self._poller = poller
        self._pin = pin
        self._mode: Mode | None = None
        self._latch = 0

    @abstractmethod
    def _refuse(self, config: LineConfig) -> None:
        """Raise Unsupported, with what would help, for what the pin cannot do."""

    @abstractmethod
    def _set(self, level: int, drive: bool) -> None:
        """Drive the pin to a level, or let go."""

    @abstractmethod
    def _levels(self) -> int:
        """The levels of all the bridge's pins, bit by bit."""

    def configure(self, config: LineConfig, /) -> None:
        self._refuse(config)
        if config.level is not None:
            self._latch = config.level
        self._mode = config.mode
        self._apply()

    def _apply(self) -> None:
        if self._mode is Mode.OPEN_DRAIN:
            self._set(0, not self._latch)
        else:
            self._set(self._latch, self._mode is Mode.OUT)

    def read(self) -> int:
        return self._levels() >> self._pin & 1

    def write(self, level: int, /) -> None:
        self._latch = level
        if self._mode in (Mode.OUT, Mode.OPEN_DRAIN):
            self._apply()

    def toggle(self) -> int:
        self.write(1 - self._latch)
        return self._latch

    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        level = self.read() if handler is not None else 0
        self._poller.watch(self._pin, level, edges, handler)

    def close(self) -> None:
        self._poller.watch(self._pin, 0, Edge.BOTH, None)
        if self._mode is not None:
            self._mode = None
            with suppress(Unplugged):
                self._set(0, False)

    def one_wire_refusal(self) -> str:
        return (
            f"pin {self._pin} of a USB adapter cannot be a 1-Wire bus: USB is milliseconds late for its slots of 60 us"
        )
