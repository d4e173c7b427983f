"""`time`: numbers that are too large are refused in MicroPython's words."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("delta", "message"),
    [
        ((1 << 29) - 1, None),
        (1 << 29, "ticks interval overflow"),
        (-(1 << 29), "ticks interval overflow"),
        ((1 << 31) - 1, "ticks interval overflow"),
        (-(1 << 31), "ticks interval overflow"),
        (1 << 31, "overflow converting long int to machine word"),
        (1 << 40, "overflow converting long int to machine word"),
    ],
)
def test_ticks_add_takes_less_than_half_a_period(bench: Callable[[str], Any], delta: int, message: str | None) -> None:
    time = bench("pico").module("time")
    if message is None:
        assert time.ticks_diff(time.ticks_add(5, delta), 5) == delta
        return
    with pytest.raises(OverflowError, match=f"^{message}$"):
        time.ticks_add(5, delta)


@pytest.mark.parametrize("name", ["sleep_ms", "sleep_us"])
def test_a_sleep_longer_than_a_machine_word_is_refused_at_once(bench: Callable[[str], Any], name: str) -> None:
    board = bench("esp32")
    with pytest.raises(OverflowError, match="overflow converting long int to machine word"):
        getattr(board.module("time"), name)(1 << 31)
    assert board.now == 0
