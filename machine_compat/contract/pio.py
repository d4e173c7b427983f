"""State machines that run programs on pins."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple


class StateMachineConfig(NamedTuple):
    """How a PIO state machine runs, in the words of its registers (RP2040 datasheet 3.7).

    clock: what the block counts, in Hz; divider: of it, in 1/256, 0 for 65536. execctrl, shiftctrl, pinctrl: the
    registers. entry: the address it begins at. pins: refs of the lines that are the block's GPIO 0 to 31, "" for none.
    """

    clock: int
    divider: int
    execctrl: int
    shiftctrl: int
    pinctrl: int
    entry: int
    pins: tuple[str, ...]


class StateMachineChannel(ABC):
    """One of the four state machines of a PIO block, which share 32 words of program and eight interrupt flags."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: StateMachineConfig, /) -> None:
        """Stop, empty everything, and be ready to begin at the entry."""

    @abstractmethod
    def load(self, offset: int, words: tuple[int, ...], /) -> None:
        """Put instructions into the block's memory."""

    @abstractmethod
    def connect(self, gpio: int, output: int, level: int, /) -> None:
        """Have the block drive a line, with this direction and level first."""

    @abstractmethod
    def disconnect(self, gpio: int, /) -> None:
        """Let a line go: it is somebody else's now."""

    @abstractmethod
    def run(self, on: bool, /) -> None:
        """Let the machine go on, or hold it where it is."""

    @abstractmethod
    def restart(self) -> None:
        """Forget the shift counters, a stall and what was to be executed; registers and FIFOs stay."""

    @abstractmethod
    def execute(self, instruction: int, /) -> None:
        """Execute one instruction now, in between; one that stalls holds the machine until it is done."""

    @abstractmethod
    def put(self, word: int, /) -> bool:
        """Put 32 bits into the TX FIFO; False when it is full, and then the board's clock is woken once it is not."""

    @abstractmethod
    def get(self) -> int | None:
        """The next 32 bits of the RX FIFO; None when it is empty: the board's clock is woken once it is not."""

    @abstractmethod
    def levels(self) -> tuple[int, int]:
        """How many words are in the TX and in the RX FIFO."""

    @abstractmethod
    def watch(self, handler: Callable[[], None] | None, /) -> None:
        """Call the handler whenever the interrupt flag with the machine's own number is set, and clear the flag."""

    @abstractmethod
    def close(self) -> None: ...
