"""The device side of USB: a board that a host enumerates."""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import NamedTuple


class USBDeviceEvent(enum.Enum):
    """What a host does to a device, and what became of the device's transfers.

    SETUP brings the eight bytes of a control request that is the device's own to answer: those of class and vendor
    type, and standard ones to an interface. The channel answers the other standard requests itself. Three events want
    an `answer`: CONFIGURED, SETUP and CONTROL_DATA.
    """

    RESET = "reset"
    """The bus was reset or the cable pulled: no configuration, and transfers that were pending never end."""
    CONFIGURED = "configured"
    """The host chose a configuration; endpoints may be used, from inside the handler on. Answer b"" to agree, None to
    refuse, which some controllers cannot."""
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    SETUP = "setup"
    CONTROL_DATA = "control data"
    """The data stage of an answered request is over: all that came in an OUT stage, b"" after an IN stage. Answer b""
    to go on to its status stage, or None."""
    CONTROL_DONE = "control done"
    """The status stage of an answered request is over."""
    SENT = "sent"
    """All that was submitted to an IN endpoint is with the host."""
    RECEIVED = "received"
    """An OUT endpoint's transfer has ended, with a short packet or because it is full."""
    FAILED = "failed"
    """A transfer has ended in an error of the bus."""
    HALTED = "halted"
    """The host has halted an endpoint."""
    CLEARED = "cleared"
    """The host has cleared an endpoint's halt."""


USBDeviceHandler = Callable[[USBDeviceEvent, int, bytes], None]
"""Called with the event; with the endpoint's address (SENT, RECEIVED, FAILED, HALTED, CLEARED), the configuration's
value (CONFIGURED; 0: none any more) or 0; and with what came (SETUP, CONTROL_DATA, RECEIVED) or b""."""


class USBDeviceConfig(NamedTuple):
    """What a device tells a host about itself.

    device: the device descriptor. configuration: the configuration descriptor with all that belongs to it. strings: the
    string descriptors by index, without their two bytes of head: languages at 0, then UTF-16 in little-endian order.
    """

    device: bytes
    configuration: bytes
    strings: Mapping[int, bytes]


class USBDeviceChannel(ABC):
    """A board's USB port in the role of a device. Endpoints go by address, 0x80 set for those that send to the host."""

    __slots__ = ()

    @abstractmethod
    def connect(self, config: USBDeviceConfig, handler: USBDeviceHandler, /) -> None:
        """Appear on the bus, in place of what was there before; ConfigError if a controller cannot be such a device."""

    @abstractmethod
    def disconnect(self) -> None:
        """Disappear from the bus."""

    @abstractmethod
    def submit(self, endpoint: int, data: bytes | int, /) -> None:
        """Begin a transfer: bytes to send, or how many to receive at most. SENT, RECEIVED or FAILED ends it.

        Bytes are sent as they are: b"" is an empty packet, and full packets are not followed by one.
        BusError: BUSY while one is pending on the endpoint or it is halted; IO for an endpoint that the host's
        configuration does not have.
        """

    @abstractmethod
    def answer(self, reply: bytes | int | None, /) -> None:
        """Answer the last CONFIGURED, SETUP or CONTROL_DATA, soon or later; until then the host waits.

        bytes: the data of its IN stage, no more than the host asked for, or b"" to agree to a request without one;
        int: take the OUT stage, and the first so many bytes of it come as CONTROL_DATA; None: STALL. Ignored when the
        host has given up.
        """

    @abstractmethod
    def stall(self, endpoint: int, on: bool, /) -> None:
        """Halt an endpoint, or let it go on. The transfer that is pending when it is halted is lost."""

    @abstractmethod
    def stalled(self, endpoint: int, /) -> bool: ...

    @abstractmethod
    def wakeup(self) -> bool:
        """Wake a host that suspended the bus; False if it has not, or has not allowed that."""

    @abstractmethod
    def close(self) -> None: ...
