"""A timer that resets the board."""

from abc import ABC, abstractmethod


class Watchdog(ABC):
    """A timer that resets the board unless it is fed."""

    __slots__ = ()

    @abstractmethod
    def start(self, timeout_ms: int, /) -> None: ...

    @abstractmethod
    def feed(self) -> None: ...

    @abstractmethod
    def stop(self) -> None:
        """End it, when the board is reset or switched off; no script can."""
