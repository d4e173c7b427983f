"""What differs between MicroPython ports: names, values, errno, reprs, limits. One file a port.

The facade asks its board's Port instead of knowing ports itself. Most is data; where ports differ in form there is a
small method. Values are those of MicroPython 1.29's C code: ports/rp2, ports/esp32, ports/stm32.
"""

import errno
from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.errors import ConfigError, Fault

PORTS = {"generic": "Generic", "mock": "Mock", "rp2": "RP2", "esp32": "ESP32", "stm32": "STM32"}

Faults = Mapping[tuple[str, Fault], int | None]
"""(class, fault) -> errno; None: no error, the call returns the short count."""

COMMON_FAULTS: Faults = {
    ("", Fault.NACK_ADDRESS): errno.ENODEV,
    ("", Fault.NACK_DATA): errno.EIO,
    ("", Fault.TIMEOUT): errno.ETIMEDOUT,
    ("", Fault.ARBITRATION): errno.EIO,
    ("", Fault.BUSY): errno.EBUSY,
    ("", Fault.IO): errno.EIO,
    ("", Fault.UNSUPPORTED): errno.EOPNOTSUPP,
    ("SoftI2C", Fault.NACK_DATA): None,
}


class Port:
    """A MicroPython port as scripts see it; this base is the generic one."""

    name: ClassVar[str] = "generic"
    platform: ClassVar[str] = "linux"
    build: ClassVar[str] = "standard"
    epoch_year: ClassVar[int] = 1970
    ticks_period: ClassVar[int] = 1 << 30

    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    """Values of class constants by class; "machine" for the module's own."""
    absent: ClassVar[Mapping[str, frozenset[str]]] = {}
    """Names that other ports have and this one lacks, by class; "machine" for the module's own."""
    faults: ClassVar[Faults] = {}

    pin_modes: ClassVar[Mapping[int, Mode]] = {0: Mode.IN, 1: Mode.OUT, 2: Mode.OPEN_DRAIN}
    pin_alternates: ClassVar[frozenset[int]] = frozenset({3})
    """Modes that give the pin to another peripheral."""
    pin_pulls: ClassVar[Mapping[int, Pull]] = {1: Pull.UP, 2: Pull.DOWN}
    pin_pull_default: ClassVar[int | None] = None
    """What a missing `pull` means: None takes the pull off, -1 leaves it as it is."""
    pin_options: ClassVar[frozenset[str]] = frozenset({"alt"})
    irq_falling: ClassVar[int] = 4
    irq_rising: ClassVar[int] = 8
    pin_irq_options: ClassVar[frozenset[str]] = frozenset({"hard"})
    pin_irq_returns: ClassVar[bool] = True
    pin_numbers: ClassVar[bool] = True
    """Whether scripts may write a pin as a number."""

    i2c_default: ClassVar[int] = 0
    i2c_deprecated_soft: ClassVar[bool] = False
    """Whether I2C(-1) and I2C(scl=, sda=) still give a SoftI2C."""
    i2c_pins_fixed: ClassVar[bool] = False
    spi_default: ClassVar[int] = 0
    spi_baudrate: ClassVar[int] = 1_000_000
    spi_pins_fixed: ClassVar[bool] = False
    spi_takes_lsb: ClassVar[bool] = True
    uart_options: ClassVar[frozenset[str]] = frozenset(
        {"tx", "rx", "rts", "cts", "timeout", "timeout_char", "invert", "flow", "txbuf", "rxbuf"}
    )
    uart_defaults: ClassVar[Mapping[str, int]] = {"baudrate": 115_200, "txbuf": 256, "rxbuf": 256}
    """A missing baudrate: init demands one, sets all that is not given to its default, and UART(id) opens nothing."""
    uart_buffers: ClassVar[tuple[int, int]] = (32, 32_766)
    """The smallest and the largest txbuf and rxbuf, in bytes."""
    uart_write: ClassVar[str] = "patient"
    """What write waits for once the buffer is full: "patient" for room until a timeout, "endless" for room, "sent"
    until the last bit is on the wire."""
    uart_irq_hard: ClassVar[bool] = True
    uart_words: ClassVar[Mapping[str, str]] = {
        "id": "UART({}) doesn't exist",
        "bits": "bad number of bits",
        "stop": "bad number of stop bits",
        "invert": "bad inversion mask",
        "flow": "bad hardware flow control mask",
        "trigger": "trigger 0x{:04x} unsupported",
    }
    timer_min_us: ClassVar[int] = 1
    timer_ids: ClassVar[tuple[int, ...]] = (-1,)
    timer_hard: ClassVar[bool] = True
    pwm_starts: ClassVar[bool] = False
    """Whether PWM(pin) alone starts an output (5 kHz, half on)."""
    pwm_clamps: ClassVar[bool] = True
    adc_names: ClassVar[Mapping[str, str]] = {}
    rtc_first_weekday: ClassVar[int] = 0
    reset_causes: ClassVar[Mapping[str, int]] = {"PWRON": 1, "HARD": 2, "WDT": 3, "DEEPSLEEP": 4, "SOFT": 5}
    unique_id: ClassVar[bytes] = bytes.fromhex("e6605838836b2a2f")
    frequency: ClassVar[int | tuple[int, ...]] = 125_000_000

    def errno_of(self, kind: str, fault: Fault) -> int | None:
        """The errno this port's class raises for a bus fault; None when it returns a short count instead."""
        for table in (self.faults, COMMON_FAULTS):
            for key in ((kind, fault), ("", fault)):
                if key in table:
                    return table[key]
        return errno.EIO

    # ---- forms

    def bad_pin(self, name: object) -> str:
        return "invalid pin" if isinstance(name, int) else f'unknown named pin "{name}"'

    def pin_repr(self, cpu: str, number: int | None, mode: str, pull: str | None) -> str:
        return f"Pin({cpu}, mode={mode}{f', pull={pull}' if pull else ''})"

    def i2c_frequency(self, asked: int) -> int:
        """The frequency the port's divider gives."""
        return asked

    def i2c_repr(self, bus: int, freq: int, scl: str, sda: str, timeout: int) -> str:
        return f"I2C({bus}, freq={freq}, scl={scl}, sda={sda}, timeout={timeout})"

    def spi_repr(self, values: Mapping[str, object]) -> str:
        """values: id, baudrate, polarity, phase, bits, firstbit, sck, mosi, miso."""
        names = ("baudrate", "polarity", "phase", "bits", "sck", "mosi", "miso")
        return f"SPI({values['id']}, " + ", ".join(f"{name}={values[name]}" for name in names) + ")"

    def uart_repr(self, values: Mapping[str, object]) -> str:
        """values: id, baudrate, bits, parity, stop, txbuf, rxbuf, timeout, timeout_char; tx, rx, rts, cts as shown;
        invert, flow as words, "" for none; irq, the trigger mask."""
        names = ("baudrate", "bits", "parity", "stop", "tx", "rx", "txbuf", "rxbuf", "timeout", "timeout_char")
        fields = ", ".join(f"{name}={values[name]}" for name in names)
        return f"UART({values['id']}, {fields}, invert={values['invert'] or None}, irq={values['irq']})"

    def uart_min_char_timeout(self, baudrate: int) -> int:
        """The least timeout_char in ms, a whole character to be safe."""
        return 13_000 // baudrate + 1

    def uart_frame(self, bits: int, parity: int | None, stop: int) -> tuple[int, int]:
        """Data and stop bits as the port takes them; ValueError in its words."""
        if not 5 <= bits <= 8:
            raise ValueError(self.uart_words["bits"])
        if not 1 <= stop <= 2:
            raise ValueError(self.uart_words["stop"])
        return bits, stop

    def uart_baudrate(self, bus: int, asked: int) -> int:
        """The rate the port's divider gives, as reprs show it; ValueError where it is too far off."""
        return asked

    def timer_repr(self, id: int, mode: str, period_us: int) -> str:
        return f"Timer(mode={mode}, period={period_us // 1000})"

    def pwm_repr(self, cpu: str, number: int | None, freq: int, duty_u16: int, invert: bool) -> str:
        return f"<PWM {cpu} freq={freq} duty_u16={duty_u16}>"

    def adc_repr(self, channel: str, cpu: str, number: int | None) -> str:
        return f"<ADC channel={channel}>"


def port(name: str) -> Port:
    """The port of that name; ConfigError names the choices."""
    if name not in PORTS:
        raise ConfigError(f"no MicroPython port {name!r}; there are {', '.join(PORTS)}")
    if name == "generic":
        return Port()
    found: Port = getattr(import_module(f"{__name__}.{name}"), PORTS[name])()
    return found
