"""Memory cards in a slot."""

from abc import ABC, abstractmethod
from typing import NamedTuple


class CardConfig(NamedTuple):
    """Frequency in Hz, and over how many data lines blocks move. Pins as line refs: clock, command (data in), data 0
    (data out) and data 3 (chip select); None for the slot's own."""

    frequency: int = 20_000_000
    width: int = 1
    clk: str | None = None
    cmd: str | None = None
    dat0: str | None = None
    dat3: str | None = None


class CardChannel(ABC):
    """A slot for a memory card with blocks of 512 bytes."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: CardConfig, /) -> None: ...

    @abstractmethod
    def blocks(self) -> int:
        """How many blocks the card has; 0 when none is in the slot."""

    @abstractmethod
    def read(self, block: int, count: int, /) -> bytes:
        """Whole blocks; BusError beyond the card's end, or without one."""

    @abstractmethod
    def write(self, block: int, data: bytes, /) -> None:
        """Whole blocks; BusError as for read."""

    @abstractmethod
    def close(self) -> None: ...
