"""Simulates another node on a CAN bus: it acknowledges, keeps what it hears, and sends what a test tells it to."""

from machine_compat.contract import CANConfig, CANErrors, CANEvent, CANFrame, CANMode
from machine_compat.errors import ConfigError
from machine_compat.mock.can import Controller
from machine_compat.mock.chip import Chip
from machine_compat.mock.options import within

EXTENDED_FROM = 0x800
"""Identifiers from here on do not fit eleven bits."""


class CANNode(Chip):
    """A CAN node. bitrate: in Hz, the bus's own for whoever is to understand it. silent: 1 to hear without a word."""

    pins = ("bus",)

    def __init__(self, bitrate: int = 500_000, silent: int = 0) -> None:
        super().__init__()
        within(self, "bitrate", bitrate, 1_000, 1_000_000, unit="Hz")
        self._config = CANConfig(bitrate, CANMode.SILENT if silent else CANMode.NORMAL)
        self._controller: Controller | None = None
        self._slots = 0
        self.received: list[CANFrame] = []
        """All frames of others, in order."""
        self.sent: list[CANFrame] = []
        """Its own frames, as they went over the bus."""
        self._queued: dict[int, CANFrame] = {}

    def installed(self) -> None:
        self._controller = Controller(self.legs["bus"], self._event)
        self._controller.configure(self._config)

    def _on_bus(self) -> Controller:
        if self._controller is None:
            raise ConfigError(f"{self.name} is not attached to a board")
        return self._controller

    def send(self, id: int, data: bytes = b"", *, extended: bool | None = None, remote: bool = False) -> None:
        """Queue a frame. extended: 29 bits of identifier, by default where it needs them. ConfigError for no frame."""
        wide = id >= EXTENDED_FROM if extended is None else extended
        if not 0 <= id < (1 << 29 if wide else EXTENDED_FROM) or len(data) > 8:
            raise ConfigError(f"{self.name}: {id:#x} with {len(data)} bytes is no frame of classic CAN")
        self._slots += 1
        frame = self._queued[self._slots] = CANFrame(id, bytes(data), wide, remote)
        self._on_bus().send(self._slots, frame)

    @property
    def errors(self) -> CANErrors:
        """Its error counters."""
        one = self._on_bus()
        return CANErrors(one.transmit_errors, one.receive_errors, one.bus_off)

    @property
    def connected(self) -> bool:
        """Whether it takes part; False switches it off."""
        return self._on_bus().config is not None

    @connected.setter
    def connected(self, on: bool) -> None:
        self._on_bus().configure(self._config if on else None)

    def _event(self, event: CANEvent, value: CANFrame | int | None) -> None:
        if isinstance(value, CANFrame):
            self.received.append(value)
        elif isinstance(value, int):
            frame = self._queued.pop(value)
            if event is CANEvent.SENT:
                self.sent.append(frame)


PARTS = {"can_node": CANNode}
