"""Digital audio."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple


class I2SConfig(NamedTuple):
    """A controller that sends, or with `receive` receives. bits: 16 or 32 a sample; rate: frames a second.

    buffer: how many frames are kept between the script and the wire. Pins as line refs.
    """

    receive: bool
    bits: int
    rate: int
    buffer: int
    sck: str | None = None
    ws: str | None = None
    sd: str | None = None
    mck: str | None = None

    def frame_bytes(self) -> int:
        return self.bits // 4

    def span_ns(self, frames: int) -> int:
        """How long so many frames take."""
        return -(-frames * 1_000_000_000 // self.rate)


class I2SChannel(ABC):
    """A digital audio line. Frames are bytes: the left, then the right sample, each signed and little-endian.

    The wire never waits: it carries silence when nothing was written in time, and what nobody reads in time is lost.
    """

    __slots__ = ()

    @abstractmethod
    def configure(self, config: I2SConfig, /) -> None: ...

    @abstractmethod
    def write(self, frames: bytes, /) -> int:
        """Queue the whole frames that fit, and return how many bytes that was; does not wait."""

    @abstractmethod
    def read(self, limit: int, /) -> bytes:
        """Up to `limit` bytes of whole frames that have arrived; does not wait."""

    @abstractmethod
    def available(self) -> int:
        """How many frames a write would take, or a read would give."""

    @abstractmethod
    def watch(self, frames: int, handler: Callable[[], None] | None, /) -> None:
        """Call the handler once, when so many frames are available; None takes that back."""

    @abstractmethod
    def close(self) -> None: ...
