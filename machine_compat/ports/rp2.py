"""MicroPython's rp2 port: RP2040 and RP2350."""

import errno
from collections.abc import Mapping
from typing import ClassVar

from machine_compat.errors import Fault
from machine_compat.ports import Faults, Port

GENERIC_CONSTANTS: Mapping[str, Mapping[str, object]] = {
    "Pin": {
        "IN": 0,
        "OUT": 1,
        "OPEN_DRAIN": 2,
        "ALT": 3,
        "PULL_UP": 1,
        "PULL_DOWN": 2,
        "IRQ_FALLING": 4,
        "IRQ_RISING": 8,
        "ALT_SPI": 1,
        "ALT_UART": 2,
        "ALT_I2C": 3,
        "ALT_PWM": 4,
        "ALT_SIO": 5,
        "ALT_PIO0": 6,
        "ALT_PIO1": 7,
        "ALT_GPCK": 8,
        "ALT_USB": 9,
    },
    "SPI": {"MSB": 1, "LSB": 0},
    "SoftSPI": {"MSB": 1, "LSB": 0},
    "UART": {
        "INV_TX": 1,
        "INV_RX": 2,
        "CTS": 1,
        "RTS": 2,
        "IRQ_RXIDLE": 0x40,
        "IRQ_TXIDLE": 0x20,
        "IRQ_BREAK": 0x200,
    },
    "Timer": {"ONE_SHOT": 0, "PERIODIC": 1},
    "ADC": {"CORE_TEMP": 4},
    "machine": {"PWRON_RESET": 1, "WDT_RESET": 3},
}


class RP2(Port):
    name = "rp2"
    platform = "rp2"
    build = "RPI_PICO"
    constants = GENERIC_CONSTANTS
    absent: ClassVar[Mapping[str, frozenset[str]]] = {
        "machine": frozenset({"DAC", "HARD_RESET", "DEEPSLEEP_RESET", "SOFT_RESET", "sleep", "wake_reason", "rng", "info"}),
        "Pin": frozenset({"mode", "pull", "names", "name", "af", "af_list", "port", "pin", "gpio", "drive"}),
        "UART": frozenset({"IRQ_RX", "INV_RTS", "INV_CTS", "readchar", "writechar"}),
        "PWM": frozenset({"duty"}),
        "ADC": frozenset({"read", "read_uv", "atten", "width", "init", "deinit", "block"}),
        "RTC": frozenset({"init", "memory", "info", "calibration", "wakeup"}),
        "Timer": frozenset({"value"}),
    }
    faults: ClassVar[Faults] = {
        ("I2C", Fault.NACK_ADDRESS): errno.EIO,
        ("I2C", Fault.NACK_DATA): errno.EIO,
        ("I2C probe", Fault.NACK_ADDRESS): errno.ENODEV,
    }
    spi_takes_lsb = False

    def pin_repr(self, cpu: str, number: int | None, mode: str, pull: str | None) -> str:
        return f"Pin({cpu}, mode={mode}{f', pull={pull}' if pull else ''})"

    def i2c_frequency(self, asked: int) -> int:
        # pico-sdk i2c_set_baudrate: the 125 MHz peripheral clock through a rounded divider with 6/16 spread.
        period = (125_000_000 + asked // 2) // asked
        return 125_000_000 // period

    def timer_repr(self, id: int, mode: str, period_us: int) -> str:
        return f"Timer(mode={mode}, tick_hz=1000000, period={period_us})"

    def pwm_repr(self, cpu: str, number: int | None, freq: int, duty_u16: int, invert: bool) -> str:
        gpio = number or 0
        return f"<PWM slice={gpio >> 1 & 7} channel={gpio & 1} invert={int(invert)}>"
