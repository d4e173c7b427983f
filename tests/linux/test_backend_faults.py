"""This file shows that nothing is opened unasked, and that what may not be opened, or is none, says what to do."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from machine_compat.backends.linux import LinuxBackend
from machine_compat.contract import I2CConfig, LineConfig, Mode, PWMConfig, SPIConfig, UARTConfig
from machine_compat.errors import ConfigError
from tests.bench.plan import I2C_FUNC_SMBUS_EMULATED
from tests.bench.rig import Rig
from tests.linux.board import backend_on


def devices() -> set[str]:
    """What of /dev this process has open."""
    links = Path("/proc/self/fd").iterdir()
    return {str(link.readlink()) for link in links if link.is_symlink() and str(link.readlink()).startswith("/dev/")}


def test_nothing_is_opened_before_it_is_asked_for() -> None:
    with Rig() as rig:
        before = devices()
        with backend_on(rig) as backend:
            for ref in ("GPIO5", "GPIO8", "GPIO10"):
                backend.line(ref)
            backend.i2c("i2c1")
            backend.spi("spi0")
            backend.uart("uart0")
            backend.pwm("GPIO18")
            backend.adc("voltage0")
            backend.watchdog(lambda: None)
            backend.rtc()
            assert devices() == before


@pytest.mark.parametrize("node", ["/dev/null", "/etc/passwd"])
def test_what_is_no_adapter(node: str) -> None:
    with Rig() as rig, backend_on(rig) as backend:
        with pytest.raises(ConfigError, match=f"{node} is no I2C adapter"):
            backend.i2c(node).configure(I2CConfig())
        with pytest.raises(ConfigError, match=f"{node}: Could not configure port"):
            backend.uart(node).configure(UARTConfig())


def test_an_adapter_of_smbus_alone() -> None:
    with Rig(i2c_functions=I2C_FUNC_SMBUS_EMULATED) as rig, backend_on(rig) as backend:
        bus = backend.i2c("i2c1")
        with pytest.raises(ConfigError, match="/dev/i2c-1 knows SMBus's own messages alone"):
            bus.configure(I2CConfig())


@pytest.mark.parametrize(
    ("open_it", "group"),
    [
        (lambda backend: backend.i2c("i2c1").configure(I2CConfig()), "i2c"),
        (lambda backend: backend.spi("spi0").configure(SPIConfig()), "spi"),
        (lambda backend: backend.uart("uart0").configure(UARTConfig()), "dialout"),
        (lambda backend: backend.line("GPIO5").configure(LineConfig(Mode.OUT)), "gpio"),
        (lambda backend: backend.pwm("GPIO18").configure(PWMConfig(1_000_000, 0)), "gpio"),
        (lambda backend: backend.watchdog(lambda: None).start(5000), "watchdog"),
    ],
    ids=["i2c", "spi", "uart", "line", "pwm", "watchdog"],
)
def test_an_ordinary_user_is_told_what_to_do(open_it: Callable[[LinuxBackend], object], group: str) -> None:
    with Rig() as rig, backend_on(rig) as backend:
        os.seteuid(65534)
        try:
            with pytest.raises(ConfigError, match=rf'may not be (opened|used) by this user: .*"{group}"'):
                open_it(backend)
        finally:
            os.seteuid(0)
