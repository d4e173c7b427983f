"""An SPI controller."""

from abc import ABC, abstractmethod
from typing import NamedTuple


class SPIConfig(NamedTuple):
    """Baud rate in Hz; mode; pins as line refs, None for the bus's own. Chip select is a Line and none of SPI's."""

    baudrate: int = 1_000_000
    polarity: int = 0
    phase: int = 0
    bits: int = 8
    lsb_first: bool = False
    sck: str | None = None
    mosi: str | None = None
    miso: str | None = None


class SPIBus(ABC):
    """An SPI controller."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: SPIConfig, /) -> None: ...

    @abstractmethod
    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        """Clock `out` on MOSI and return as many bytes from MISO (b"" when no reply is wanted)."""

    @abstractmethod
    def close(self) -> None: ...
