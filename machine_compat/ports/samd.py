"""MicroPython's samd port, as the SAMD21 has it.

# Ref: MicroPython ports/samd: machine_pin.c, machine_i2c.c, machine_spi.c, machine_uart.c, machine_pwm.c,
# machine_adc.c, modmachine.c, mcu/samd21/mpconfigmcu.h
"""

import errno
from collections.abc import Mapping, Sequence
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.errors import Fault
from machine_compat.ports import Faults, Port, USBIdentity


class SAMD(Port):
    name = "samd"
    platform = "samd"
    build = "SEEED_XIAO_SAMD21"
    epoch_year = 2000
    usb = USBIdentity(cdc=True, typed_ahead=127)
    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "Pin": {
            "IN": 0,
            "OUT": 1,
            "OPEN_DRAIN": 2,
            "PULL_OFF": 0,
            "PULL_UP": 1,
            "PULL_DOWN": 2,
            "LOW_POWER": 0,
            "HIGH_POWER": 1,
            "IRQ_RISING": 1,
            "IRQ_FALLING": 2,
        },
        "SPI": {"MSB": 0, "LSB": 1},
        "SoftSPI": {"MSB": 0, "LSB": 1},
        "UART": {"IRQ_RX": 4, "IRQ_TXIDLE": 2, "IRQ_RXIDLE": 4096},
        "Timer": {"ONE_SHOT": 0, "PERIODIC": 1},
        "ADC": {"INT_VREF": 0, "VDDA": 1, "VDDA2": 2, "AREF": 3, "AREFB": 4},
        "DAC": {"INT_VREF": 0, "VDDA": 1, "AREF": 2},
        "machine": {
            "PWRON_RESET": 0x01,
            "HARD_RESET": 0x10,
            "WDT_RESET": 0x20,
            "SOFT_RESET": 0x40,
            "DEEPSLEEP_RESET": 0x80,
        },
    }
    faults: ClassVar[Faults] = {("I2C", Fault.NACK_DATA): errno.EIO}
    pin_modes: ClassVar[Mapping[int, Mode]] = {0: Mode.IN, 1: Mode.OUT, 2: Mode.OPEN_DRAIN}
    pin_alternates: ClassVar[frozenset[int]] = frozenset()
    pin_pulls: ClassVar[Mapping[int, Pull]] = {0: Pull.NONE, 1: Pull.UP, 2: Pull.DOWN}
    pin_options: ClassVar[frozenset[str]] = frozenset({"drive"})
    irq_rising = 1
    irq_falling = 2
    i2c_default = 2
    uart_options: ClassVar[frozenset[str]] = frozenset({"tx", "rx", "timeout", "timeout_char", "rxbuf", "txbuf"})
    timer_min_us = 1_000
    timer_max_us = 0x4000_0000 * 1_000
    timer_keeps = True
    pwm_options: ClassVar[frozenset[str]] = frozenset({"duty_u16", "duty_ns", "invert", "device"})
    adc_channels = False
    adc_lacking = "not a Pin"
    rtc_init: ClassVar[frozenset[str]] = frozenset({"time"})
    memory_signed = True
    reset_causes: ClassVar[Mapping[str, int]] = {
        "PWRON": 0x01,
        "HARD": 0x40,
        "WDT": 0x20,
        "SOFT": 0x40,
        "DEEPSLEEP": 0x80,
    }
    frequency = 48_000_000
    unique_id = bytes.fromhex("9a4f0c8151504e4b382e3120ff0d1c39")

    def bad_pin(self, name: object) -> str:
        return "not a Pin"

    def pin_repr(
        self, cpu: str, number: int | None, mode: str, pull: str | None, alt: str | None = None, drive: int = 2
    ) -> str:
        return f"Pin(Pin.cpu.{cpu}, mode={mode}, pull={pull or 'PULL_OFF'})"

    def i2c_repr(self, bus: int, freq: int, scl: str, sda: str, timeout: int) -> str:
        return f'I2C({bus}, freq={freq}, scl="{scl}", sda="{sda}", timeout={timeout})'

    def spi_repr(self, values: Mapping[str, object]) -> str:
        fields = ", ".join(f"{name}={values[name]}" for name in ("baudrate", "firstbit", "polarity", "phase"))
        pins = ", ".join(f'{name}="{values[name]}"' for name in ("sck", "mosi", "miso"))
        return f"SPI({values['id']}, {fields}, bits=8, {pins})"

    def uart_repr(self, values: Mapping[str, object]) -> str:
        fields = ", ".join(f"{name}={values[name]}" for name in ("baudrate", "bits", "parity", "stop"))
        pins = ", ".join(f'{name}="{values[name]}"' for name in ("tx", "rx"))
        rest = ", ".join(f"{name}={values[name]}" for name in ("timeout", "timeout_char", "rxbuf", "txbuf"))
        return f"UART({values['id']}, {fields}, {pins}, {rest})"

    def adc_repr(self, channel: str, pin: str, atten: int) -> str:
        number = channel.partition("_CH")[2]
        return f"ADC({pin}, device=0, channel={number}, bits=12, average=16, vref=2)"

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        # mcu/samd21/mpconfigmcu.h MAX_CPU_FREQ; what is out of range changes nothing.
        return asked[0] if 1_000_000 <= asked[0] <= 54_000_000 else now
