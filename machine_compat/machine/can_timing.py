"""How a CAN controller divides its clock into bit times.

# Ref: MicroPython extmod/machine_can.c, ports/stm32/pyb_can.c; STM32F405 reference manual RM0090, 32.7.7 (bit timing)
"""

from typing import NamedTuple

DIVIDERS = range(1, 1025)
SEGMENT_1 = range(1, 17)
SEGMENT_2 = range(1, 9)


class BitTiming(NamedTuple):
    """A prescaler, and the time quanta before and after the sample point; one more quantum begins each bit."""

    divider: int
    segment_1: int
    segment_2: int

    def bitrate(self, clock_hz: int) -> int:
        return clock_hz // self.divider // (1 + self.segment_1 + self.segment_2)


def nearest(clock_hz: int, bitrate: int, sample_point: int) -> BitTiming:
    """The timing nearest to a bit rate; of those the nearest to a sample point in percent, then the finest.

    Raises ValueError where the clock gives nothing like it.
    """
    candidates = []
    for divider in DIVIDERS:
        quanta = (clock_hz // divider + bitrate // 2) // bitrate if bitrate > 0 else 0
        if not 3 <= quanta <= 25:
            continue
        off = abs(bitrate - clock_hz // divider // quanta)
        if off >= bitrate:
            continue
        for first in SEGMENT_1:
            second = quanta - 1 - first
            if second in SEGMENT_2:
                sampled = abs(10_000 * (1 + first) // quanta - 100 * sample_point)
                candidates.append((off, sampled, divider, -first, second))
    if not candidates:
        raise ValueError("unable to calculate BRP for baudrate")
    _, _, divider, first, second = min(candidates)
    return BitTiming(divider, -first, second)


def divided(clock_hz: int, bitrate: int, segment_1: int, segment_2: int) -> BitTiming:
    """The timing with these segments that is nearest to a bit rate; ValueError where none is near at all."""
    timings = [BitTiming(divider, segment_1, segment_2) for divider in DIVIDERS]
    best = min(timings, key=lambda timing: abs(bitrate - timing.bitrate(clock_hz)))
    if abs(bitrate - best.bitrate(clock_hz)) >= bitrate:
        raise ValueError("unable to calculate BRP for baudrate")
    return best


def matched(clock_hz: int, baudrate: int, sample_point: int) -> BitTiming:
    """The first timing within 0.1 % of a baud rate and 0.5 % of a sample point; ValueError if there is none."""
    for divider in range(1, 1024):
        for quanta in range(3, 1 + 15 + 7 + 1):
            if abs(baudrate - clock_hz // (divider * quanta)) >= baudrate // 1000:
                continue
            for first in range(1, 16):
                second = quanta - 1 - first
                if 1 <= second < 8 and abs(10 * sample_point - 1000 * (1 + first) // quanta) < 5:
                    return BitTiming(divider, first, second)
    raise ValueError(f"couldn't match baudrate {baudrate} and sample point {sample_point}")
