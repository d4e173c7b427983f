"""This file shows that devices which vanish while they are in use end in a clear error, and that no file stays open.

Its name puts it behind the others: Linux 6.1 never uses the number of a gpiochip again that went with lines in use.
"""

import logging
import os
from collections.abc import Callable

import pytest

from machine_compat.backends.linux import LinuxBackend
from machine_compat.contract import ADCConfig, I2CConfig, LineConfig, Mode, PWMConfig, SPIConfig, UARTConfig, Write
from machine_compat.errors import BusError, ConfigError
from tests.bench.rig import Rig
from tests.linux.board import backend_on

MS = 1_000_000


def verbs(backend: LinuxBackend) -> list[Callable[[], object]]:
    """One thing to do with each kind of channel, all of them open."""
    # None with edges watched: Linux 6.1 complains in its log when a gpiochip goes whose interrupts are in use.
    output, key, select = (backend.line(ref) for ref in ("GPIO5", "GPIO6", "GPIO8"))
    output.configure(LineConfig(Mode.OUT, level=1))
    key.configure(LineConfig(Mode.IN))
    select.configure(LineConfig(Mode.OUT, level=0))
    spi, i2c, uart = backend.spi("spi0"), backend.i2c("i2c1"), backend.uart("uart1")
    spi.configure(SPIConfig())
    i2c.configure(I2CConfig())
    uart.configure(UARTConfig())
    pwm, adc = backend.pwm("GPIO18"), backend.adc("voltage0")
    pwm.configure(PWMConfig(1_000_000, 500_000))
    adc.configure(ADCConfig())
    return [
        lambda: output.write(0),
        key.read,
        lambda: output.configure(LineConfig(Mode.IN)),
        lambda: select.write(1),
        lambda: spi.transfer(b"x"),
        lambda: spi.configure(SPIConfig(polarity=1)),
        lambda: i2c.transfer(0x50, [Write(b"\0\0")]),
        lambda: uart.write(b"x"),
        lambda: uart.read(1),
        lambda: pwm.configure(PWMConfig(1_000_000, 250_000)),
        adc.sample,
    ]


def test_everything_vanishes_at_once() -> None:
    with Rig("24c32@i2c1:0x50") as rig:
        files = sorted(os.listdir("/proc/self/fd"))
        with backend_on(rig) as backend:
            actions = verbs(backend)
            rig.unplug()
            for action in actions:
                with pytest.raises((BusError, ConfigError), match=r"has gone|hung up"):
                    action()
        assert sorted(os.listdir("/proc/self/fd")) == files


def test_pwm_by_a_thread_ends_with_its_chip(caplog: pytest.LogCaptureFixture) -> None:
    with Rig() as rig, backend_on(rig, allowed="soft_pwm=yes") as backend:
        pwm, clock = backend.pwm("GPIO5"), backend.clock()
        with caplog.at_level(logging.WARNING, "machine_compat"):
            pwm.configure(PWMConfig(10 * MS, 5 * MS))
            rig.unplug()
            end = clock.now_ns() + 5_000 * MS
            while not caplog.records and clock.now_ns() < end:
                clock.wait_until(clock.now_ns() + 10 * MS)
            pwm.close()
        assert "software PWM has ended: GPIO5" in caplog.text
