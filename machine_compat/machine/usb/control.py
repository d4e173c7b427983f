"""Control requests to a board's USB device: which driver is asked, and what its answers at each stage mean to the host.

# Ref: TinyUSB src/device/usbd.c process_control_request, src/device/usbd_control.c; MicroPython
# shared/tinyusb/mp_usbd_runtime.c
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from machine_compat.machine.peripheral import writable

SETUP, DATA, ACK = 1, 2, 3
"""The stages a driver is told of."""
TYPE_MASK, STANDARD, CLASS, VENDOR = 0x60, 0x00, 0x20, 0x40
TO_DEVICE, TO_INTERFACE, TO_ENDPOINT = 0, 1, 2
CLEAR_FEATURE, SET_FEATURE, GET_INTERFACE, SET_INTERFACE = 1, 3, 10, 11
TO_HOST = 0x80


class Reply(NamedTuple):
    """A driver's answer at a stage. agreed: False is a STALL. data: what an IN stage sends. into: where OUT data go."""

    agreed: bool
    data: bytes | None = None
    into: object = None


REFUSED, AGREED = Reply(False), Reply(True)


class Driver(Protocol):
    """A class driver, as TinyUSB has them: one for the built-in functions, one for all that the script has."""

    def open(self, configuration: bytes, start: int) -> int:
        """Take the interface at a place of the configuration, and what belongs to it; how many bytes, 0: not mine."""

    def reset(self) -> None:
        """No configuration any more."""

    def control(self, stage: int, setup: bytes) -> Reply: ...

    def transferred(self, endpoint: int, result: int, data: bytes) -> None:
        """A transfer has ended; what an OUT endpoint received."""

    def halted(self, endpoint: int) -> None:
        """The host has halted an endpoint."""


class Requests:
    """One control request at a time. answer: the channel's verb."""

    def __init__(self, answer: Callable[[bytes | int | None], None]) -> None:
        self.interfaces: dict[int, Driver] = {}
        self.endpoints: dict[int, Driver] = {}
        self._answer = answer
        self._driver: Driver | None = None
        self._setup = b""
        self._into: object = None

    def forget(self) -> None:
        """No configuration any more."""
        self.interfaces.clear()
        self.endpoints.clear()
        self._driver = None

    def setup(self, packet: bytes) -> None:
        """A request; whatever was under way is over."""
        self._driver = self._into = None
        self._setup = packet
        driver = self._driver_for(packet)
        reply = driver.control(SETUP, packet) if driver is not None else REFUSED
        if not reply.agreed:
            self._answer(default(packet) if driver is not None else None)
            return
        self._driver = driver
        length = int.from_bytes(packet[6:8], "little")
        if reply.into is not None and length:
            self._into = reply.into
            self._answer(min(len(writable(reply.into)), length))
        else:
            self._answer((reply.data or b"")[:length])

    def data(self, received: bytes) -> None:
        """The data stage is over."""
        driver = self._driver
        if self._into is not None:
            fill(self._into, received)
        agreed = driver is None or driver.control(DATA, self._setup).agreed
        self._answer(b"" if agreed else None)

    def done(self) -> None:
        """The status stage is over."""
        driver, self._driver = self._driver, None
        self._into = None
        if driver is not None:
            driver.control(ACK, self._setup)

    def feature(self, endpoint: int, halted: bool) -> None:
        """Tell a driver, whose answer does not count, that the host has halted an endpoint or let it go on."""
        driver = self.endpoints.get(endpoint)
        if driver is not None:
            if halted:
                driver.halted(endpoint)
            request = SET_FEATURE if halted else CLEAR_FEATURE
            driver.control(SETUP, bytes((TO_ENDPOINT, request, 0, 0, endpoint, 0, 0, 0)))

    def _driver_for(self, packet: bytes) -> Driver | None:
        kind, recipient, index = packet[0] & TYPE_MASK, packet[0] & 0x1F, packet[4]
        if kind in (STANDARD, CLASS) and recipient == TO_INTERFACE:
            return self.interfaces.get(index)
        if kind == CLASS and recipient == TO_DEVICE:
            return self.interfaces.get(index)
        if kind == CLASS and recipient == TO_ENDPOINT:
            return self.endpoints.get(index)
        # MicroPython's answer to all vendor requests (tud_vendor_control_xfer_cb).
        return None


def fill(buffer: object, data: bytes) -> None:
    """Put what was received where it was to go, as far as there is room: a script may have made its buffer smaller."""
    if data:
        view = writable(buffer)
        room = min(len(view), len(data))
        view[:room] = data[:room]


def default(packet: bytes) -> bytes | None:
    """The answer to a request that a driver does not want: interfaces have one setting."""
    defaults: Mapping[int, bytes] = {GET_INTERFACE: b"\0", SET_INTERFACE: b""}
    return defaults.get(packet[1]) if packet[0] & TYPE_MASK == STANDARD else None
