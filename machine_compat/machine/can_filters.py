"""The acceptance filters of a bxCAN controller: fourteen banks, each one to four filters for one of two FIFOs.

# Ref: STM32F405 reference manual RM0090, 32.7.4 (identifier filtering: scale, mode, match index, priority rules)
"""

from typing import NamedTuple

from machine_compat.contract import CANFrame

BANKS = 14
WIDE_IDE, WIDE_RTR = 1 << 2, 1 << 1
NARROW_IDE, NARROW_RTR = 1 << 3, 1 << 4


class Filter(NamedTuple):
    """Accepts what agrees with `value` in the bits of `mask`. last: not None, the end of a range of identifiers."""

    value: int
    mask: int
    last: int | None = None


class Bank(NamedTuple):
    """A bank of filters for a FIFO. wide: of 32 bits; exact: a list of identifiers, and not of masks."""

    filters: tuple[Filter, ...] = (Filter(0, 0), Filter(0, 0))
    fifo: int = 0
    wide: bool = False
    exact: bool = False
    active: bool = False


class Match(NamedTuple):
    """Where an accepted frame goes, and the number of the filter that accepted it among those of that FIFO."""

    fifo: int
    number: int


def wide_word(frame: CANFrame) -> int:
    """A frame's identifier and flags as a 32-bit filter sees them."""
    flags = WIDE_RTR * frame.remote
    return frame.id << 3 | WIDE_IDE | flags if frame.extended else frame.id << 21 | flags


def narrow_word(frame: CANFrame) -> int:
    """The same, as a 16-bit filter sees them: of an extended identifier the upper 14 bits."""
    flags = NARROW_RTR * frame.remote
    if frame.extended:
        return (frame.id >> 18) << 5 | NARROW_IDE | frame.id >> 15 & 7 | flags
    return frame.id << 5 | flags


def masked(id: int, mask: int, extended: bool) -> Filter:
    """A wide filter for identifiers of one length, data and remote frames alike."""
    if extended:
        return Filter(id << 3 | WIDE_IDE, mask << 3 | WIDE_IDE)
    return Filter(id << 21, mask << 21 | WIDE_IDE)


class Filters:
    """A controller's banks; with none active nothing is accepted."""

    def __init__(self) -> None:
        self.banks = [Bank()] * BANKS

    def clear(self) -> None:
        self.banks = [Bank()] * BANKS

    def match(self, frame: CANFrame) -> Match | None:
        """Where a frame goes; None when no filter accepts it. Wide ones go before narrow, lists before masks."""
        found: list[tuple[bool, bool, int, Match]] = []
        numbers = [0, 0]
        for bank in self.banks:
            word = wide_word(frame) if bank.wide else narrow_word(frame)
            for one in bank.filters:
                number = numbers[bank.fifo]
                numbers[bank.fifo] += 1
                if bank.active and accepts(one, word):
                    found.append((not bank.wide, not bank.exact, number, Match(bank.fifo, number)))
        return min(found)[-1] if found else None


def accepts(one: Filter, word: int) -> bool:
    if one.last is not None:
        return one.value <= word <= one.last
    return not (word ^ one.value) & one.mask
