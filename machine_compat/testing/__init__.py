"""The contract suite: what every backend must do, as checks that its author runs on it, with wires where they say.

    def test_the_contract():
        with closing(MyBackend(...)) as backend:      # GP2 wired to GP3, a 24C32 at 0x50 on i2c0, MOSI to MISO
            check_backend(backend)
            check_clock(backend.clock())
            check_line(backend, "GP2", other="GP3")
            check_i2c(backend, "i2c0", 0x50, pointer_bytes=2)
            check_spi(backend, "spi0")

Each check raises AssertionError with what the contract promises and what happened instead. It opens what it needs, and
closes it. What a backend says is Unsupported is passed over where the contract allows that.
"""

from machine_compat.testing.analog import check_adc, check_pwm
from machine_compat.testing.buses import check_i2c, check_spi
from machine_compat.testing.lines import check_line
from machine_compat.testing.serial import check_uart
from machine_compat.testing.usb import check_usb_device
from machine_compat.testing.whole import check_backend, check_clock, check_rtc

__all__ = [
    "check_adc",
    "check_backend",
    "check_clock",
    "check_i2c",
    "check_line",
    "check_pwm",
    "check_rtc",
    "check_spi",
    "check_uart",
    "check_usb_device",
]
