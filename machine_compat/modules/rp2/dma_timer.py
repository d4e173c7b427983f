"""`rp2.DMATimer`: a timer that paces DMA transfers.

# Ref: MicroPython docs/library/rp2.DMATimer.rst; RP2040 datasheet 2.5.7 (pacing timers)
"""

import errno
from fractions import Fraction

from machine_compat.board import Board
from machine_compat.machine.functions import frequency_of
from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.oserror import os_error

TIMERS = 4
TREQ = 0x3B
"""The transfer request of the first timer."""


class DMATimer(Peripheral):
    """DMATimer(timer_id=None, *, freq=None, ratio=None): a timer of the chip, a free one unless its number is given.

    freq: transfers a second; ratio: (x, y), x transfers in y cycles of the CPU clock, y up to 65535. OSError EBUSY when
    no timer is free, ValueError for a rate out of reach.
    """

    def __init__(
        self, timer_id: int | None = None, *, freq: float | None = None, ratio: tuple[int, int] | None = None
    ) -> None:
        timers = timers_of(self._board)
        free = [number for number in range(TIMERS) if number not in timers]
        number = (free[0] if free else None) if timer_id is None else to_int(timer_id)
        if number not in free:
            if number is None or number in timers:
                raise os_error(errno.EBUSY)
            raise ValueError("invalid timer")
        self._number = number
        self._ratio = (0, 1)
        timers[number] = self
        if freq is not None:
            self.freq = freq
        if ratio is not None:
            self.ratio = ratio

    def __repr__(self) -> str:
        return f"DMATimer({self._number})"

    @property
    def timer_id(self) -> int:
        return self._number

    @property
    def treq(self) -> int:
        """What to give as a channel's treq_sel."""
        return TREQ + self._number

    @property
    def ratio(self) -> tuple[int, int]:
        return self._ratio

    @ratio.setter
    def ratio(self, ratio: tuple[int, int]) -> None:
        x, y = (to_int(value) for value in ratio)
        if not (0 <= x <= 0xFFFF and 0 < y <= 0xFFFF and x <= y):
            raise ValueError("invalid ratio")
        self._ratio = (x, y)

    def __index__(self) -> int:
        return self.treq

    @property
    def freq(self) -> int:
        """Transfers a second, without their fraction."""
        x, y = self._ratio
        return clock_of(self._board) * x // y

    @freq.setter
    def freq(self, freq: float) -> None:
        wanted = (Fraction(freq) / clock_of(self._board)).limit_denominator(0xFFFF)
        if not 0 < wanted <= 1:
            raise ValueError("freq out of range")
        self._ratio = (wanted.numerator, wanted.denominator)

    @property
    def period_ns(self) -> int | None:
        """The time between two transfers; None while the timer stands."""
        x, y = self._ratio
        return 1_000_000_000 * y // (clock_of(self._board) * x) if x else None

    def close(self) -> None:
        """Give the timer back."""
        timers_of(self._board).pop(self._number, None)


def timers_of(board: Board) -> dict[int, DMATimer]:
    """The timers that are taken."""
    made: dict[int, DMATimer] = {}
    return board.singleton(("DMA timers",), lambda: made)


def clock_of(board: Board) -> int:
    hertz = frequency_of(board)
    return hertz if isinstance(hertz, int) else hertz[0]
