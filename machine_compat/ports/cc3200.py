"""MicroPython's cc3200 port: the WiPy.

# Ref: MicroPython ports/cc3200: mods/modmachine.c, pybpin.c, pybi2c.c, pybspi.c, pybuart.c, pybsleep.h; hal/gpio.h,
# hal/pin.h
"""

import errno
from collections.abc import Mapping, Sequence
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.errors import Fault
from machine_compat.ports import Faults, Port


class CC3200(Port):
    name = "cc3200"
    platform = "WiPy"
    flash_point = "/flash"
    build = "WIPY"
    epoch_year = 2000
    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "Pin": {
            "IN": 0,
            "OUT": 1,
            "OPEN_DRAIN": 0x10,
            "ALT": 2,
            "ALT_OPEN_DRAIN": 3,
            "PULL_UP": 0x100,
            "PULL_DOWN": 0x200,
            "LOW_POWER": 0x20,
            "MED_POWER": 0x40,
            "HIGH_POWER": 0x60,
            "IRQ_FALLING": 1,
            "IRQ_RISING": 2,
            "IRQ_LOW_LEVEL": 4,
            "IRQ_HIGH_LEVEL": 8,
        },
        "SPI": {"MSB": 0, "LSB": 1},
        "UART": {"RX_ANY": 1, "IRQ_RX": 1},
        "RTC": {"ALARM0": 0},
        "machine": {
            "IDLE": 1,
            "SLEEP": 2,
            "DEEPSLEEP": 4,
            "PWRON_RESET": 0,
            "HARD_RESET": 1,
            "WDT_RESET": 2,
            "DEEPSLEEP_RESET": 3,
            "SOFT_RESET": 4,
            "WLAN_WAKE": 1,
            "PIN_WAKE": 2,
            "RTC_WAKE": 3,
        },
    }
    faults: ClassVar[Faults] = {
        ("I2C", Fault.NACK_ADDRESS): errno.EIO,
        ("I2C", Fault.NACK_DATA): errno.EIO,
        ("I2C", Fault.TIMEOUT): errno.EIO,
    }
    pin_modes: ClassVar[Mapping[int, Mode]] = {0: Mode.IN, 1: Mode.OUT, 0x10: Mode.OPEN_DRAIN}
    pin_alternates: ClassVar[frozenset[int]] = frozenset({2, 3})
    pin_alternate_numbers = range(16)
    pin_pulls: ClassVar[Mapping[int, Pull]] = {0: Pull.NONE, 0x100: Pull.UP, 0x200: Pull.DOWN}
    pin_options: ClassVar[frozenset[str]] = frozenset({"alt", "drive"})
    pin_numbers = False
    irq_falling = 1
    irq_rising = 2
    pin_irq_options: ClassVar[frozenset[str]] = frozenset({"priority", "wake"})
    uart_options: ClassVar[frozenset[str]] = frozenset({"pins"})
    uart_defaults: ClassVar[Mapping[str, int]] = {"baudrate": 9_600, "txbuf": 0, "rxbuf": 128}
    uart_buffers: ClassVar[tuple[int, int]] = (0, 65_535)
    uart_words: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("id", "bits", "stop", "invert", "flow", "trigger"), "invalid argument(s) value"
    )
    spi_pins_fixed = True
    spi_takes_lsb = False
    adc_lacking = "invalid argument(s) value"
    own_classes: ClassVar[Mapping[str, str]] = {"ADC": "wipy_adc", "Timer": "wipy_timer"}
    rtc_id = True
    memory_signed = True
    reset_causes: ClassVar[Mapping[str, int]] = {"PWRON": 0, "HARD": 1, "WDT": 2, "DEEPSLEEP": 3, "SOFT": 4}
    frequency = 80_000_000
    unique_id = bytes.fromhex("d4cafe114a27")

    def bad_pin(self, name: object) -> str:
        return "invalid argument(s) value"

    def fixed_pins(self, signals: str) -> Exception:
        return TypeError("extra keyword arguments given")

    def bad_trigger(self, trigger: int) -> str:
        return "invalid argument(s) value"

    def pin_repr(
        self, cpu: str, number: int | None, mode: str, pull: str | None, alt: str | None = None, drive: int = 2
    ) -> str:
        shown = f"Pin.{pull}" if pull else "None"
        return f"Pin('{cpu}', mode=Pin.{mode}, pull={shown}, drive=Pin.MED_POWER, alt={alt or -1})"

    def i2c_repr(self, bus: int, freq: int, scl: str, sda: str, timeout: int) -> str:
        return f"I2C({bus}, baudrate={freq})"

    def i2c_frequency(self, asked: int) -> int:
        # pybi2c.c: PYBI2C_MIN_BAUD_RATE_HZ and PYBI2C_MAX_BAUD_RATE_HZ.
        return min(max(asked, 50_000), 400_000)

    def spi_repr(self, values: Mapping[str, object]) -> str:
        fields = ", ".join(f"{name}={values[name]}" for name in ("baudrate", "bits", "polarity", "phase"))
        return f"SPI({values['id']}, {fields}, firstbit=SPI.MSB)"

    def uart_repr(self, values: Mapping[str, object]) -> str:
        parity = {"None": "None", "0": "UART.EVEN", "1": "UART.ODD"}.get(str(values["parity"]), "None")
        start = f"UART({values['id']}, baudrate={values['baudrate']}, bits={values['bits']}"
        return f"{start}, parity={parity}, stop={values['stop']})"

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        raise NotImplementedError
