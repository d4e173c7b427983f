"""What a script's filter parameters are in the registers of a filter bank.

# Ref: MicroPython ports/stm32/pyb_can.c (pyb_can_setfilter); STM32F405 reference manual RM0090, 32.7.4
"""

from collections.abc import Sequence

from machine_compat.machine.can_filters import WIDE_IDE, WIDE_RTR, Bank, Filter, masked
from machine_compat.machine.peripheral import to_int

MASK16, LIST16, MASK32, LIST32 = range(4)
RANGE, DUAL, MASK = 4, 5, 6
"""The modes of chips with CAN FD, which have no others."""
NARROW, WIDE = 0xFFFF, 0xFFFF_FFFF
FULL_ID = 0x1FFF_FFFF
STANDARD_RTR, EXTENDED_RTR = 0x10, 0x02
"""Where MicroPython puts the remote flag of a 16-bit filter; for extended identifiers that is not the chip's place."""


def bank_of(mode: int, fifo: int, params: Sequence[int], rtr: Sequence[object] | None, extended: bool) -> Bank:
    """A bank in one of the four modes; ValueError "CAN filter parameter error" for a mode or number of parameters."""
    wanted = {MASK16: 4, LIST16: 4}.get(mode, 2 if MASK32 <= mode <= MASK else None)
    if wanted is None or len(params) != wanted:
        raise ValueError("CAN filter parameter error")
    if mode in (RANGE, DUAL, MASK):
        filters = plain_filters(mode, to_int(params[0]), to_int(params[1]), extended)
        return Bank(filters, fifo, wide=True, active=True)
    wide, exact = mode in (MASK32, LIST32), mode in (LIST16, LIST32)
    words = [wide_id(to_int(id)) if wide else narrow_id(to_int(id), extended) for id in params]
    flag = WIDE_RTR if wide else EXTENDED_RTR if extended else STANDARD_RTR
    if rtr is not None:
        for place, remote in enumerate(rtr[: wanted if exact else wanted // 2]):
            words[place if exact else 2 * place] |= flag if remote else 0
        if not exact:
            words[1::2] = [mask | flag for mask in words[1::2]]
    full = WIDE if wide else NARROW
    if exact:
        filters = tuple(Filter(word & full, full) for word in words)
    else:
        filters = tuple(Filter(id & full, mask & full) for id, mask in zip(words[::2], words[1::2], strict=True))
    return Bank(filters, fifo, wide, exact, active=True)


def plain_filters(mode: int, first: int, second: int, extended: bool) -> tuple[Filter, ...]:
    """From one identifier to another, one or the other, or one and a mask; of data and remote frames alike."""
    if mode == DUAL:
        return tuple(masked(id, FULL_ID, extended) for id in (first, second))
    if mode == MASK:
        return (masked(first, second, extended),)
    least, most = (masked(id, 0, extended).value for id in (first, second))
    return (Filter(least, 0, most | WIDE_RTR),)


def wide_id(id: int) -> int:
    return (id & 0x1FFF_FFFF) << 3 | WIDE_IDE


def narrow_id(id: int, extended: bool) -> int:
    """Of an extended identifier the bits that MicroPython picks."""
    return (id & 0xC0_0000) >> 13 | (id & 0x3_8000) >> 15 | 8 if extended else id << 5
