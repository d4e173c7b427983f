"""MicroPython's esp32 port."""

import errno
from collections.abc import Mapping, Sequence
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.errors import Fault
from machine_compat.ports import PYB_PIN_NAMES, Faults, Port, PulseTiming, USBIdentity


class ESP32(Port):
    name = "esp32"
    platform = "esp32"
    build = "ESP32_GENERIC"
    epoch_year = 2000
    usb = USBIdentity(0x303A, 0x4001, "Espressif Systems", "Espressif Device", cdc=True, typed_ahead=259)
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
        "I2S": {"RX": 1, "TX": 2},
        "Counter": {"UP": 1, "DOWN": 2},
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
        "machine": frozenset({"CAN", "rng", "info"}),
        "Pin": PYB_PIN_NAMES | {"low", "high", "drive", "ALT", "cpu"},
        "UART": frozenset({"IRQ_TXIDLE", "readchar", "writechar"}),
        "I2CTarget": frozenset({"IRQ_ADDR_MATCH_READ", "IRQ_ADDR_MATCH_WRITE", "IRQ_READ_REQ", "IRQ_WRITE_REQ"}),
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
    pin_irq_flags = False
    i2c_deprecated_soft = True
    i2c_target_fifo = 32
    i2c_target_whole = True
    i2s_checks_ibuf = False
    spi_default = 1
    spi_baudrate = 500_000
    uart_buffers: ClassVar[tuple[int, int]] = (0, 65_535)
    uart_write = "endless"
    uart_forgets = True
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
    pwm_options: ClassVar[frozenset[str]] = frozenset({"duty", "duty_u16", "duty_ns", "invert", "lightsleep"})
    adc_channels = False
    adc_attenuations: ClassVar[tuple[int, ...]] = (1_100_000, 1_500_000, 2_200_000, 3_300_000)
    """ESP-IDF programming guide, ADC: full scale 1.1 V by the attenuation; at 11 dB the supply is the limit."""
    adc_lacking = "invalid pin"
    rtc_init: ClassVar[frozenset[str]] = frozenset({"time"})
    rtc_microseconds = True
    memory_signed = True
    frequency = 160_000_000
    unique_id = bytes.fromhex("240ac4a1b2c3")

    def bad_pin(self, name: object) -> str:
        return "invalid pin"

    def pin_repr(
        self, cpu: str, number: int | None, mode: str, pull: str | None, alt: str | None = None, drive: int = 2
    ) -> str:
        fields = f"mode=Pin.{mode}" + (f", pull=Pin.{pull}" if pull else "")
        return f"Pin({number if number is not None else cpu}, {fields}, drive=Pin.DRIVE_{drive})"

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

    def counter_filter_ns(self, asked: int) -> int:
        # So many cycles of the 80 MHz APB clock, ten bits of them.
        return min(asked * 80 // 1000, 1023) * 1000 // 80

    def timer_exists(self, id: int) -> None:
        if id > max(self.timer_ids):
            count = len(self.timer_ids) - 1
            raise ValueError(f"Timer({id}) doesn't exist, there are only {count} hardware timers")

    def timer_tick_hz(self, id: int) -> int:
        # Hardware timers count an eighth of the 80 MHz APB clock.
        return 10_000_000 if id >= 0 else 1_000_000

    def timer_repr(self, id: int, periodic: bool, period_us: int) -> str:
        # The port prints the other mode's word.
        return f"Timer({id}, mode={'ONE_SHOT' if periodic else 'PERIODIC'}, period={period_us // 1000})"

    def pwm_timing(self, freq: int, unit: str, clock: int | tuple[int, ...]) -> PulseTiming:
        # ESP32 technical reference manual 14.3: the APB clock, or 1 MHz below 10 Hz, through a divider of 10.8 bits
        # and a counter of up to 20 bits, of which MicroPython uses 16.
        source = 80_000_000 if freq >= 10 else 1_000_000
        if not 0 < freq <= 40_000_000:
            raise ValueError("frequency must be from 1Hz to 40MHz")
        bits = min(16, ((source + freq // 2) // freq).bit_length() - 1)
        divider = ((source << 8) // freq + (1 << bits >> 1)) >> bits
        return PulseTiming(source << 8, divider, 1 << bits)

    def pwm_repr(self, values: Mapping[str, object]) -> str:
        if not values["duty"]:
            return f"PWM(Pin({values['pin']}))"
        invert = ", invert=True" if values["invert"] else ""
        return f"PWM(Pin({values['pin']}), freq={values['freq']}, {values['duty']}{invert})"

    def adc_repr(self, channel: str, pin: str, atten: int) -> str:
        return f"ADC(Pin({pin}), atten={atten})"

    def rtc_subsecond(self, ns: int) -> int:
        return ns // 1000

    def watchdog_ms(self, id: int | str, timeout_ms: int, limit_ms: int | None) -> int:
        if timeout_ms <= 0:
            raise ValueError("WDT timeout too short")
        return timeout_ms

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        mhz = asked[0] // 1_000_000
        if mhz not in (20, 40, 80, 160, 240):
            raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
        return mhz * 1_000_000
