"""GPIO lines: how one is used, and its verbs."""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

from machine_compat.errors import Unsupported


class Mode(enum.Enum):
    IN = "in"
    OUT = "out"
    OPEN_DRAIN = "open drain"
    ANALOG = "analog"


class Pull(enum.Enum):
    NONE = "none"
    UP = "up"
    DOWN = "down"


class Edge(enum.IntFlag):
    RISING = 1
    FALLING = 2
    BOTH = 3


class LineConfig(NamedTuple):
    """How a line is used. `pull` None leaves the pull as it is; `level` is set before the direction: no glitch."""

    mode: Mode
    pull: Pull | None = None
    level: int | None = None


EdgeHandler = Callable[[Edge, int], None]
"""Called with the edge and its time in ns of the board's clock."""


class Line(ABC):
    """One GPIO line."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: LineConfig, /) -> None: ...

    @abstractmethod
    def read(self) -> int:
        """The level at the pad, 0 or 1, whatever the mode."""

    @abstractmethod
    def write(self, level: int, /) -> None:
        """Set the output latch to 0 or 1; on an input it takes effect when the line becomes an output."""

    @abstractmethod
    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        """Call the handler on these edges from now on; None ends it."""

    @abstractmethod
    def close(self) -> None: ...

    # Optional, wider verbs: a default is here, or the facade falls back on read and write.

    def toggle(self) -> int:
        """Invert the output latch; returns what it is now. Whoever knows the latch need not ask for the pad's level."""
        level = 1 - self.read()
        self.write(level)
        return level

    def measure_pulse(self, level: int, timeout_ns: int, /) -> int:
        """Width in ns of the next pulse at `level`; -2: it did not begin in time, -1: it did not end in time."""
        raise Unsupported("this line has no pulse measurement of its own")

    def send_bits(self, timing_ns: tuple[int, int, int, int], data: bytes, /) -> None:
        """Send bits, highest first, each as a high and a low time: (high_0, low_0, high_1, low_1)."""
        raise Unsupported("this line has no bitstream of its own")

    def one_wire_refusal(self) -> str:
        """Why a script cannot move a 1-Wire bus by hand here, and what would help; "" where slots of 60 us are kept."""
        return ""
