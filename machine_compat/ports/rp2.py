"""MicroPython's rp2 port: RP2040 and RP2350."""

import errno
from collections.abc import Mapping, Sequence
from typing import ClassVar

from machine_compat.errors import Fault
from machine_compat.ports import PYB_PIN_NAMES, Faults, Port, PulseTiming, USBIdentity

TOP_MAX = 65_534

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
    "I2S": {"RX": 0, "TX": 1},
    "Timer": {"ONE_SHOT": 0, "PERIODIC": 1},
    "ADC": {"CORE_TEMP": 4},
    "machine": {"PWRON_RESET": 1, "WDT_RESET": 3},
}


class RP2(Port):
    name = "rp2"
    platform = "rp2"
    build = "RPI_PICO"
    usb = USBIdentity(0x2E8A, 0x0005, cdc=True)
    constants = GENERIC_CONSTANTS
    absent: ClassVar[Mapping[str, frozenset[str]]] = {
        "machine": frozenset(
            {
                "CAN",
                "Counter",
                "Encoder",
                "SDCard",
                "TouchPad",
                "ADCBlock",
                "DAC",
                "HARD_RESET",
                "DEEPSLEEP_RESET",
                "SOFT_RESET",
                "sleep",
                "wake_reason",
                "rng",
                "info",
            }
        ),
        "Pin": PYB_PIN_NAMES | {"drive"},
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
    i2s_ws_follows = True
    backup_regions: ClassVar[tuple[tuple[str, int], ...]] = (("I", 4), ("I", 3))
    spi_takes_lsb = False
    spi_ends = False
    pwm_freezes = True
    memory_signed = True
    reset_causes: ClassVar[Mapping[str, int]] = {"PWRON": 1, "HARD": 3, "WDT": 3, "DEEPSLEEP": 3}
    """reset() and deepsleep() end in a reset by the watchdog."""

    def i2c_frequency(self, asked: int) -> int:
        # pico-sdk i2c_set_baudrate: the 125 MHz peripheral clock through a rounded divider with 6/16 spread.
        period = (125_000_000 + asked // 2) // asked
        return 125_000_000 // period

    def timer_repr(self, id: int, periodic: bool, period_us: int) -> str:
        period = period_us if period_us <= 0xFFFF_FFFF else period_us // 1000 % (1 << 32) * 1000
        return f"Timer(mode={'PERIODIC' if periodic else 'ONE_SHOT'}, tick_hz=1000000, period={period})"

    def pwm_unit(self, ref: str, cpu: str, number: int | None, functions: Sequence[str]) -> tuple[str, int]:
        # RP2040 datasheet 4.5.2, table 515; RP2350 datasheet 12.5.2 for GPIO32 and up.
        if number is None:
            return ref, 0
        return str(number >> 1 & 7 if number < 32 else 8 + (number >> 1 & 3)), number & 1

    def pwm_timing(self, freq: int, unit: str, clock: int | tuple[int, ...]) -> PulseTiming:
        # RP2040 datasheet 4.5.2.6: TOP is 16 bits, DIV 8.4. The smallest DIV gives the finest duty; TOP stays below
        # 65535 so that a level of 65535 is always on.
        source = clock if isinstance(clock, int) else clock[0]
        if freq <= 0:
            raise ValueError("freq too small")
        count, div16 = (source + freq // 2) // freq, 16
        if count >= TOP_MAX:
            div16 = -(-16 * source // (TOP_MAX * freq))
            count = (32 * source + div16 * freq) // (2 * div16 * freq)
        if count < 1:
            raise ValueError("freq too large")
        if div16 >= 256 * 16:
            raise ValueError("freq too small")
        return PulseTiming(16 * source, div16, count)

    def pwm_repr(self, values: Mapping[str, object]) -> str:
        return f"<PWM slice={values['unit']} channel={values['channel']} invert={int(bool(values['invert']))}>"

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        khz = asked[0] // 1000
        if not pll_reaches(khz):
            raise ValueError("cannot change frequency")
        if len(asked) > 1 and asked[1] not in (48_000_000, asked[0]):
            raise ValueError("peripheral freq must be 48_000_000 or the same as the MCU freq")
        return khz * 1000


def pll_reaches(khz: int) -> bool:
    """Whether the system PLL makes a frequency exactly (RP2040 datasheet 2.18.2: 12 MHz crystal, VCO 750..1600 MHz)."""
    return any(
        750_000 <= khz * first * second <= 1_600_000 and khz * first * second % 12_000 == 0
        for first in range(1, 8)
        for second in range(1, first + 1)
    )
