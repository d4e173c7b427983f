"""A serial port."""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple


class UARTEvent(enum.IntFlag):
    RX = 1
    RX_IDLE = 2
    TX_IDLE = 4
    BREAK = 8


class UARTConfig(NamedTuple):
    """parity: None, 0 (even) or 1 (odd). Buffers in bytes. Inversion per signal. Pins as line refs."""

    baudrate: int = 115_200
    bits: int = 8
    parity: int | None = None
    stop: int = 1
    tx_buffer: int = 256
    rx_buffer: int = 256
    invert_tx: bool = False
    invert_rx: bool = False
    flow_rts: bool = False
    flow_cts: bool = False
    tx: str | None = None
    rx: str | None = None
    rts: str | None = None
    cts: str | None = None

    def frame_ns(self) -> int:
        """How long one character takes, start and stop bits included."""
        bits = 1 + self.bits + (self.parity is not None) + self.stop
        return bits * 1_000_000_000 // self.baudrate


class UARTChannel(ABC):
    """A serial port."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: UARTConfig, /) -> None: ...

    @abstractmethod
    def write(self, data: bytes, /) -> int:
        """Queue what fits for sending, and return how many bytes that was; does not wait."""

    @abstractmethod
    def read(self, limit: int, timeout_ns: int = 0, /) -> bytes:
        """Up to `limit` bytes that have arrived, waiting up to `timeout_ns` for the first.

        May return b"" early, when the board's clock was woken: the caller looks after its interrupts and asks again.
        """

    @abstractmethod
    def waiting(self) -> int:
        """How many received bytes wait to be read."""

    @abstractmethod
    def drain(self, timeout_ns: int = 0, /) -> bool:
        """Whether all has been sent, waiting up to `timeout_ns` for it; may return early as `read` does."""

    @abstractmethod
    def send_break(self) -> None: ...

    @abstractmethod
    def watch(self, events: UARTEvent, handler: Callable[[UARTEvent], None] | None, /) -> None:
        """Call the handler on these events from now on; None ends it. What is read at once may never be told as RX."""

    @abstractmethod
    def close(self) -> None: ...
