"""`import pyb`: its names, what is machine's own, and its functions."""

from typing import Any

import pytest

from machine_compat.board import Board
from machine_compat.mock.backend import MockBackend
from machine_compat.profile import load
from machine_compat.pyb import build

NAMES = [
    "ADC", "ADCAll", "Accel", "CAN", "DAC", "ExtInt", "Flash", "I2C", "LCD", "LED", "Pin", "RTC", "SD", "SDCard", "SPI",
    "Servo", "Switch", "Timer", "UART", "USB_HID", "USB_VCP", "bootloader", "country", "delay", "disable_irq",
    "elapsed_micros", "elapsed_millis", "enable_irq", "fault_debug", "freq", "hard_reset", "have_cdc", "hid",
    "hid_keyboard", "hid_mouse", "info", "main", "micros", "millis", "mount", "pwm", "repl_info", "repl_uart", "rng",
    "servo", "standby", "stop", "sync", "udelay", "unique_id", "usb_mode", "wfi",
]  # fmt: skip


def test_every_name_is_there(either: Any) -> None:
    assert dir(either.pyb) == NAMES
    for name in NAMES:
        assert getattr(either.pyb, name) is getattr(either.pyb, name)


def test_import_star_gives_every_name(pyboard: Any) -> None:
    assert pyboard.pyb.__all__ == NAMES


def test_a_name_that_is_not_there(pyboard: Any) -> None:
    with pytest.raises(AttributeError, match="module 'pyb' has no attribute 'PWM'"):
        _ = pyboard.pyb.PWM


@pytest.mark.parametrize("name", ["pico", "esp32"])
def test_other_ports_have_no_pyb(name: str) -> None:
    profile = load(name)
    with pytest.raises(ImportError, match="no module named 'pyb'"):
        build(Board(profile, MockBackend(profile.wiring())))


@pytest.mark.parametrize("name", ["Pin", "UART", "RTC"])
def test_what_is_the_same_is_machine_s_own(either: Any, name: str) -> None:
    assert getattr(either.pyb, name) is getattr(either.machine, name)


@pytest.mark.parametrize("name", ["ADC", "I2C", "SPI", "Timer"])
def test_what_differs_is_not(either: Any, name: str) -> None:
    assert getattr(either.pyb, name) is not getattr(either.machine, name)
    assert getattr(either.pyb, name).__module__ == "pyb"


# ---- time


def test_delay_waits_milliseconds(either: Any) -> None:
    start = either.now
    either.pyb.delay(17)
    assert either.now - start == 17_000_000
    either.pyb.udelay(250)
    assert either.now - start == 17_250_000


@pytest.mark.parametrize("name", ["delay", "udelay"])
def test_a_delay_of_nothing_or_less_returns(pyboard: Any, name: str) -> None:
    start = pyboard.now
    for time in (0, -1):
        getattr(pyboard.pyb, name)(time)
    assert pyboard.now - start <= 2 * pyboard.profile.call_ns


def test_a_float_is_no_time(pyboard: Any) -> None:
    with pytest.raises(TypeError, match="can't convert float to int"):
        pyboard.pyb.delay(1.5)


def test_millis_and_micros_count_from_the_start(pyboard: Any) -> None:
    pyboard.run_ms(1234.5)
    assert pyboard.pyb.millis() == 1234
    assert 1_234_500 <= pyboard.pyb.micros() <= 1_234_510


def test_elapsed_times_go_right_across_the_wrap(pyboard: Any) -> None:
    before = pyboard.pyb.millis() - 5 & 0x3FFF_FFFF
    pyboard.run_ms(20)
    assert pyboard.pyb.elapsed_millis(before) == 25
    start = pyboard.pyb.micros()
    pyboard.run_ms(3)
    assert 3_000 <= pyboard.pyb.elapsed_micros(start) <= 3_010


def test_handlers_run_during_a_delay(pyboard: Any) -> None:
    called = []
    pyboard.pyb.Timer(4, freq=100).callback(lambda _: called.append(pyboard.now_ms))
    pyboard.pyb.delay(35)
    assert len(called) == 3


# ---- the rest


def test_irqs_are_held_back_and_let_go(pyboard: Any) -> None:
    pyb, called = pyboard.pyb, []
    ext = pyb.ExtInt("X5", pyb.ExtInt.IRQ_RISING, pyb.Pin.PULL_DOWN, called.append)
    assert pyb.disable_irq() is True
    assert pyb.disable_irq() is False
    ext.swint()
    pyb.enable_irq(False)
    assert called == []
    pyb.enable_irq()
    assert called == [4]


def test_what_the_chip_is(pyboard: Any) -> None:
    assert len(pyboard.pyb.unique_id()) == 12
    assert pyboard.pyb.freq() == (168_000_000, 168_000_000, 42_000_000, 84_000_000)
    assert 0 <= pyboard.pyb.rng() < 2**30
    pyboard.pyb.info()
    id = pyboard.pyb.unique_id().hex()
    lines = pyboard.output.getvalue().splitlines()
    assert lines == [
        f"ID={id[:8]}:{id[8:16]}:{id[16:]}", "S=168000000", "H=168000000", "P1=42000000", "P2=84000000",
    ]  # fmt: skip


def test_repl_uart_keeps_a_uart(pyboard: Any) -> None:
    pyb = pyboard.pyb
    uart = pyb.UART(1, 9600)
    assert pyb.repl_uart() is None
    assert pyb.repl_uart(uart) is None
    assert pyb.repl_uart() is uart
    pyb.repl_uart(None)
    assert pyb.repl_uart() is None
    with pytest.raises(ValueError, match="need a UART object"):
        pyb.repl_uart(1)
    pyb.repl_uart(uart)
    pyboard.board.power_cycle("SOFT")
    assert pyb.repl_uart() is None


def test_calls_that_have_nothing_to_do_return_none(pyboard: Any) -> None:
    assert pyboard.pyb.sync() is None
    assert pyboard.pyb.fault_debug(True) is None
    assert pyboard.pyb.country("US") is None
