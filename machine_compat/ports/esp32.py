"""MicroPython's esp32 port."""

import errno
from collections.abc import Mapping
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.errors import Fault
from machine_compat.ports import Faults, Port


class ESP32(Port):
    name = "esp32"
    platform = "esp32"
    build = "ESP32_GENERIC"
    epoch_year = 2000
    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "Pin": {
            "IN": 1,
            "OUT": 3,
            "OPEN_DRAIN": 7,
            "PULL_DOWN": 1,
            "PULL_UP": 2,
            "IRQ_RISING": 1,
            "IRQ_FALLING": 2,
            "WAKE_LOW": 4,
            "WAKE_HIGH": 5,
            "DRIVE_0": 0,
            "DRIVE_1": 1,
            "DRIVE_2": 2,
            "DRIVE_3": 3,
        },
        "SPI": {"MSB": 0, "LSB": 1},
        "SoftSPI": {"MSB": 0, "LSB": 1},
        "UART": {
            "INV_TX": 0x20,
            "INV_RX": 0x04,
            "INV_RTS": 0x40,
            "INV_CTS": 0x08,
            "RTS": 1,
            "CTS": 2,
            "IRQ_RX": 1,
            "IRQ_RXIDLE": 0x1000,
            "IRQ_BREAK": 2,
        },
        "Timer": {"ONE_SHOT": 0, "PERIODIC": 1},
        "ADC": {
            "ATTN_0DB": 0,
            "ATTN_2_5DB": 1,
            "ATTN_6DB": 2,
            "ATTN_11DB": 3,
            "WIDTH_9BIT": 9,
            "WIDTH_10BIT": 10,
            "WIDTH_11BIT": 11,
            "WIDTH_12BIT": 12,
        },
        "machine": {
            "PWRON_RESET": 1,
            "HARD_RESET": 2,
            "WDT_RESET": 3,
            "DEEPSLEEP_RESET": 4,
            "SOFT_RESET": 5,
            "SLEEP": 2,
            "DEEPSLEEP": 4,
            "PIN_WAKE": 2,
            "EXT0_WAKE": 2,
            "EXT1_WAKE": 3,
            "TIMER_WAKE": 4,
            "TOUCHPAD_WAKE": 5,
            "ULP_WAKE": 6,
        },
    }
    absent: ClassVar[Mapping[str, frozenset[str]]] = {
        "machine": frozenset({"rng", "info"}),
        "Pin": frozenset(
            {"low", "high", "mode", "pull", "names", "name", "af", "af_list", "port", "pin", "gpio", "drive", "ALT", "cpu"}
        ),
        "UART": frozenset({"IRQ_TXIDLE", "readchar", "writechar"}),
        "ADC": frozenset({"CORE_TEMP", "CORE_VREF", "CORE_VBAT", "VREF"}),
        "RTC": frozenset({"info", "calibration", "wakeup"}),
    }
    faults: ClassVar[Faults] = {
        ("I2C", Fault.NACK_ADDRESS): errno.ENODEV,
        ("I2C", Fault.NACK_DATA): errno.ENODEV,
    }
    pin_modes: ClassVar[Mapping[int, Mode]] = {1: Mode.IN, 3: Mode.OUT, 7: Mode.OPEN_DRAIN}
    pin_alternates: ClassVar[frozenset[int]] = frozenset()
    pin_pulls: ClassVar[Mapping[int, Pull]] = {1: Pull.DOWN, 2: Pull.UP}
    pin_pull_default = -1
    pin_options: ClassVar[frozenset[str]] = frozenset({"drive", "hold"})
    irq_rising = 1
    irq_falling = 2
    pin_irq_options: ClassVar[frozenset[str]] = frozenset({"wake"})
    i2c_deprecated_soft = True
    spi_default = 1
    spi_baudrate = 500_000
    uart_buffers: ClassVar[tuple[int, int]] = (0, 65_535)
    uart_write = "endless"
    uart_irq_hard = False
    uart_words: ClassVar[Mapping[str, str]] = {
        **Port.uart_words,
        "id": "UART({}) does not exist",
        "bits": "invalid data bits",
        "stop": "invalid stop bits",
        "invert": "invalid inversion mask",
        "flow": "invalid flow control mask",
    }
    timer_ids: ClassVar[tuple[int, ...]] = (-1, 0, 1, 2, 3)
    timer_hard = False
    pwm_starts = True
    pwm_clamps = False
    frequency = 160_000_000
    unique_id = bytes.fromhex("240ac4a1b2c3")

    def bad_pin(self, name: object) -> str:
        return "invalid pin"

    def pin_repr(self, cpu: str, number: int | None, mode: str, pull: str | None) -> str:
        fields = f"mode=Pin.{mode}" + (f", pull=Pin.{pull}" if pull else "")
        return f"Pin({number if number is not None else cpu}, {fields}, drive=Pin.DRIVE_2)"

    def i2c_repr(self, bus: int, freq: int, scl: str, sda: str, timeout: int) -> str:
        return f"I2C({bus}, scl={scl}, sda={sda}, freq={freq}, timeout={timeout})"

    def spi_repr(self, values: Mapping[str, object]) -> str:
        names = ("id", "baudrate", "polarity", "phase", "bits", "firstbit", "sck", "mosi", "miso")
        return "SPI(" + ", ".join(f"{name}={values[name]}" for name in names) + ")"

    def uart_repr(self, values: Mapping[str, object]) -> str:
        names = (
            "baudrate", "bits", "parity", "stop", "tx", "rx", "rts", "cts", "txbuf", "rxbuf", "timeout",
            "timeout_char", "irq",
        )  # fmt: skip
        masks = "".join(f", {name}={values[name]}" for name in ("invert", "flow") if values[name])
        return f"UART({values['id']}, " + ", ".join(f"{name}={values[name]}" for name in names) + f"{masks})"

    def uart_min_char_timeout(self, baudrate: int) -> int:
        return 0

    def timer_repr(self, id: int, mode: str, period_us: int) -> str:
        return f"Timer({id}, mode={mode}, period={period_us // 1000})"

    def pwm_repr(self, cpu: str, number: int | None, freq: int, duty_u16: int, invert: bool) -> str:
        return f"PWM(Pin({number}), freq={freq}, duty_u16={duty_u16})"

    def adc_repr(self, channel: str, cpu: str, number: int | None) -> str:
        return f"ADC(Pin({number}), atten=0)"
