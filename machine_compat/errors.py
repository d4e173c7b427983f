"""The errors that cross the house: what a bus answers, and what a set-up gets wrong."""

import enum
from collections.abc import Iterable


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


def choices(name: str, known: Iterable[str]) -> str:
    """How the message about a name that is not known ends: the one that was meant, if that can be told, and all."""
    from difflib import get_close_matches  # takes longer to import than this package, and is for mistakes alone

    every = list(known)
    near = get_close_matches(name.lower(), every, 1)
    return f"did you mean {near[0]}? There are {', '.join(every)}" if near else f"there are {', '.join(every)}"


class DeviceError(Exception):
    """A simulated chip's own code raised; the message names the chip, the cause is what it raised."""
