"""The errors that cross the house: what a bus answers, and what a set-up gets wrong."""

import enum


class Fault(enum.Enum):
    """What went wrong on a bus, as a closed kind: one table turns it into the errno of a MicroPython port."""

    NACK_ADDRESS = "nobody acknowledged the address"
    NACK_DATA = "a data byte was not acknowledged"
    TIMEOUT = "the bus did not answer in time"
    ARBITRATION = "arbitration was lost to another controller"
    BUSY = "the bus or device is in use"
    IO = "the transfer failed"
    UNSUPPORTED = "this backend cannot do it"


class BusError(Exception):
    """A transfer failed.

    fault: the kind. acked: how many data bytes (address bytes not counted) were acknowledged before it failed.
    The facade raises the OSError that the script's port would raise, with this as its ``__cause__``.
    """

    def __init__(self, fault: Fault, acked: int = 0, message: str = "") -> None:
        super().__init__(message or fault.value)
        self.fault = fault
        self.acked = acked


class Unsupported(BusError):
    """A backend cannot do this at all; the message says what, and what would help."""

    def __init__(self, message: str) -> None:
        super().__init__(Fault.UNSUPPORTED, message=message)


class ConfigError(Exception):
    """The set-up is wrong: a board, pin, chip, wire or option that does not exist or does not fit.

    Not an OSError, so that a script's retry loop never swallows it. The message is one line that names the thing,
    the place and the choices.
    """


class DeviceError(Exception):
    """A simulated chip's own code raised; the message names the chip, the cause is what it raised."""
