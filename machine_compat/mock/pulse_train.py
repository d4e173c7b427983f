"""What a terminal drives over time: the form of any wave, and the plain pulse train of a PWM output."""

from typing import Protocol


class Wave(Protocol):
    """A level over time that a terminal drives; edges happen one by one only while somebody watches the net."""

    def level(self, time: int) -> int:
        """The level at a time."""

    def next_change(self, time: int) -> int | None:
        """The time of the next edge after `time`; None when there is none."""


class PulseTrain:
    """A Wave: high for `high` of every `period` ns, from `start` on."""

    __slots__ = ("high", "invert", "period", "start")

    def __init__(self, period: int, high: int, start: int, invert: bool = False) -> None:
        self.period = period
        self.high = high
        self.start = start
        self.invert = invert

    def level(self, time: int) -> int:
        return int(((time - self.start) % self.period < self.high) != self.invert)

    def next_change(self, time: int) -> int | None:
        if not 0 < self.high < self.period:
            return None
        phase = (time - self.start) % self.period
        return time + (self.high - phase if phase < self.high else self.period - phase)
