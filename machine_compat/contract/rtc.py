"""Calendar time."""

from abc import ABC, abstractmethod


class RTCChannel(ABC):
    """Calendar time that outlives a reset."""

    __slots__ = ()

    @abstractmethod
    def read(self) -> int:
        """Nanoseconds since 1970-01-01 00:00 as the board's calendar counts them (no time zone)."""

    @abstractmethod
    def set(self, unix_ns: int, /) -> None: ...
