"""MicroPython's mimxrt port, as a board with the i.MX RT1062 has it.

# Ref: MicroPython ports/mimxrt: pin.h, machine_pin.c, machine_i2c.c, machine_spi.c, machine_uart.c, machine_pwm.c,
# machine_adc.c, machine_rtc.c, modmachine.c
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.ports import Port

FLOW = {"": "None", "RTS": "RTS", "CTS": "CTS", "CTS|RTS": "RTS|CTS", "RTS|CTS": "RTS|CTS"}


class MIMXRT(Port):
    name = "mimxrt"
    platform = "mimxrt"
    flash_point = "/flash"
    build = "TEENSY41"
    epoch_year = 1970
    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "Pin": {
            "IN": 0,
            "OUT": 1,
            "OPEN_DRAIN": 2,
            "PULL_DOWN": 0,
            "PULL_UP_47K": 1,
            "PULL_UP": 2,
            "PULL_UP_22K": 3,
            "PULL_HOLD": 5,
            "DRIVE_OFF": 0,
            **{f"DRIVE_{n}": n + 1 for n in range(7)},
            "IRQ_RISING": 1,
            "IRQ_FALLING": 2,
        },
        "SPI": {"MSB": 0, "LSB": 1},
        "SoftSPI": {"MSB": 0, "LSB": 1},
        "UART": {"INV_TX": 1, "INV_RX": 2, "RTS": 1, "CTS": 2, "IRQ_RXIDLE": 1, "IRQ_TXIDLE": 2},
        "Counter": {"UP": 0, "DOWN": 1},
        "I2S": {"RX": 0, "TX": 1},
        "Timer": {"ONE_SHOT": 0, "PERIODIC": 1},
        "RTC": {"ALARM0": 0},
        "machine": {"PWRON_RESET": 1, "WDT_RESET": 3, "SOFT_RESET": 5},
    }
    pin_modes: ClassVar[Mapping[int, Mode]] = {0: Mode.IN, 1: Mode.OUT, 2: Mode.OPEN_DRAIN}
    pin_pulls: ClassVar[Mapping[int, Pull]] = {
        0: Pull.DOWN,
        1: Pull.UP,
        2: Pull.UP,
        3: Pull.UP,
        4: Pull.NONE,
        5: Pull.NONE,
    }
    pin_options: ClassVar[frozenset[str]] = frozenset({"drive"})
    pin_numbers = False
    irq_rising = 1
    irq_falling = 2
    i2c_pins_fixed = True
    spi_pins_fixed = True
    uart_options: ClassVar[frozenset[str]] = frozenset({"flow", "timeout", "timeout_char", "invert", "rxbuf", "txbuf"})
    i2s_mck = True
    counter_units = 4
    counter_options: ClassVar[frozenset[str]] = frozenset(
        {
            "src", "direction", "phase_a", "phase_b", "phases", "reset", "match", "match_pin", "filter_ns", "max",
            "min", "index",
        }
    )  # fmt: skip
    counter_keeps = False
    timer_min_us = 1_000
    timer_max_us = 0x4000_0000 * 1_000
    timer_keeps = True
    adc_channels = False
    adc_lacking = "Pin({}) does not have ADC capabilities"
    rtc_alarm_ms = 1_000
    rtc_init: ClassVar[frozenset[str]] = frozenset({"time"})
    memory_signed = True
    reset_causes: ClassVar[Mapping[str, int]] = {"PWRON": 1, "HARD": 5, "WDT": 3, "SOFT": 5, "DEEPSLEEP": 1}
    frequency = 600_000_000
    unique_id = bytes.fromhex("d2a4111a5b4c7e19")

    def bad_pin(self, name: object) -> str:
        return "Pin doesn't exist"

    def fixed_pins(self, signals: str) -> Exception:
        return TypeError("extra keyword arguments given")

    def pin_repr(
        self, cpu: str, number: int | None, mode: str, pull: str | None, alt: str | None = None, drive: int = 2
    ) -> str:
        return f"Pin({cpu})"

    def counter_stopped(self) -> Exception:
        return ValueError("device stopped")

    def i2c_repr(self, bus: int, freq: int, scl: str, sda: str, timeout: int) -> str:
        return f"I2C({bus}, freq={freq}, timeout={timeout})"

    def spi_repr(self, values: Mapping[str, object]) -> str:
        first = "LSB" if values["firstbit"] == 1 else "MSB"
        names = ("baudrate", "polarity", "phase", "bits")
        fields = ", ".join(f"{name}={values[name]}" for name in names)
        # The driver rounds the gap between two bytes to its clock; unless asked for it is one bit.
        gap = 1_000_000_000 // int(str(values["baudrate"]))
        return f"SPI({values['id']}, {fields}, firstbit={first}, gap_ns={gap})"

    def uart_repr(self, values: Mapping[str, object]) -> str:
        names = ("baudrate", "bits", "parity", "stop", "flow", "rxbuf", "txbuf", "timeout", "timeout_char", "invert")
        shown = {**values, "flow": FLOW.get(str(values["flow"]), "None"), "invert": values["invert"] or None}
        fields = ", ".join(f"{name}={shown[name]}" for name in names)
        return f"UART({values['id']}, {fields}, irq={values['irq']})"

    def adc_repr(self, channel: str, pin: str, atten: int) -> str:
        return f"ADC({', channel='.join(channel.removeprefix('ADC').split('_CH'))})"

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        raise NotImplementedError("machine.freq")
