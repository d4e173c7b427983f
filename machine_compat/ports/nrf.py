"""MicroPython's nrf port, as the nRF51822 has it.

# Ref: MicroPython ports/nrf/modules/machine: pin.c, i2c.c, spi.c, uart.c, timer.c, adc.c, soft_pwm.c, modmachine.c
"""

import errno
from collections.abc import Mapping, Sequence
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.errors import Fault
from machine_compat.ports import Faults, Port

TWI_HZ = (100_000, 250_000, 400_000)
SPI_HZ = (125_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000)


class NRF(Port):
    name = "nrf"
    platform = "nrf"
    flash_point = "/flash"
    build = "MICROBIT"
    epoch_year = 2000
    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "Pin": {
            "IN": 0,
            "OUT": 1,
            "PULL_DISABLED": 0,
            "PULL_DOWN": 1,
            "PULL_UP": 3,
            "IRQ_RISING": 1,
            "IRQ_FALLING": 2,
        },
        "SPI": {"MSB": 0, "LSB": 1},
        "UART": {"IRQ_RX": 1, "IRQ_TXIDLE": 2},
        "Timer": {"ONESHOT": 0, "PERIODIC": 1},
        "RTCounter": {"ONESHOT": 0, "PERIODIC": 1, "FREQUENCY": 10},
        "machine": {
            "HARD_RESET": 0,
            "WDT_RESET": 1,
            "SOFT_RESET": 2,
            "LOCKUP_RESET": 3,
            "PWRON_RESET": 16,
            "LPCOMP_RESET": 17,
            "DEBUG_IF_RESET": 18,
            "NFC_RESET": 19,
        },
    }
    faults: ClassVar[Faults] = {("I2C", Fault.NACK_DATA): errno.EIO}
    pin_modes: ClassVar[Mapping[int, Mode]] = {0: Mode.IN, 1: Mode.OUT}
    pin_alternates: ClassVar[frozenset[int]] = frozenset()
    pin_pulls: ClassVar[Mapping[int, Pull]] = {0: Pull.NONE, 1: Pull.DOWN, 3: Pull.UP}
    pin_options: ClassVar[frozenset[str]] = frozenset({"alt", "af"})
    irq_rising = 1
    irq_falling = 2
    uart_options: ClassVar[frozenset[str]] = frozenset({"timeout", "timeout_char"})
    uart_defaults: ClassVar[Mapping[str, int]] = {"baudrate": 9_600, "txbuf": 0, "rxbuf": 64}
    uart_buffers: ClassVar[tuple[int, int]] = (0, 65_535)
    uart_write = "sent"
    uart_words: ClassVar[Mapping[str, str]] = {**Port.uart_words, "id": "UART doesn't exist"}
    timer_ids: ClassVar[tuple[int, ...]] = (0, 2)
    pwm_options: ClassVar[frozenset[str]] = frozenset({"freq", "duty", "duty_u16", "duty_ns"})
    adc_lacking = "invalid Pin for ADC"
    memory_signed = True
    reset_causes: ClassVar[Mapping[str, int]] = {"PWRON": 16, "HARD": 2, "WDT": 1, "SOFT": 2, "DEEPSLEEP": 2}
    """reset() is the processor's own SYSRESETREQ, which the reset reason register calls soft."""
    frequency = 16_000_000
    unique_id = bytes.fromhex("b3a18c4f20d6e975")

    def bad_pin(self, name: object) -> str:
        return "not a valid pin identifier"

    def pin_repr(
        self, cpu: str, number: int | None, mode: str, pull: str | None, alt: str | None = None, drive: int = 2
    ) -> str:
        return f"Pin({number if number is not None else cpu}, mode={mode}, pull={pull or 'PULL_DISABLED'})"

    def i2c_frequency(self, asked: int) -> int:
        # i2c.c: the controller knows three rates.
        return TWI_HZ[0] if asked < 150_000 else TWI_HZ[1] if asked < 320_000 else TWI_HZ[2]

    def i2c_repr(self, bus: int, freq: int, scl: str, sda: str, timeout: int) -> str:
        return f"I2C({bus}, timeout={timeout})"

    def spi_frequency(self, bus: int, asked: int) -> int:
        return max((rate for rate in SPI_HZ if rate <= asked), default=SPI_HZ[0])

    def spi_repr(self, values: Mapping[str, object]) -> str:
        fields = ", ".join(f"{name}={values[name]}" for name in ("baudrate", "polarity", "phase"))
        return f"SPI({values['id']}, {fields})"

    def uart_repr(self, values: Mapping[str, object]) -> str:
        return "UART(0)"

    def timer_repr(self, id: int, periodic: bool, period_us: int) -> str:
        return f"Timer({id})"

    def pwm_repr(self, values: Mapping[str, object]) -> str:
        return f"<PWM: Pin={values['pin']} freq={values['freq']}Hz {values['duty'] or 'duty=0'}>"

    def adc_repr(self, channel: str, pin: str, atten: int) -> str:
        return f"ADC({channel})"

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        raise NotImplementedError
