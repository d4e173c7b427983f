"""MicroPython's esp8266 port.

# Ref: MicroPython ports/esp8266: machine_pin.c, machine_spi.c, machine_uart.c, machine_pwm.c, machine_rtc.c,
# modmachine.c
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.ports import Port, PulseTiming


class ESP8266(Port):
    name = "esp8266"
    platform = "esp8266"
    build = "ESP8266_GENERIC"
    epoch_year = 2000
    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "Pin": {"IN": 0, "OUT": 1, "OPEN_DRAIN": 2, "PULL_UP": 1, "IRQ_RISING": 1, "IRQ_FALLING": 2},
        "SPI": {"MSB": 0, "LSB": 1},
        "SoftSPI": {"MSB": 0, "LSB": 1},
        "Timer": {"ONE_SHOT": 0, "PERIODIC": 1},
        "RTC": {"ALARM0": 0},
        "machine": {
            "DEEPSLEEP": 4,
            "PWRON_RESET": 0,
            "WDT_RESET": 1,
            "SOFT_RESET": 4,
            "DEEPSLEEP_RESET": 5,
            "HARD_RESET": 6,
        },
    }
    pin_alternates: ClassVar[frozenset[int]] = frozenset()
    pin_pulls: ClassVar[Mapping[int, Pull]] = {0: Pull.NONE, 1: Pull.UP}
    pin_modes: ClassVar[Mapping[int, Mode]] = {0: Mode.IN, 1: Mode.OUT, 2: Mode.OPEN_DRAIN}
    pin_options: ClassVar[frozenset[str]] = frozenset()
    irq_rising = 1
    irq_falling = 2
    pin_irq_flags = False
    i2c_is_soft = True
    spi_default = 1
    spi_baudrate = 80_000_000
    spi_pins_fixed = True
    spi_ends = False
    uart_options: ClassVar[frozenset[str]] = frozenset({"tx", "rx", "rxbuf", "timeout", "timeout_char"})
    uart_defaults: ClassVar[Mapping[str, int]] = {"baudrate": 115_200, "txbuf": 0, "rxbuf": 15}
    uart_buffers: ClassVar[tuple[int, int]] = (0, 65_535)
    uart_write = "sent"
    uart_words: ClassVar[Mapping[str, str]] = {
        **Port.uart_words,
        "id": "UART({}) does not exist",
        "bits": "invalid data bits",
        "stop": "invalid stop bits",
    }
    timer_ids: ClassVar[tuple[int, ...]] = tuple(range(-1, 256))
    timer_min_us = 100
    pwm_options: ClassVar[frozenset[str]] = frozenset({"duty", "duty_u16", "duty_ns"})
    adc_lacking = "ADC({}) doesn't exist"
    rtc_alarm_calls = False
    rtc_alarm_lacking = "invalid alarm"
    rtc_init: ClassVar[frozenset[str]] = frozenset()
    rtc_memory = 492
    memory_signed = True
    reset_causes: ClassVar[Mapping[str, int]] = {"PWRON": 0, "WDT": 1, "SOFT": 4, "DEEPSLEEP": 5, "HARD": 6}
    frequency = 80_000_000
    unique_id = bytes.fromhex("c4a1b200")

    def bad_pin(self, name: object) -> str:
        return "invalid pin"

    def fixed_pins(self, signals: str) -> Exception:
        return TypeError("extra keyword arguments given")

    def pin_repr(
        self, cpu: str, number: int | None, mode: str, pull: str | None, alt: str | None = None, drive: int = 2
    ) -> str:
        return f"Pin({number})"

    def spi_repr(self, values: Mapping[str, object]) -> str:
        fields = ", ".join(f"{name}={values[name]}" for name in ("baudrate", "polarity", "phase"))
        return f"HSPI(id={values['id']}, {fields})"

    def uart_repr(self, values: Mapping[str, object]) -> str:
        names = ("baudrate", "bits", "parity", "stop", "rxbuf", "timeout", "timeout_char")
        return f"UART({values['id']}, " + ", ".join(f"{name}={values[name]}" for name in names) + ")"

    def uart_min_char_timeout(self, baudrate: int) -> int:
        return 0

    def pwm_unit(self, ref: str, cpu: str, number: int | None, functions: Sequence[str]) -> tuple[str, int]:
        # One software timer makes the pulses of all pins; GPIO16 is not among them.
        if number is None or number == 16:
            raise ValueError(f"PWM not supported on pin {number}")
        return "pwm", number

    def pwm_timing(self, freq: int, unit: str, clock: int | tuple[int, ...]) -> PulseTiming:
        # esppwm.c: 1 to 1000 Hz, 1023 steps.
        return PulseTiming(1_023 * min(max(freq, 1), 1_000), 1, 1_023)

    def pwm_repr(self, values: Mapping[str, object]) -> str:
        if not values["duty"]:
            return f"PWM({values['pin']})"
        duty = int(str(values["duty"]).partition("duty_u16=")[2] or 0) * 1_023 // 65_535
        return f"PWM({values['pin']}, freq={values['freq']}, duty={duty})"

    def adc_repr(self, channel: str, pin: str, atten: int) -> str:
        return f"ADC({channel})"

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        if asked[0] not in (80_000_000, 160_000_000):
            raise ValueError("frequency can only be either 80Mhz or 160MHz")
        return asked[0]
