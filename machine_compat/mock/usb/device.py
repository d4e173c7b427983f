"""What a simulated USB device is: packets on endpoints, and answers to the standard requests.

# Ref: Universal Serial Bus Specification rev. 2.0, 5.3.2 pipes, 8.4.5 handshakes, 8.5.3 control transfers, 9.4
# requests.
"""

import enum
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Protocol

from machine_compat.errors import ConfigError
from machine_compat.mock.world import World
from machine_compat.usbspec.descriptors import ENGLISH, INTERFACE, STRING, TO_HOST, pieces, string_descriptor
from machine_compat.usbspec.requests import (
    CLEAR_FEATURE,
    ENDPOINT_HALT,
    GET_CONFIGURATION,
    GET_DESCRIPTOR,
    GET_INTERFACE,
    GET_STATUS,
    SET_ADDRESS,
    SET_CONFIGURATION,
    SET_FEATURE,
    SET_INTERFACE,
    STANDARD,
    TO_ENDPOINT,
    TO_INTERFACE,
    Setup,
)


class Speed(enum.IntEnum):
    """libusb's numbers of the speeds."""

    FULL = 2
    HIGH = 3


class Handshake(enum.Enum):
    """What an endpoint answers when it has no data to send, or was sent some."""

    ACK = "taken"
    NAK = "not now"
    STALL = "halted, or a request it does not know"


class Upstream(Protocol):
    """The host's port, as a device sees it."""

    world: World

    def ready(self) -> None:
        """An endpoint that answered NAK may have something else to say now."""

    def reconnect(self) -> None:
        """The device leaves the bus and comes back, as after a reset of its own."""


class USBDevice(ABC):
    """A device on the wire, packet by packet: a host controller, simulated or a kernel's, asks; it answers at once.

    What it cannot answer yet it answers with NAK, and calls `port.ready()` when that may have changed.
    """

    speed: Speed = Speed.FULL
    port: Upstream | None = None

    def plugged(self, port: Upstream) -> None:
        """It has power and a host."""
        self.port = port

    def unplugged(self) -> None:
        """It has no host any more."""
        self.port = None

    @abstractmethod
    def bus_reset(self) -> None:
        """Back to no address and no configuration."""

    @abstractmethod
    def setup(self, packet: bytes) -> None:
        """Eight bytes to endpoint 0; always taken, and whatever control transfer was under way is over."""

    @abstractmethod
    def take(self, endpoint: int, data: bytes) -> Handshake:
        """An OUT packet for an endpoint number; endpoint 0's are data and status stages."""

    @abstractmethod
    def give(self, endpoint: int) -> bytes | Handshake:
        """An IN token for an endpoint number: a packet, NAK or STALL."""


