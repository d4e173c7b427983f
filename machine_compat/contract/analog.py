"""Pulse outputs, analog inputs and outputs."""

from abc import ABC, abstractmethod
from typing import NamedTuple


class PWMConfig(NamedTuple):
    period_ns: int
    duty_ns: int
    invert: bool = False


class PWMChannel(ABC):
    """A pulse-width output."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: PWMConfig, /) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class ADCConfig(NamedTuple):
    """Full scale wanted, in microvolts (an attenuation on some ports); None for the converter's own."""

    full_scale_uv: int | None = None


class ADCChannel(ABC):
    """An analog input."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: ADCConfig, /) -> None: ...

    @abstractmethod
    def sample(self) -> int:
        """One conversion, scaled to 0..65535."""

    @abstractmethod
    def full_scale_uv(self) -> int | None:
        """The voltage of 65535 in microvolts, where the backend knows it."""

    @abstractmethod
    def close(self) -> None: ...


class DACChannel(ABC):
    """An analog output."""

    __slots__ = ()

    @abstractmethod
    def write(self, level: int, /) -> None:
        """Set the output, 0..65535 of full scale."""

    @abstractmethod
    def close(self) -> None: ...
