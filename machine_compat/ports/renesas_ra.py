"""MicroPython's renesas-ra port.

# Ref: MicroPython ports/renesas-ra: machine_pin.c, ra/ra_gpio.h, machine_i2c.c, machine_spi.c, machine_uart.c,
# machine_adc.c, machine_rtc.c, modmachine.c
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.ports import Port


class RenesasRA(Port):
    name = "renesas-ra"
    platform = "renesas-ra"
    flash_point = "/flash"
    build = "EK_RA6M2"
    epoch_year = 2000
    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "Pin": {
            "IN": 0,
            "OUT": 1,
            "OPEN_DRAIN": 2,
            "ALT": 3,
            "ALT_OPEN_DRAIN": 4,
            "ANALOG": 5,
            "PULL_NONE": 0,
            "PULL_UP": 1,
            "PULL_DOWN": 2,
            **{f"DRIVE_{n}": n for n in range(4)},
            "IRQ_FALLING": 1,
            "IRQ_RISING": 2,
            "IRQ_LOW_LEVEL": 4,
            "IRQ_HIGH_LEVEL": 8,
        },
        "SPI": {"MSB": 0, "LSB": 1},
        "SoftSPI": {"MSB": 0, "LSB": 1},
        "UART": {"CTS": 1, "RTS": 2, "IRQ_RX": 0x10, "IRQ_RXIDLE": 0x1000},
        "Timer": {"ONE_SHOT": 0, "PERIODIC": 1},
        "ADC": {"VREF": 0xFFFF, "CORE_TEMP": 29, "CORE_VREF": 30},
        "machine": {
            "SOFT_RESET": 0,
            "PWRON_RESET": 1,
            "HARD_RESET": 2,
            "WDT_RESET": 3,
            "DEEPSLEEP_RESET": 4,
        },
    }
    pin_modes: ClassVar[Mapping[int, Mode]] = {0: Mode.IN, 1: Mode.OUT, 2: Mode.OPEN_DRAIN, 5: Mode.ANALOG}
    pin_alternates: ClassVar[frozenset[int]] = frozenset({3, 4})
    pin_pulls: ClassVar[Mapping[int, Pull]] = {0: Pull.NONE, 1: Pull.UP}
    pin_options: ClassVar[frozenset[str]] = frozenset({"drive", "alt"})
    pin_numbers = False
    irq_falling = 1
    irq_rising = 2
    i2c_pins_fixed = True
    spi_baudrate = 500_000
    uart_options: ClassVar[frozenset[str]] = frozenset({"flow", "timeout", "timeout_char", "rxbuf", "read_buf_len"})
    uart_defaults: ClassVar[Mapping[str, int]] = {"baudrate": 115_200, "txbuf": 0, "rxbuf": 511}
    uart_buffers: ClassVar[tuple[int, int]] = (0, 65_535)
    uart_write = "sent"
    uart_words: ClassVar[Mapping[str, str]] = {**Port.uart_words, "trigger": "trigger 0x{:08x} unsupported"}
    timer_min_us = 1_000
    timer_max_us = 0x4000_0000 * 1_000
    timer_keeps = True
    pwm_options: ClassVar[frozenset[str]] = frozenset({"duty"})
    adc_lacking = "Pin({}) does not have ADC capabilities"
    rtc_years: ClassVar[range] = range(2000, 2100)
    rtc_init: ClassVar[frozenset[str]] = frozenset({"fresh"})
    rtc_first_weekday = 1
    memory_signed = True
    irq_state_bool = True
    reset_causes: ClassVar[Mapping[str, int]] = {"SOFT": 0, "PWRON": 1, "HARD": 2, "WDT": 3, "DEEPSLEEP": 4}
    frequency = 120_000_000
    unique_id = bytes.fromhex("2d3850554e31373538365c4e0f2c364c")

    def bad_pin(self, name: object) -> str:
        return f"Pin({name}) doesn't exist"

    def bad_trigger(self, trigger: int) -> str:
        return f"trigger 0x{trigger:08x} unsupported"

    def pin_repr(
        self, cpu: str, number: int | None, mode: str, pull: str | None, alt: str | None = None, drive: int = 2
    ) -> str:
        if mode == "ANALOG":
            return f"Pin(Pin.cpu.{cpu}, mode=Pin.ANALOG)"
        shown_alt = f", alt={alt}" if alt else ""
        return f"Pin(Pin.cpu.{cpu}, mode=Pin.{mode}, pull=Pin.{pull or 'PULL_NONE'}, drive=Pin.DRIVE_0{shown_alt})"

    def i2c_repr(self, bus: int, freq: int, scl: str, sda: str, timeout: int) -> str:
        return f"I2C({bus}, freq={freq}, scl={scl}, sda={sda})"

    def spi_repr(self, values: Mapping[str, object]) -> str:
        names = ("baudrate", "polarity", "phase", "bits", "firstbit", "sck", "mosi", "miso")
        return f"SPI({values['id']}, " + ", ".join(f"{name}={values[name]}" for name in names) + ")"

    def uart_repr(self, values: Mapping[str, object]) -> str:
        names = ("baudrate", "bits", "parity", "stop", "tx", "rx", "flow", "rxbuf", "timeout", "timeout_char")
        shown = {**values, "flow": values["flow"] or 0}
        irq = f", irq=0x{values['irq']:x}" if values["irq"] else ""
        return f"UART({values['id']}, " + ", ".join(f"{name}={shown[name]}" for name in names) + f"{irq})"

    def uart_min_char_timeout(self, baudrate: int) -> int:
        return 13_000 // baudrate + 2

    def uart_frame(self, bits: int, parity: int | None, stop: int) -> tuple[int, int]:
        if bits not in (7, 8):
            raise ValueError("unsupported combination of bits and parity")
        return bits, 1 if stop == 1 else 2

    def adc_repr(self, channel: str, pin: str, atten: int) -> str:
        return f"<ADC12 channel={channel}>"

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        raise NotImplementedError("machine.freq set not supported yet")
