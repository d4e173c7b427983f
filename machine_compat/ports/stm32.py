"""MicroPython's stm32 port, as the pyboard has it."""

import errno
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.errors import Fault
from machine_compat.ports import Faults, Port, PulseTiming, USBIdentity

TIMER_CHANNEL = re.compile(r"(TIM\d+)_CH([1-4])")
APB2_TIMERS = frozenset({"TIM1", "TIM8", "TIM9", "TIM10", "TIM11"})
WIDE_TIMERS = frozenset({"TIM2", "TIM5"})
"""Timers that count 32 bits; the others count 16."""
PLL_MHZ = (12, 16, 24, 30, 32, 36, 40, 42, 48, 54, 56, 60, 64, 72, 84, 96, 108, 120, 144, 168, 192, 216)
"""The system clocks to choose from with a 12 MHz crystal (ports/stm32/boards/pllvalues.py)."""


class STM32(Port):
    name = "stm32"
    platform = "pyboard"
    flash_point = "/flash"
    build = "PYBV11"
    epoch_year = 2000
    usb = USBIdentity(
        product_name="Pyboard Virtual Comm Port in FS Mode", cdc=True, firmware="machine_compat.pyb.usb.firmware"
    )
    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "Pin": {
            "IN": 0,
            "OUT": 1,
            "OUT_PP": 1,
            "OPEN_DRAIN": 17,
            "OUT_OD": 17,
            "ALT": 2,
            "AF_PP": 2,
            "ALT_OPEN_DRAIN": 18,
            "AF_OD": 18,
            "ANALOG": 3,
            "PULL_NONE": 0,
            "PULL_UP": 1,
            "PULL_DOWN": 2,
            "IRQ_RISING": 0x110000,
            "IRQ_FALLING": 0x210000,
        },
        "SPI": {"MSB": 0, "LSB": 0x80},
        "SoftSPI": {"MSB": 0, "LSB": 0x80},
        "UART": {"RTS": 0x100, "CTS": 0x200, "IRQ_RX": 0x20, "IRQ_RXIDLE": 0x10},
        "I2S": {"RX": 0x300, "TX": 0x200},
        "Timer": {"ONE_SHOT": 0, "PERIODIC": 1},
        "ADC": {"VREF": 65535, "CORE_VREF": 17, "CORE_TEMP": 16, "CORE_VBAT": 18},
        "machine": {
            "SOFT_RESET": 0,
            "PWRON_RESET": 1,
            "HARD_RESET": 2,
            "WDT_RESET": 3,
            "DEEPSLEEP_RESET": 4,
        },
    }
    absent: ClassVar[Mapping[str, frozenset[str]]] = {
        "machine": frozenset({"Counter", "Encoder", "TouchPad", "ADCBlock", "DAC", "wake_reason"}),
        "Pin": frozenset({"toggle", "drive"}),
        "UART": frozenset({"INV_TX", "INV_RX", "IRQ_TXIDLE", "IRQ_BREAK"}),
        "PWM": frozenset({"duty"}),
        "ADC": frozenset({"read", "read_uv", "atten", "width", "init", "deinit", "block"}),
        "RTC": frozenset({"memory"}),
        "Timer": frozenset({"value"}),
        "pyb.CAN": frozenset({"RANGE", "DUAL", "MASK"}),
    }
    faults: ClassVar[Faults] = {
        ("I2C", Fault.NACK_ADDRESS): errno.ENODEV,
        ("I2C", Fault.NACK_DATA): None,
    }
    pin_modes: ClassVar[Mapping[int, Mode]] = {
        0: Mode.IN,
        1: Mode.OUT,
        17: Mode.OPEN_DRAIN,
        3: Mode.ANALOG,
    }
    pin_alternates: ClassVar[frozenset[int]] = frozenset({2, 18})
    pin_alternate_numbers = range(16)
    exti = True
    pyb = True
    pin_pulls: ClassVar[Mapping[int, Pull]] = {0: Pull.NONE, 1: Pull.UP, 2: Pull.DOWN}
    pin_options: ClassVar[frozenset[str]] = frozenset({"alt", "af"})
    irq_rising = 0x110000
    irq_falling = 0x210000
    pin_irq_returns = False
    pin_numbers = False
    i2c_default = 1
    i2c_deprecated_soft = True
    i2c_pins_fixed = True
    i2c_empty_read = errno.EINVAL
    i2c_target_default = False
    i2c_target_fifo = 1
    i2s_pin_objects = True
    sdcard_single = True
    backup_regions: ClassVar[tuple[tuple[str, int], ...]] = (("B", 4096), ("I", 20))
    spi_default = 1
    spi_baudrate = 500_000
    spi_pins_fixed = True
    uart_options: ClassVar[frozenset[str]] = frozenset({"flow", "timeout", "timeout_char", "rxbuf", "read_buf_len"})
    uart_defaults: ClassVar[Mapping[str, int]] = {"txbuf": 0, "rxbuf": 64}
    uart_buffers: ClassVar[tuple[int, int]] = (0, 65_535)
    uart_write = "sent"
    uart_words: ClassVar[Mapping[str, str]] = {**Port.uart_words, "trigger": "trigger 0x{:08x} unsupported"}
    timer_min_us = 1_000
    timer_max_us = 0x4000_0000 * 1_000
    timer_keeps = True
    pwm_keeps = True
    adc_lacking = "Pin({}) does not have ADC capabilities"
    rtc_years: ClassVar[range] = range(2000, 2100)
    rtc_init: ClassVar[frozenset[str]] = frozenset({"fresh"})
    watchdog_names: ClassVar[frozenset[str]] = frozenset({"IWDG", "WWDG"})
    memory_signed = True
    irq_state_bool = True
    rtc_first_weekday = 1
    reset_causes: ClassVar[Mapping[str, int]] = {"SOFT": 0, "PWRON": 1, "HARD": 2, "WDT": 3, "DEEPSLEEP": 4}
    frequency = (168_000_000, 168_000_000, 42_000_000, 84_000_000)
    unique_id = bytes.fromhex("310034001447353135333000")

    def bad_pin(self, name: object) -> str:
        return f"Pin({name}) doesn't exist"

    def pin_repr(
        self, cpu: str, number: int | None, mode: str, pull: str | None, alt: str | None = None, drive: int = 2
    ) -> str:
        shown_pull = f", pull=Pin.{pull}" if pull and mode != "ANALOG" else ""
        return f"Pin(Pin.cpu.{cpu}, mode=Pin.{mode}{shown_pull}{f', alt={alt}' if alt else ''})"

    def bad_trigger(self, trigger: int) -> str:
        return f"trigger 0x{trigger:08x} unsupported"

    def i2c_repr(self, bus: int, freq: int, scl: str, sda: str, timeout: int) -> str:
        return f"I2C({bus}, scl={scl}, sda={sda}, freq={freq}, timeout={timeout})"

    def spi_repr(self, values: Mapping[str, object]) -> str:
        names = ("baudrate", "polarity", "phase", "bits")
        return f"SPI({values['id']}, " + ", ".join(f"{name}={values[name]}" for name in names) + ")"

    def spi_frequency(self, bus: int, asked: int) -> int:
        # RM0090 28.5.1: the clock of its bus by a power of two up to 256; the first is on APB2, the others on APB1.
        clock = self.frequency[3 if bus == 1 else 2]
        return next((clock >> power for power in range(1, 8) if clock >> power <= asked), clock >> 8)

    def uart_repr(self, values: Mapping[str, object]) -> str:
        names = ("baudrate", "bits", "parity", "stop", "flow", "timeout", "timeout_char", "rxbuf")
        shown = {**values, "flow": values["flow"] or 0}
        irq = f"; irq=0x{values['irq']:x}" if values["irq"] else ""
        return f"UART({values['id']}, " + ", ".join(f"{name}={shown[name]}" for name in names) + f"{irq})"

    def uart_frame(self, bits: int, parity: int | None, stop: int) -> tuple[int, int]:
        # The chip counts the parity bit in: 8 or 9 in all. Nine data bits would not fit a channel's bytes.
        if bits > 8 or bits + (parity is not None) not in (8, 9):
            raise ValueError("unsupported combination of bits and parity")
        return bits, 1 if stop == 1 else 2

    def uart_baudrate(self, bus: int, asked: int) -> int:
        # STM32F405 reference manual RM0090, 30.3.4: the bus clock by a divider of 16 to 65535; USART1 and 6 on APB2.
        clock = self.frequency[3 if bus in (1, 6) else 2]
        actual = clock // max(16, min(65_535, (clock + asked // 2) // asked))
        if 20 * abs(actual - asked) > actual:
            raise ValueError(f"set baudrate {actual} is not within 5% of desired value")
        return actual

    def uart_min_char_timeout(self, baudrate: int) -> int:
        return 13_000 // baudrate + 2

    def pwm_unit(self, ref: str, cpu: str, number: int | None, functions: Sequence[str]) -> tuple[str, int]:
        # The second of a pin's timer channels, or the only one: that spreads the pins over most timers.
        found = [match for match in map(TIMER_CHANNEL.fullmatch, functions) if match][:2]
        if not found:
            raise ValueError(f"Pin({cpu}) doesn't have PWM capabilities")
        return found[-1][1], int(found[-1][2])

    def pwm_timing(self, freq: int, unit: str, clock: int | tuple[int, ...]) -> PulseTiming:
        if freq <= 0:
            raise ValueError("freq too small")
        source = timer_clock(unit, clock) if isinstance(clock, tuple) else clock
        prescaler, count = 1, (source + freq // 2) // freq
        while count > 0xFFFF and unit not in WIDE_TIMERS:
            factor = next((factor for factor in (5, 3) if count % factor == 0), 2)
            prescaler, count = prescaler * factor, count // factor
        if count <= 1:
            raise ValueError("freq too large")
        return PulseTiming(source, prescaler, count)

    def pwm_repr(self, values: Mapping[str, object]) -> str:
        return f"<PWM {values['unit']}_CH{values['channel']}>"

    def adc_repr(self, channel: str, pin: str, atten: int) -> str:
        return f"<ADC1 channel={channel}>"

    def rtc_subsecond(self, ns: int) -> int:
        # RM0090 26.6.10: the subsecond register counts 255 to 0 within a second.
        return 255 - ns * 256 // 1_000_000_000

    def watchdog_ms(self, id: int | str, timeout_ms: int, limit_ms: int | None) -> int:
        if id == "WWDG":
            return self._window_watchdog_ms(timeout_ms)
        # RM0090 21.3: 12 bits of 32 kHz / 4, and a prescaler that doubles up to six times.
        shift, left = 0, timeout_ms
        while shift < 6 and left >= 512:
            shift, left = shift + 1, left // 2
        if left <= 0:
            raise ValueError("WDT timeout too short")
        if left * 8 > 0xFFF:
            raise ValueError("WDT timeout too long")
        return left << shift

    def _window_watchdog_ms(self, timeout_ms: int) -> int:
        # RM0090 22.4: 6 bits of PCLK1 / 4096, and a prescaler that doubles up to three times.
        khz = self.frequency[2] // 1000
        ticks, shift = timeout_ms * khz // 4096, 0
        while shift < 3 and ticks > 64:
            ticks, shift = (ticks + 1) // 2, shift + 1
        if ticks <= 0:
            raise ValueError("WDT timeout too short")
        if ticks > 64:
            raise ValueError(f"WDT timeout too long, max {64 * 4096 * 8 // khz}ms")
        return (ticks << shift) * 4096 // khz

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        # ports/stm32/powerctrl.c: the highest system clock not above what is asked; the dividers are powers of two,
        # from the ratios of what is asked.
        chosen = [mhz for mhz in PLL_MHZ if mhz <= asked[0] // 1_000_000]
        if not chosen or min(asked) <= 0:
            raise ValueError("invalid freq")
        defaults = (asked[0], asked[0] // 4, asked[0] // 2)
        core, apb1, apb2 = (*asked, *defaults[len(asked) - 1 :])[1:4]
        system = chosen[-1] * 1_000_000
        hclk = system // power_of_two(asked[0] // core, 512)
        return system, hclk, hclk // power_of_two(core // apb1, 16), hclk // power_of_two(core // apb2, 16)


def timer_clock(unit: str, clocks: tuple[int, ...]) -> int:
    """What a timer counts, from the system, core, APB1 and APB2 clocks: twice its bus clock where that is divided."""
    # RM0090 6.2
    bus = clocks[3 if unit in APB2_TIMERS else 2]
    return bus if bus == clocks[1] else 2 * bus


def power_of_two(wanted: int, most: int) -> int:
    """The divider for a wanted one: the next power of two, up to `most`. There is no 32."""
    divider = 1
    while divider < wanted and divider < most:
        divider *= 2
    return 64 if divider == 32 and most > 32 else divider
