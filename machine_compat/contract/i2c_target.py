"""The other side of I2C: a board that answers another controller."""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple


class I2CTargetEvent(enum.Enum):
    """What a controller does to a target. START comes with each START or repeated START of the target's address."""

    START_READ = "start read"
    START_WRITE = "start write"
    READ = "read"
    WRITE = "write"
    STOP = "stop"


I2CTargetHandler = Callable[[I2CTargetEvent, int | None], int | None]
"""Called with the event, and with the byte of a WRITE. Answers READ with the byte to send, and START and WRITE with 1
for an ACK or 0 for a NACK; None means that nobody answered in time. What it answers to STOP is ignored."""


class I2CTargetConfig(NamedTuple):
    """The 7-bit address to answer; pins as line refs, None for the bus's own."""

    address: int
    scl: str | None = None
    sda: str | None = None


class I2CTargetChannel(ABC):
    """An I2C target: it answers another controller."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: I2CTargetConfig, /) -> None: ...

    @abstractmethod
    def watch(self, handler: I2CTargetHandler | None, /) -> None:
        """Have the handler answer from now on; None: nobody answers the address."""

    @abstractmethod
    def close(self) -> None: ...
