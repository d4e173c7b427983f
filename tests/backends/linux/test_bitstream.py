"""Timed bits as SPI bits: every pulse within what a WS2812 takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.backends.linux.bitstream import TOLERANCE_NS, Timing, encoded
from machine_compat.errors import ConfigError

WS2812: Timing = (400, 850, 800, 450)


def pulses(baudrate: int, pattern: bytes) -> list[tuple[int, float]]:
    """Level and width in ns of all that a wire shows."""
    runs: list[tuple[int, float]] = []
    for byte in pattern:
        for bit in range(7, -1, -1):
            level = byte >> bit & 1
            width = 1e9 / baudrate
            if runs and runs[-1][0] == level:
                width += runs.pop()[1]
            runs.append((level, width))
    return runs


@pytest.mark.parametrize("timing", [WS2812, (350, 800, 700, 600), (300, 900, 600, 600)])
@given(data=st.binary(min_size=1, max_size=12))
def test_each_pulse_is_as_long_as_asked_for(timing: Timing, data: bytes) -> None:
    runs = pulses(*encoded(timing, data))
    highs = [width for level, width in runs if level]
    wanted = [timing[2] if byte >> bit & 1 else timing[0] for byte in data for bit in range(7, -1, -1)]
    assert len(highs) == len(wanted)
    assert all(abs(width - ns) <= TOLERANCE_NS for width, ns in zip(highs, wanted, strict=True))
    assert (runs[0][0], runs[-1][0]) == (0, 0)


def test_a_ws2812_bit_is_three_spi_bits() -> None:
    baudrate, pattern = encoded(WS2812, b"\xf0")
    assert baudrate == 2_400_000
    assert pattern == bytes([0, 0b11011011, 0b01101001, 0b00100100, 0])


def test_times_that_no_spi_bits_make() -> None:
    with pytest.raises(ConfigError, match="no SPI frequency"):
        encoded((500, 500, 500, 500), b"x")
