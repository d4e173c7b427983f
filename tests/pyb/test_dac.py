"""pyb.DAC: voltages on X5 and X6, at once and at a timer's pace."""

import re
from array import array
from typing import Any

import pytest

PINS = {"pyboard": {1: "X5", 2: "X6"}, "mock": {1: "GP54", 2: "GP55"}}


def volts(board: Any, id: int = 1) -> float:
    level = board.wire(PINS[board.profile.name][id]).volts
    assert isinstance(level, float)
    return level


@pytest.mark.parametrize("id", [1, 2])
@pytest.mark.parametrize(
    ("bits", "value", "share"),
    [(8, 0, 0), (8, 128, 2048 / 4095), (8, 255, 4080 / 4095), (12, 4095, 1), (12, 1000, 1000 / 4095)],
)
def test_write(either: Any, id: int, bits: int, value: int, share: float) -> None:
    either.pyb.DAC(id, bits=bits).write(value)
    assert volts(either, id) == pytest.approx(3.3 * share, abs=1e-4)


def test_there_is_one_of_each(either: Any) -> None:
    DAC = either.pyb.DAC
    pin = PINS[either.profile.name][1]
    dac = DAC(1, 12)
    assert DAC(1) is dac
    assert DAC(pin) is dac
    assert DAC(either.pyb.Pin(pin)) is dac
    assert repr(dac) == "DAC(1, bits=12)"
    DAC(1, buffering=True)
    assert repr(dac) == "DAC(1, bits=8)"


def test_what_there_is_not(pyboard: Any) -> None:
    DAC = pyboard.pyb.DAC
    with pytest.raises(ValueError, match=re.escape("DAC(3) doesn't exist")):
        DAC(3)
    with pytest.raises(ValueError, match=re.escape("Pin(A6) doesn't have DAC capabilities")):
        DAC("X7")
    with pytest.raises(ValueError, match="unsupported bits"):
        DAC(1, bits=10)


def steps(board: Any, count: int, ms: float) -> list[int]:
    """The 12-bit value on the pin in the middle of each of so many steps."""
    found = []
    for step in range(count):
        board.run_ms(ms / 2 if step == 0 else ms)
        found.append(round(volts(board) / 3.3 * 4095))
    return found


def test_a_buffer_once(either: Any) -> None:
    dac = either.pyb.DAC(1)
    dac.write(7)
    dac.write_timed(bytes([10, 20, 30]), 100)
    assert steps(either, 6, 10) == [7 << 4, 10 << 4, 20 << 4, 30 << 4, 30 << 4, 30 << 4]


def test_a_buffer_over_and_over_as_it_changes(either: Any) -> None:
    dac, buffer = either.pyb.DAC(1), bytearray([10, 20])
    dac.write(0)
    dac.write_timed(buffer, 100, mode=dac.CIRCULAR)
    assert steps(either, 5, 10) == [0, 160, 320, 160, 320]
    buffer[:] = b"\x01\x02"
    either.run_ms(5)
    assert steps(either, 3, 10) == [16, 32, 16]
    dac.write(99)
    assert steps(either, 3, 10) == [99 << 4] * 3


def test_sixteen_bit_values_with_twelve_bits(pyboard: Any) -> None:
    dac = pyboard.pyb.DAC(1, bits=12)
    dac.write(0)
    dac.write_timed(array("H", [4095, 1, 2048]), 1_000, mode=dac.NORMAL)
    assert steps(pyboard, 5, 1) == [0, 4095, 1, 2048, 2048]


def test_a_timer_sets_the_pace(pyboard: Any) -> None:
    dac = pyboard.pyb.DAC(1)
    dac.write(0)
    timer = pyboard.pyb.Timer(6, freq=100)
    dac.write_timed(bytes([1, 2, 3, 4]), timer, mode=dac.CIRCULAR)
    assert steps(pyboard, 3, 10) == [0, 16, 32]
    timer.freq(1_000)
    pyboard.run_ms(5)
    assert len(set(steps(pyboard, 8, 1))) == 4


@pytest.mark.parametrize("id", [1, 3, 9, 14])
def test_timers_that_trigger_no_dac(pyboard: Any, id: int) -> None:
    with pytest.raises(ValueError, match="Timer does not support DAC triggering"):
        pyboard.pyb.DAC(1).write_timed(b"\x01", pyboard.pyb.Timer(id, freq=10))
    with pytest.raises(ValueError, match="need a Timer object"):
        pyboard.pyb.DAC(1).write_timed(b"\x01", 10.5)


def test_triangle(pyboard: Any) -> None:
    dac = pyboard.pyb.DAC(1)
    dac.write(0)
    dac.triangle(1_000_000)
    pyboard.run_ms(2.0485)
    assert round(volts(pyboard) / 3.3 * 4095) == pytest.approx(2047, abs=2)
    pyboard.run_ms(2.048)
    assert round(volts(pyboard) / 3.3 * 4095) == pytest.approx(4095, abs=2)
    pyboard.run_ms(2.048)
    assert round(volts(pyboard) / 3.3 * 4095) == pytest.approx(2047, abs=4)
    pyboard.run_ms(2.048)
    assert round(volts(pyboard) / 3.3 * 4095) == pytest.approx(0, abs=2)


def test_noise_is_pseudo_random_and_over_the_whole_range(pyboard: Any) -> None:
    pyboard.pyb.DAC(1).noise(1_000)
    pyboard.run_ms(1)
    values = steps(pyboard, 400, 1)
    assert values[0] == 0xAAA
    assert len(set(values)) > 380
    assert min(values) < 100
    assert max(values) > 4000


def test_the_pin_given_to_something_else_ends_the_wave(pyboard: Any) -> None:
    dac = pyboard.pyb.DAC(1)
    dac.write_timed(bytes([1, 2]), 100, mode=dac.CIRCULAR)
    pyboard.run_ms(15)
    before = volts(pyboard)
    pyboard.pyb.Pin("X5", pyboard.pyb.Pin.IN)
    pyboard.run_ms(55)
    assert volts(pyboard) == before


def test_deinit_ends_the_wave(pyboard: Any) -> None:
    dac = pyboard.pyb.DAC(2)
    dac.write_timed(bytes([1, 2]), 100, mode=dac.CIRCULAR)
    pyboard.run_ms(15)
    dac.deinit()
    before = volts(pyboard, 2)
    pyboard.run_ms(55)
    assert volts(pyboard, 2) == before
