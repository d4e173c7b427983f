"""Touch pads."""

from abc import ABC, abstractmethod


class TouchChannel(ABC):
    """A capacitive touch pad."""

    __slots__ = ()

    @abstractmethod
    def read(self) -> int:
        """How often the pad is charged and discharged in one measurement: less while a finger is on it."""

    @abstractmethod
    def close(self) -> None: ...
