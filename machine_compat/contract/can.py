"""A CAN controller."""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple


class CANMode(enum.Enum):
    """LOOPBACK hears itself and not the others; SILENT hears and never drives the bus, not even to acknowledge."""

    NORMAL = "normal"
    LOOPBACK = "loopback"
    SILENT = "silent"
    SILENT_LOOPBACK = "silent loopback"


class CANConfig(NamedTuple):
    """Bit rate in Hz. auto_restart: whether a controller leaves bus-off by itself. Pins as line refs."""

    bitrate: int
    mode: CANMode = CANMode.NORMAL
    auto_restart: bool = False
    tx: str | None = None
    rx: str | None = None


class CANFrame(NamedTuple):
    """A classic frame: an identifier of 11 or, `extended`, 29 bits, and up to 8 bytes; of a `remote` one the length."""

    id: int
    data: bytes = b""
    extended: bool = False
    remote: bool = False


class CANEvent(enum.Enum):
    """RECEIVED comes with the frame; SENT and FAILED with the slot it was sent from; STATE with None, when the error
    counters have crossed a limit."""

    RECEIVED = "received"
    SENT = "sent"
    FAILED = "failed"
    STATE = "state"


class CANErrors(NamedTuple):
    """A controller's transmit and receive error counters, and whether it is off the bus for them."""

    transmit: int = 0
    receive: int = 0
    bus_off: bool = False


class CANChannel(ABC):
    """A CAN controller. It acknowledges every frame and reports every frame: filters are the caller's."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: CANConfig, /) -> None:
        """Join the bus; error counters begin at 0 and all slots are empty."""

    @abstractmethod
    def send(self, slot: int, frame: CANFrame, /) -> None:
        """Queue a frame in an empty slot. That of the highest priority goes first, of equal ones the lowest slot."""

    @abstractmethod
    def cancel(self, slot: int, /) -> bool:
        """Take a queued frame back; False if the slot is empty. One that is on the wire by now is not tried again."""

    @abstractmethod
    def errors(self) -> CANErrors: ...

    @abstractmethod
    def restart(self) -> None:
        """Leave bus-off: error counters begin at 0 and all slots are empty."""

    @abstractmethod
    def watch(self, handler: Callable[[CANEvent, CANFrame | int | None], None] | None, /) -> None:
        """Call the handler on every event from now on; None ends it."""

    @abstractmethod
    def close(self) -> None: ...
