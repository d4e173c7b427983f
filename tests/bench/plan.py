"""This file says what a rig is: the small computer, or the USB device, that a bench test finds."""

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

I2C_FUNC_I2C = 0x0000_0001
I2C_FUNC_SMBUS_QUICK = 0x0001_0000
I2C_FUNC_SMBUS_EMULATED = 0x0EFF_0008
"""All that Linux can do with plain I2C, as include/uapi/linux/i2c.h puts it together."""

SPI_CPHA, SPI_CPOL, SPI_CS_HIGH, SPI_LSB_FIRST, SPI_NO_CS = 0x01, 0x02, 0x04, 0x08, 0x40
"""Mode bits, as in include/uapi/linux/spi/spi.h."""

LINES = ("ID_SDA", "ID_SCL", *(f"GPIO{number}" for number in range(2, 28)))
"""Names of the gpiochip's lines, by offset: a Raspberry Pi's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A rig. The defaults are what a Raspberry Pi's controllers would say.

    chips: what hangs on it, in the form of --attach, on pins GPIO0..GPIO27, A0..A3 and buses i2c0, i2c1, spi0 (chip
    selects at CE0, CE1, or any pin), uart0 (a 16550, /dev/ttyS0), uart1 (a pseudo-terminal).
    wires: pairs of pins that are soldered together.
    latches: offsets of lines that the far end neither sees nor drives, for measuring what a call costs by itself.
    gpio_label, pwm_label, adc_label: what the kernel calls the gpiochip, the PWM controller and the IIO device.
    spi_modes: mode bits that the controller takes.
    i2c_functions: what the adapters can do. i2c_shortest: 1 where they refuse an empty message; i2c_longest: the bytes
    that fit into one (0: no limit). no_acknowledge: the errno with which they report a NAK.
    pwm, adc: the pins of the PWM channels and of the analog inputs.
    i2c_buses, spi_bus, spi_selects, uarts: what rig.toml has pins for; spi_selects are offsets of lines.
    """

    chips: tuple[str, ...] = ()
    wires: tuple[tuple[str, str], ...] = ()
    latches: tuple[int, ...] = ()
    gpio_label: str = "pinctrl-bcm2711"
    line_names: tuple[str, ...] = LINES
    spi_modes: int = SPI_CPHA | SPI_CPOL | SPI_CS_HIGH | SPI_NO_CS
    i2c_functions: int = I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMULATED
    i2c_shortest: int = 0
    i2c_longest: int = 0
    no_acknowledge: int = errno.EREMOTEIO
    pwm_label: str = "fe20c000.pwm"
    pwm: tuple[str, ...] = ("GPIO18", "GPIO19")
    adc_label: str = "ads1015"
    adc: tuple[str, ...] = ("A0", "A1", "A2", "A3")
    i2c_buses: tuple[int, ...] = (0, 1)
    spi_bus: int = 0
    spi_selects: tuple[int, ...] = (8, 7)
    uarts: tuple[str, ...] = ("ttyS0", "pty")


@dataclass(frozen=True, slots=True)
class USBPlan:
    """A simulated USB device at the guest's own kernel: ch341, ft232h, i2c_tiny_usb, mcp2221, or a part as of --attach.

    chips, wires: as in a Plan, on the pins and buses that a bridge has. options: what the device's class takes.
    """

    device: str
    chips: tuple[str, ...] = ()
    wires: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
