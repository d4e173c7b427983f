"""Control requests to a board's USB device: which driver is asked, and what its answers at each stage mean to the host.

# Ref: TinyUSB src/device/usbd.c process_control_request, src/device/usbd_control.c; MicroPython
# shared/tinyusb/mp_usbd_runtime.c
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from machine_compat.machine.peripheral import writable
from machine_compat.usbspec.requests import (
    CLASS,
    CLEAR_FEATURE,
    ENDPOINT_HALT,
    GET_INTERFACE,
    SET_FEATURE,
    SET_INTERFACE,
    STANDARD,
    TO_DEVICE,
    TO_ENDPOINT,
    TO_INTERFACE,
    Setup,
)

SETUP_STAGE, DATA_STAGE, STATUS_STAGE = 1, 2, 3
"""What a driver is told of; scripts know them by these numbers."""


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

    def control(self, stage: int, setup: Setup) -> Reply:
        """A request to its interface or endpoint has come to a stage."""

    def transferred(self, endpoint: int, result: int, data: bytes) -> None:
        """A transfer has ended; what an OUT endpoint received."""

    def halted(self, endpoint: int) -> None:
        """The host has halted an endpoint."""


class Bus(Protocol):
    """What drivers can do on the bus."""

    watched: bool
    """Whether somebody looks at the board from the host: else its terminal is where the script was started."""

    def submit(self, endpoint: int, data: bytes | int) -> bool:
        """Begin a transfer; False or BusError if it cannot be."""

    def stall(self, endpoint: int, on: bool) -> None:
        """Halt an endpoint, or let it go on."""

    def clear_stall(self, endpoint: int) -> None:
        """Let an endpoint go on, if it is halted."""

    def demand(self) -> None:
        """Deal with what the host has done, now."""


class Requests:
    """One control request at a time. answer: the channel's verb."""

    def __init__(self, answer: Callable[[bytes | int | None], None]) -> None:
        self.interfaces: dict[int, Driver] = {}
        self.endpoints: dict[int, Driver] = {}
        self._answer = answer
        self._driver: Driver | None = None
        self._setup = Setup(0, 0, 0, 0, 0)
        self._into: object = None

    def forget(self) -> None:
        """No configuration any more."""
        self.interfaces.clear()
        self.endpoints.clear()
        self._driver = None

    def setup(self, packet: bytes) -> None:
        """A request; whatever was under way is over."""
        self._driver = self._into = None
        self._setup = setup = Setup.parse(packet)
        driver = self._driver_for(setup)
        reply = driver.control(SETUP_STAGE, setup) if driver is not None else REFUSED
        if not reply.agreed:
            self._answer(default(setup) if driver is not None else None)
            return
        self._driver = driver
        if reply.into is not None and setup.wLength:
            self._into = reply.into
            self._answer(min(len(writable(reply.into)), setup.wLength))
        else:
            self._answer((reply.data or b"")[: setup.wLength])

    def data(self, received: bytes) -> None:
        """The data stage is over."""
        driver = self._driver
        if self._into is not None:
            fill(self._into, received)
        agreed = driver is None or driver.control(DATA_STAGE, self._setup).agreed
        self._answer(b"" if agreed else None)

    def done(self) -> None:
        """The status stage is over."""
        driver, self._driver = self._driver, None
        self._into = None
        if driver is not None:
            driver.control(STATUS_STAGE, self._setup)

    def feature(self, endpoint: int, halted: bool) -> None:
        """Tell a driver, whose answer does not count, that the host has halted an endpoint or let it go on."""
        driver = self.endpoints.get(endpoint)
        if driver is not None:
            if halted:
                driver.halted(endpoint)
            request = SET_FEATURE if halted else CLEAR_FEATURE
            driver.control(SETUP_STAGE, Setup(TO_ENDPOINT, request, ENDPOINT_HALT, endpoint, 0))

    def _driver_for(self, setup: Setup) -> Driver | None:
        kind, recipient, index = setup.kind, setup.recipient, setup.wIndex & 0xFF
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


def default(setup: Setup) -> bytes | None:
    """The answer to a request that a driver does not want: interfaces have one setting."""
    defaults: Mapping[int, bytes] = {GET_INTERFACE: b"\0", SET_INTERFACE: b""}
    return defaults.get(setup.bRequest) if setup.kind == STANDARD else None