class SimulatedDevice(USBDevice):
    """A device with descriptors. A subclass gives these, and answers its own requests and endpoints.

    device_bytes, configuration_bytes: its descriptors. class_descriptors: others that hosts ask an interface for, by
    (type, interface number). strings: by index from 1.
    """

    device_bytes: bytes = b""
    configuration_bytes: bytes = b""
    class_descriptors: ClassVar[Mapping[tuple[int, int], bytes]] = {}

    def __init__(self, *strings: str) -> None:
        self.strings = {index: text for index, text in enumerate(strings, 1) if text}
        self.name = type(self).__name__.lower()
        self.configured = 0
        """The value of its active configuration; 0: none."""
        self.halted: set[int] = set()
        """Endpoint addresses that answer STALL until the host clears them."""
        self._alternates: dict[int, int] = {}
        self._world: World | None = None
        self._setup = Setup(0, 0, 0, 0, 0)
        self._received = b""
        self._reply: bytes | None = b""

    # ---- what a subclass answers

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        """A class or vendor request with the data of its OUT stage; returns the IN stage (b"" if none), None: STALL."""
        return None

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        """A packet for one of its OUT endpoints."""
        return Handshake.STALL

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        """The next packet of one of its IN endpoints."""
        return Handshake.STALL

    def settled(self) -> None:
        """Hook: it was reset or got a configuration; endpoints begin anew."""

    def powered(self) -> None:
        """Hook: it is plugged in for the first time; `world` is known from now on."""

    # ---- the wire

    @property
    def world(self) -> World:
        if self._world is None:
            raise ConfigError(f"{type(self).__name__}: plug it into a host before you use its pins")
        return self._world

    def plugged(self, port: Upstream) -> None:
        super().plugged(port)
        if self._world is None:
            self._world = port.world
            self.powered()
        elif self._world is not port.world:
            raise ConfigError(f"{type(self).__name__} is in another world already")

    def unplugged(self) -> None:
        super().unplugged()
        self.bus_reset()

    def ready(self) -> None:
        """Tell the host that an endpoint which said NAK may answer now."""
        if self.port is not None:
            self.port.ready()

    def bus_reset(self) -> None:
        self.configured = 0
        self.halted.clear()
        self._alternates.clear()
        self.settled()

    def setup(self, packet: bytes) -> None:
        self._setup = setup = Setup.parse(packet)
        self._received = b""
        self._reply = b""
        if setup.device_to_host or not setup.wLength:
            self._reply = self._answer(setup, b"")
            if self._reply is not None:
                self._reply = self._reply[: setup.wLength]

    def take(self, endpoint: int, data: bytes) -> Handshake:
        if endpoint:
            return Handshake.STALL if endpoint in self.halted else self.accept(endpoint, data)
        if self._reply is None:
            return Handshake.STALL
        if not self._setup.device_to_host:
            self._received += data
            if len(self._received) >= self._setup.wLength:
                self._reply = self._answer(self._setup, self._received)
        return Handshake.ACK

    def give(self, endpoint: int) -> bytes | Handshake:
        if endpoint:
            return Handshake.STALL if endpoint | TO_HOST in self.halted else self.next_packet(endpoint)
        if self._reply is None:
            return Handshake.STALL
        size = self.device_bytes[7]
        packet, self._reply = self._reply[:size], self._reply[size:]
        return packet

    # ---- standard requests

    def _answer(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.kind != STANDARD:
            return self.request(setup, data)
        if setup.bRequest == GET_DESCRIPTOR:
            return self._descriptor(setup.wValue >> 8, setup.wValue & 0xFF, setup)
        if setup.bRequest == SET_ADDRESS:
            return b""
        if setup.bRequest in (GET_CONFIGURATION, SET_CONFIGURATION, GET_INTERFACE, SET_INTERFACE):
            return self._choose(setup)
        return self._feature(setup)

    def _descriptor(self, kind: int, index: int, setup: Setup) -> bytes | None:
        if setup.recipient == TO_INTERFACE:
            return self.class_descriptors.get((kind, setup.wIndex))
        if kind == self.device_bytes[1]:
            return self.device_bytes
        if kind == self.configuration_bytes[1]:
            return self.configuration_bytes if index == 0 else None
        if kind == STRING and index == 0:
            return bytes((4, STRING)) + ENGLISH.to_bytes(2, "little")
        if kind == STRING and index in self.strings:
            return string_descriptor(self.strings[index])
        return None

    def _choose(self, setup: Setup) -> bytes | None:
        if setup.bRequest == GET_CONFIGURATION:
            return bytes((self.configured,))
        if setup.bRequest == SET_CONFIGURATION:
            if setup.wValue not in (0, self.configuration_bytes[5]):
                return None
            self.configured = setup.wValue
            self.halted.clear()
            self._alternates.clear()
            self.settled()
            return b""
        known = {(piece[2], piece[3]) for piece in pieces(self.configuration_bytes) if piece[1] == INTERFACE}
        if setup.bRequest == GET_INTERFACE:
            return bytes((self._alternates.get(setup.wIndex, 0),)) if (setup.wIndex, 0) in known else None
        if (setup.wIndex, setup.wValue) not in known:
            return None
        self._alternates[setup.wIndex] = setup.wValue
        return b""

    def _feature(self, setup: Setup) -> bytes | None:
        to_endpoint = setup.recipient == TO_ENDPOINT
        if setup.bRequest == GET_STATUS:
            return bytes((int(to_endpoint and setup.wIndex in self.halted), 0))
        if not to_endpoint or setup.wValue != ENDPOINT_HALT or setup.bRequest not in (SET_FEATURE, CLEAR_FEATURE):
            return None
        if setup.bRequest == SET_FEATURE:
            self.halted.add(setup.wIndex)
        else:
            self.halted.discard(setup.wIndex)
        return b""
