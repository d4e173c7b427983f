"""This file holds the Linux backend to the contract, on the guest's real kernel."""

import pytest

from machine_compat.testing import (
    check_adc,
    check_backend,
    check_clock,
    check_i2c,
    check_line,
    check_pwm,
    check_rtc,
    check_spi,
    check_uart,
)
from tests.bench.rig import Rig
from tests.linux.board import backend_on


def test_clock() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        check_clock(backend.clock())


def test_refs() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        check_backend(backend)


@pytest.mark.parametrize(("ref", "other"), [("GPIO5", "GPIO6"), ("gpiochip0/20", "GPIO21")])
def test_lines(ref: str, other: str) -> None:
    with Rig(wires=(("GPIO5", "GPIO6"), ("GPIO20", "GPIO21"))) as rig, backend_on(rig) as backend:
        check_line(backend, ref.replace("gpiochip0", rig.gpiochip.removeprefix("/dev/")), other)


def test_i2c() -> None:
    with Rig("24c32@i2c1:0x50") as rig, backend_on(rig) as backend:
        check_i2c(backend, "i2c1", 0x50, pointer_bytes=2)


def test_spi() -> None:
    with Rig(wires=(("GPIO10", "GPIO9"),)) as rig, backend_on(rig) as backend:
        check_spi(backend, "spi0")


def test_uart() -> None:
    with Rig("echo@uart0") as rig, backend_on(rig) as backend:
        check_uart(backend, "uart0")


def test_adc() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        check_adc(backend, "voltage0")


def test_pwm() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        check_pwm(backend, "GPIO18")


def test_rtc() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        check_rtc(backend)
