"""This file holds the Linux backend to the contract, on the guest's real kernel."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from machine_compat import registry
from machine_compat.contract import Backend
from machine_compat.profile import load
from machine_compat.testing import check_adc, check_backend, check_clock, check_i2c, check_line, check_spi, check_uart
from tests.bench.rig import Rig


@contextmanager
def backend_on(rig: Rig, board: str = "rpi") -> Iterator[Backend]:
    """A board's backend, with the serial ports of the rig."""
    profile = load(board)
    uarts = f"uart0={rig.uart(0)}&uart1={rig.uart(1)}"
    url = f"{profile.backend.partition('?')[0]}?{uarts}"
    with closing(registry.open_backend(url, profile.wiring())) as backend:
        yield backend


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


@pytest.mark.parametrize("port", ["uart0", "uart1"])
def test_uart(port: str) -> None:
    with Rig("echo@uart0", "echo@uart1") as rig, backend_on(rig) as backend:
        check_uart(backend, port)


def test_adc() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        check_adc(backend, "voltage0")
