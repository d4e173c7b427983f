"""machine.RTC: the calendar of each port, and what outlives a reset."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.machine.rtc import date_of, days_before

On = Callable[[str], Any]
EPOCH = dt.date(1970, 1, 1).toordinal()


@given(st.dates(min_value=dt.date(2, 1, 1), max_value=dt.date(9998, 12, 31)))
def test_calendar_agrees_with_pythons(day: dt.date) -> None:
    days = day.toordinal() - EPOCH
    assert date_of(days) == (day.year, day.month, day.day)
    assert days_before(day.year, day.month) + day.day - 1 == days


def test_a_pico_starts_in_2021(switch_on: On) -> None:
    pico = switch_on("pico")
    rtc = pico.machine.RTC()
    assert rtc is pico.machine.RTC()
    assert rtc.datetime() == (2021, 1, 1, 4, 0, 0, 0, 0)
    assert repr(rtc) == "<RTC>"


def test_rp2_works_the_weekday_out_and_has_no_subseconds(switch_on: On) -> None:
    pico = switch_on("pico")
    rtc = pico.machine.RTC()
    assert rtc.datetime((2024, 2, 28, 0, 23, 59, 58, 999)) is None
    assert rtc.datetime() == (2024, 2, 28, 2, 23, 59, 58, 0)
    pico.run_ms(2500)
    assert rtc.datetime() == (2024, 2, 29, 3, 0, 0, 0, 0)
    assert not hasattr(rtc, "memory")
    assert not hasattr(rtc, "init")


def test_days_and_times_carry_over(switch_on: On) -> None:
    rtc = switch_on("pico").machine.RTC()
    rtc.datetime([2023, 2, 29, 0, 25, 61, 61, 0])
    assert rtc.datetime()[:7] == (2023, 3, 2, 3, 2, 2, 1)


@pytest.mark.parametrize("date", [(1960, 1, 1), (5000, 1, 1), (2024, 0, 1), (2024, 13, 1)])
def test_no_such_date(switch_on: On, date: tuple[int, int, int]) -> None:
    rtc = switch_on("pico").machine.RTC()
    with pytest.raises(ValueError, match="no such date"):
        rtc.datetime((*date, 0, 0, 0, 0, 0))
    assert rtc.datetime()[0] == 2021


def test_argument_errors(switch_on: On) -> None:
    machine = switch_on("pico").machine
    rtc = machine.RTC()
    with pytest.raises(ValueError, match=r"^requested length 8 but object has length 7$"):
        rtc.datetime((2024, 1, 1, 0, 0, 0, 0))
    for bad in (5, "2024", (2024, 1, 1, 0, 0, 0, 1.5, 0)):
        with pytest.raises(TypeError):
            rtc.datetime(bad)
    with pytest.raises(TypeError):
        machine.RTC(0)


def test_esp32_microseconds_and_init(switch_on: On) -> None:
    esp = switch_on("esp32")
    rtc = esp.machine.RTC()
    rtc.datetime((2024, 5, 6, 3, 7, 8, 9, 250_000))
    assert rtc.datetime() == (2024, 5, 6, 0, 7, 8, 9, 250_000)
    esp.run_ms(0.5)
    assert rtc.datetime()[7] == 250_500
    # init() has no weekday and its hours one place earlier.
    rtc.init((2014, 5, 1, 4, 13, 0, 0, 1))
    assert rtc.datetime() == (2014, 5, 1, 3, 4, 13, 0, 1)
    with pytest.raises(TypeError):
        rtc.init()


def test_esp32_memory_outlives_resets(switch_on: On) -> None:
    esp = switch_on("esp32")
    rtc = esp.machine.RTC()
    assert rtc.memory() == b""
    assert rtc.memory(bytearray(b"state")) is None
    esp.board.power_cycle("DEEPSLEEP")
    assert esp.machine.RTC().memory() == b"state"
    rtc.memory(b"x" * 2048)
    with pytest.raises(ValueError, match=r"^buffer too long$"):
        rtc.memory(b"x" * 2049)


def test_the_time_outlives_resets(switch_on: On) -> None:
    pico = switch_on("pico")
    pico.machine.RTC().datetime((2030, 1, 1, 0, 0, 0, 0, 0))
    pico.board.power_cycle("HARD")
    pico.run_ms(1000)
    assert pico.machine.RTC().datetime()[:7] == (2030, 1, 1, 1, 0, 0, 1)


def test_stm32_keeps_the_weekday_it_is_given(switch_on: On) -> None:
    pyboard = switch_on("pyboard")
    rtc = pyboard.machine.RTC()
    rtc.datetime((2024, 5, 6, 7, 23, 59, 59, 0))
    assert rtc.datetime() == (2024, 5, 6, 7, 23, 59, 59, 255)
    pyboard.run_ms(500)
    assert rtc.datetime()[7] == 127
    pyboard.run_ms(500)
    assert rtc.datetime() == (2024, 5, 7, 1, 0, 0, 0, 255)
    with pytest.raises(ValueError, match="no such date"):
        rtc.datetime((1999, 1, 1, 1, 0, 0, 0, 0))


def test_stm32_init_info_calibration(switch_on: On) -> None:
    pyboard = switch_on("pyboard")
    rtc = pyboard.machine.RTC()
    rtc.init()
    assert rtc.datetime() == (2015, 1, 1, 4, 0, 0, 0, 255)
    assert rtc.info() & 0x10000
    assert rtc.calibration() == 0
    assert rtc.calibration(-511) is None
    assert rtc.calibration() == -511
    for value in (-512, 513):
        with pytest.raises(ValueError, match=r"^calibration value out of range$"):
            rtc.calibration(value)
    with pytest.raises(TypeError):
        rtc.init((2014, 5, 1, 4, 13, 0, 0, 1))


def test_stm32_wakeup_calls_again_and_again(switch_on: On) -> None:
    pyboard = switch_on("pyboard")
    rtc = pyboard.machine.RTC()
    calls: list[tuple[int, int]] = []
    rtc.wakeup(1000, lambda line: calls.append((line, pyboard.now // 1_000_000)))
    pyboard.run_ms(2500)
    assert calls == [(22, 1000), (22, 2000)]
    rtc.wakeup(None)
    # wucksel 4 is 1 Hz; the register holds one less.
    rtc.wakeup(4, 2, lambda line: calls.append((line, pyboard.now // 1_000_000)))
    pyboard.run_ms(3500)
    assert calls[2:] == [(22, 5500)]
    rtc.wakeup(131_072_000)
    with pytest.raises(ValueError, match=r"^wakeup value too large$"):
        rtc.wakeup(131_073_000)


def test_mock_has_all_of_it(switch_on: On) -> None:
    mock = switch_on("mock")
    rtc = mock.machine.RTC()
    rtc.init((2014, 5, 1, 4, 13, 0, 0, 0))
    assert rtc.datetime() == (2014, 5, 1, 3, 4, 13, 0, 0)
    rtc.memory(b"kept")
    rtc.wakeup(1000)
    assert rtc.memory() == b"kept"
