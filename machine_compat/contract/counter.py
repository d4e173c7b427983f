"""Counters and encoders of edges."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple


class CountRule(NamedTuple):
    """What the edges of a pin add to a count; while the level of a `gate` pin is 0 or 1, multiplied by low or high."""

    pin: str
    rising: int = 1
    falling: int = 0
    gate: str | None = None
    low: int = 1
    high: int = 1


class CounterConfig(NamedTuple):
    """The rules of a count, and for how long in ns a level must stand before it is taken for one."""

    rules: tuple[CountRule, ...] = ()
    filter_ns: int = 0


class CounterChannel(ABC):
    """A pulse counter in hardware."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: CounterConfig, /) -> None:
        """Count by these rules from now on; the count stays what it is."""

    @abstractmethod
    def read(self) -> int: ...

    @abstractmethod
    def write(self, count: int, /) -> None: ...

    @abstractmethod
    def watch(self, handler: Callable[[int, int], None] | None, /) -> None:
        """Call ``handler(count, change)`` after each change from now on; None ends it."""

    @abstractmethod
    def close(self) -> None: ...
