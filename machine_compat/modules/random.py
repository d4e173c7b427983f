"""`random` with the numbers a board gives: after `seed(n)` they are those of MicroPython itself.

# Ref: MicroPython extmod/modrandom.c; the generator is Ilya Levin's Yasmarang.
"""

from collections.abc import Sequence
from typing import TypeVar

from machine_compat.board import Board
from machine_compat.machine.peripheral import to_int

T = TypeVar("T")

MASK = 0xFFFF_FFFF
UNSEEDED = 0xEDA4_BABA
"""What a board starts from that has no noise to seed with: every run draws the same numbers."""
FRACTION_BITS = 23
"""Of single precision, which boards compute with."""


def names(board: Board) -> dict[str, object]:
    generator = Yasmarang(board)
    return {name: getattr(generator, name) for name in PUBLIC}


PUBLIC = ("choice", "getrandbits", "randint", "random", "randrange", "seed", "uniform")


class Yasmarang:
    """The functions of `random` for one board, and the generator's state: three words and a byte."""

    def __init__(self, board: Board) -> None:
        self._clock = board.clock
        self._start(UNSEEDED)

    def _start(self, pad: int) -> None:
        self._pad = pad
        self._n = 69
        self._d = 233
        self._dat = 0

    def _word(self) -> int:
        """The next 32 bits."""
        pad = self._pad + self._dat + self._d * self._n & MASK
        pad = (pad << 3 | pad >> 29) & MASK
        self._pad = pad
        self._n = pad | 2
        self._d ^= (pad << 31 | pad >> 1) & MASK
        self._dat ^= pad & 0xFF ^ self._d >> 8 & 0xFF ^ 1
        return (pad ^ self._d << 5 ^ pad >> 18 ^ self._dat << 1) & MASK

    def _below(self, limit: int) -> int:
        """A number from 0 to limit - 1, all equally likely."""
        if limit > MASK:
            raise OverflowError("overflow converting long int to machine word")
        mask = (1 << limit.bit_length()) - 1
        while True:
            number = self._word() & mask
            if number < limit:
                return number

    def seed(self, seed: int | None = None, /) -> None:
        """Begin the sequence of a seed; without one, of the board's time."""
        self._start((self._clock.now_ns() if seed is None else to_int(seed)) & MASK)

    def getrandbits(self, bits: int, /) -> int:
        """A number of up to 32 bits; ValueError for more."""
        count = to_int(bits)
        if not 0 <= count <= 32:
            raise ValueError("bits must be 32 or less")
        return self._word() & (1 << count) - 1 if count else 0

    def randint(self, first: int, last: int, /) -> int:
        """A number from first to last, both included; ValueError if there is none."""
        low = to_int(first)
        return low + self._below(positive(to_int(last) - low + 1))

    def randrange(self, start: int, stop: int | None = None, step: int = 1, /) -> int:
        """A number out of range(start, stop, step) or range(stop); ValueError if there is none."""
        numbers = range(to_int(start)) if stop is None else range(to_int(start), to_int(stop), to_int(step))
        return numbers[self._below(positive(len(numbers)))]

    def random(self) -> float:
        """A number from 0 to below 1, of single precision."""
        return (self._word() & (1 << FRACTION_BITS) - 1) / (1 << FRACTION_BITS)

    def uniform(self, first: float, last: float, /) -> float:
        """A number between two others."""
        return first + (last - first) * self.random()

    def choice(self, items: Sequence[T], /) -> T:
        """One of the items; IndexError if there is none."""
        if not items:
            raise IndexError
        return items[self._below(len(items))]


def positive(count: int) -> int:
    if count <= 0:
        raise ValueError
    return count
