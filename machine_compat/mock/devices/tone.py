"""Simulates an I2S microphone, as the INMP441, that hears a tone, or what a test gives it to hear."""

# Ref: Philips Semiconductors I2S bus specification (1996); InvenSense INMP441 datasheet, DS-INMP441-00 rev. 1.1,
# "I2S Data Interface".

from collections.abc import Iterable, Iterator
from math import sin, tau

from machine_compat.contract import I2SConfig
from machine_compat.errors import ConfigError
from machine_compat.mock.i2s import I2SSource
from machine_compat.mock.options import within

Sample = int | tuple[int, int]


class Tone(I2SSource):
    """A sine on both channels. hz: its frequency; level: its peak, 1.0 is full scale."""

    def __init__(self, hz: float = 440, level: float = 0.5) -> None:
        super().__init__()
        self.hz = within(self, "hz", hz, 0, 1e6, unit="Hz")
        self.level = within(self, "level", level, 0, 1)
        self._time = 0
        """Frames since the beginning."""
        self._given: Iterator[Sample] | None = None

    def play(self, samples: Iterable[Sample]) -> None:
        """Sound these instead, from now on: numbers of as many bits as the bus has, or (left, right); then silence."""
        self.settle()
        self._given = iter(samples)

    def frames(self, count: int, config: I2SConfig) -> bytes:
        size = config.bits // 8
        full = (1 << config.bits - 1) - 1
        found = bytearray()
        for _ in range(count):
            for value in self._next(full, config.rate):
                if not -full - 1 <= value <= full:
                    raise ConfigError(f"{self.name}: sample {value} does not fit {config.bits} bits")
                found += value.to_bytes(size, "little", signed=True)
        return bytes(found)

    def skip(self, count: int) -> None:
        self._time += count
        if self._given is not None:
            for _ in zip(range(count), self._given, strict=False):
                # Lost on the way to a board that does not read.
                continue

    def _next(self, full: int, rate: int) -> tuple[int, int]:
        time, self._time = self._time, self._time + 1
        if self._given is None:
            value: Sample = round(full * self.level * sin(tau * self.hz * time / rate))
        else:
            value = next(self._given, 0)
        return value if isinstance(value, tuple) else (value, value)


PARTS = {"tone": Tone, "inmp441": Tone}
