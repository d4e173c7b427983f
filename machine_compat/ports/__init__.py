"""What differs between MicroPython ports: names, values, errno, reprs, limits. One file a port.

The facade asks its board's Port instead of knowing ports itself. Most is data; where ports differ in form there is a
small method. Values are those of MicroPython 1.29's C code. What names a port has is listed in names.py.
"""

import errno
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import ClassVar, NamedTuple

from machine_compat.contract import Mode, Pull
from machine_compat.errors import ConfigError, Fault, choices
from machine_compat.ports.names import every

PORTS = {
    "generic": "Generic", "mock": "Mock", "rp2": "RP2", "esp32": "ESP32", "stm32": "STM32", "esp8266": "ESP8266",
    "mimxrt": "MIMXRT", "samd": "SAMD", "nrf": "NRF", "cc3200": "CC3200", "renesas-ra": "RenesasRA",
}  # fmt: skip

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
    ("pyb.I2C", Fault.NACK_ADDRESS): errno.EIO,
}

PYB_PIN_NAMES = frozenset(
    {"mode", "pull", "names", "name", "af", "af_list", "port", "pin", "gpio", "mapper", "dict", "debug"}
)
"""What Pin has on stm32 alone."""


class PulseTiming(NamedTuple):
    """A timer that makes pulses: it ticks source / divider times a second, and so many ticks are one period."""

    source: int
    divider: int
    ticks_a_period: int

    @property
    def freq(self) -> int:
        """The frequency as it reads back, rounded to whole Hz."""
        ticks = self.divider * self.ticks_a_period
        return (2 * self.source + ticks) // (2 * ticks)

    def ns(self, ticks: int) -> int:
        return round(ticks * 1_000_000_000 * self.divider / self.source)

    def ticks(self, ns: int) -> int:
        """The nearest number of ticks."""
        second = 1_000_000_000 * self.divider
        return (2 * ns * self.source + second) // (2 * second)


class USBIdentity(NamedTuple):
    """Who a board's firmware says it is on USB. cdc: whether it is a serial port there, in TinyUSB's form.

    firmware: the module of what it is there instead, until a script makes a device of its own; "" for that port alone.
    typed_ahead: how many bytes its terminal keeps that no script has read (MICROPY_HW_STDIN_BUFFER_LEN less one).
    """

    vendor: int = 0xF055
    product: int = 0x9802
    manufacturer: str = "MicroPython"
    product_name: str = "Board in FS mode"
    cdc: bool = False
    cdc_name: str = "Board CDC"
    firmware: str = ""
    typed_ahead: int = 511


class Port:
    """A MicroPython port as scripts see it; this base is the generic one."""

    name: ClassVar[str] = "generic"
    platform: ClassVar[str] = "linux"
    build: ClassVar[str] = "standard"
    epoch_year: ClassVar[int] = 1970
    ticks_period: ClassVar[int] = 1 << 30
    flash_point: ClassVar[str] = ""
    """Where the flash is mounted, "/flash"; "" is the root."""

    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    """Values of class constants by class; "machine" for the module's own."""
    absent: ClassVar[Mapping[str, frozenset[str]]] = {}
    """Names that other ports have and this one lacks, by class; "machine" for the module's own."""
    faults: ClassVar[Faults] = {}
    own_classes: ClassVar[Mapping[str, str]] = {}
    """Classes of `machine` that are like no other port's, and the file that has each."""

    pin_modes: ClassVar[Mapping[int, Mode]] = {0: Mode.IN, 1: Mode.OUT, 2: Mode.OPEN_DRAIN}
    pin_alternates: ClassVar[frozenset[int]] = frozenset({3})
    """Modes that give the pin to another peripheral."""
    pin_alternate_numbers: ClassVar[range] = range(-1, 32)
    """What a script may then give as `alt`."""
    exti: ClassVar[bool] = False
    """Whether pins of the same number share an interrupt line."""
    pin_pulls: ClassVar[Mapping[int, Pull]] = {1: Pull.UP, 2: Pull.DOWN}
    pin_pull_default: ClassVar[int | None] = None
    """What a missing `pull` means: None takes the pull off, -1 leaves it as it is."""
    pin_options: ClassVar[frozenset[str]] = frozenset({"alt"})
    irq_falling: ClassVar[int] = 4
    irq_rising: ClassVar[int] = 8
    pin_irq_options: ClassVar[frozenset[str]] = frozenset({"hard"})
    pin_irq_returns: ClassVar[bool] = True
    pin_irq_flags: ClassVar[bool] = True
    """Whether a pin's interrupt object tells which edge came last."""
    pin_numbers: ClassVar[bool] = True
    """Whether scripts may write a pin as a number."""

    i2c_default: ClassVar[int] = 0
    i2c_deprecated_soft: ClassVar[bool] = False
    """Whether I2C(-1) and I2C(scl=, sda=) still give a SoftI2C."""
    i2c_is_soft: ClassVar[bool] = False
    """Whether I2C is another name of SoftI2C."""
    i2c_pins_fixed: ClassVar[bool] = False
    i2c_empty_read: ClassVar[int | None] = None
    """The errno of reading no bytes, where the hardware cannot."""
    i2c_target_default: ClassVar[bool] = True
    """Whether I2CTarget(addr=...) means the default bus."""
    i2c_target_fifo: ClassVar[int] = 16
    """How many bytes wait for the script, or for the controller."""
    i2c_target_whole: ClassVar[bool] = False
    """Whether the driver hands over whole messages, and so has no hard interrupts and tells nothing of a probe."""
    i2s_ws_follows: ClassVar[bool] = False
    """Whether ws must be the pin after sck."""
    i2s_pin_objects: ClassVar[bool] = False
    """Whether pins must be Pin objects."""
    i2s_checks_ibuf: ClassVar[bool] = True
    i2s_mck: ClassVar[bool] = False
    """Whether there is a clock for the converter, mck."""
    sdcard_single: ClassVar[bool] = False
    """Whether there is one slot for memory cards, that takes no arguments and has to be switched on."""
    backup_regions: ClassVar[tuple[tuple[str, int], ...]] = (("B", 2048),)
    """What mem_backup gives: type code and length of each region."""
    spi_default: ClassVar[int] = 0
    spi_baudrate: ClassVar[int] = 1_000_000
    spi_pins_fixed: ClassVar[bool] = False
    spi_takes_lsb: ClassVar[bool] = True
    spi_ends: ClassVar[bool] = True
    """Whether deinit() ends a bus; otherwise it does nothing."""
    pyb: ClassVar[bool] = False
    """Whether there is a module pyb."""
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
    uart_forgets: ClassVar[bool] = False
    """Whether deinit forgets all settings, and not just the rate."""
    uart_irq_hard: ClassVar[bool] = True
    uart_words: ClassVar[Mapping[str, str]] = {
        "id": "UART({}) doesn't exist",
        "bits": "bad number of bits",
        "stop": "bad number of stop bits",
        "invert": "bad inversion mask",
        "flow": "bad hardware flow control mask",
        "trigger": "trigger 0x{:04x} unsupported",
    }
    counter_units: ClassVar[int] = 8
    counter_options: ClassVar[frozenset[str]] = frozenset(
        {"src", "edge", "direction", "phase_a", "phase_b", "phases", "filter_ns"}
    )
    """What Counter and Encoder take."""
    counter_keeps: ClassVar[bool] = True
    """Whether an id alone gives the object as it is."""
    timer_min_us: ClassVar[int] = 1
    timer_max_us: ClassVar[int | None] = None
    """From this period on: ValueError "period too large"."""
    timer_ids: ClassVar[tuple[int, ...]] = (-1,)
    timer_hard: ClassVar[bool] = True
    timer_keeps: ClassVar[bool] = False
    """Whether init() keeps the period and callback it is not given, and a Timer without callback stands still."""
    pwm_starts: ClassVar[bool] = False
    """Whether PWM(pin) alone starts an output (5 kHz, half on), and a value out of range is a ValueError."""
    pwm_options: ClassVar[frozenset[str]] = frozenset({"duty_u16", "duty_ns", "invert"})
    pwm_keeps: ClassVar[bool] = False
    """Whether PWM(pin) alone leaves the output as it is."""
    pwm_freezes: ClassVar[bool] = False
    """Whether deinit() stops the timer of all its outputs, each at the level it has; otherwise one goes low."""
    adc_channels: ClassVar[bool] = True
    """Whether ADC(n) means channel n before it means pin n."""
    adc_attenuations: ClassVar[tuple[int, ...]] = ()
    """Full scale in microvolts for each value of `atten`."""
    adc_bits: ClassVar[int] = 12
    """The most bits a conversion can have."""
    adc_options: ClassVar[frozenset[str]] = frozenset({"atten"})
    """What ADC takes, where there are attenuations."""
    adc_lacking: ClassVar[str] = "Pin doesn't have ADC capabilities"
    rtc_id: ClassVar[bool] = False
    """Whether RTC takes the number 0 of the calendar."""
    rtc_alarm_ms: ClassVar[int] = 1
    """The resolution of an alarm."""
    rtc_alarm_lacking: ClassVar[str] = ""
    """The ValueError of any alarm but ALARM0; OSError ENODEV where it is empty."""
    rtc_alarm_calls: ClassVar[bool] = True
    """Whether an alarm has a handler, and not just a wake-up."""
    rtc_first_weekday: ClassVar[int] = 0
    rtc_years: ClassVar[range] = range(1970, 4096)
    rtc_init: ClassVar[frozenset[str]] = frozenset({"time", "fresh"})
    """What RTC.init does: set a "time" it is given; start "fresh" without one."""
    rtc_microseconds: ClassVar[bool] = False
    """Whether the last item of a time that is set counts, as microseconds."""
    rtc_memory: ClassVar[int] = 2048
    """Bytes of RTC.memory()."""
    watchdog_names: ClassVar[frozenset[str]] = frozenset()
    """Ids of watchdogs other than 0."""
    memory_signed: ClassVar[bool] = False
    """Whether a word of mem32 from 0x80000000 on reads as a negative number: where ints have 32 bits."""
    irq_state_bool: ClassVar[bool] = False
    """Whether disable_irq() answers True for "they were enabled" instead of the mask."""
    reset_causes: ClassVar[Mapping[str, int]] = {"PWRON": 1, "HARD": 2, "WDT": 3, "DEEPSLEEP": 4, "SOFT": 5}
    """A cause that is missing leaves the number of the reset before: the port asks its hardware alone."""
    usb: ClassVar[USBIdentity] = USBIdentity()
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

    def pin_repr(
        self, cpu: str, number: int | None, mode: str, pull: str | None, alt: str | None = None, drive: int = 2
    ) -> str:
        return f"Pin({cpu}, mode={mode}{f', pull={pull}' if pull else ''}{f', alt={alt}' if alt else ''})"

    def fixed_pins(self, signals: str) -> Exception:
        """What choosing the pins of a bus raises whose pins are fixed; signals: "scl/sda"."""
        return ValueError(f"explicit choice of {signals} is not implemented")

    def bad_trigger(self, trigger: int) -> str:
        return f"trigger 0x{trigger:04x} unsupported"

    def i2c_frequency(self, asked: int) -> int:
        """The frequency the port's divider gives."""
        return asked

    def i2c_repr(self, bus: int, freq: int, scl: str, sda: str, timeout: int) -> str:
        return f"I2C({bus}, freq={freq}, scl={scl}, sda={sda}, timeout={timeout})"

    def spi_repr(self, values: Mapping[str, object]) -> str:
        """values: id, baudrate, polarity, phase, bits, firstbit, sck, mosi, miso."""
        names = ("baudrate", "polarity", "phase", "bits", "sck", "mosi", "miso")
        return f"SPI({values['id']}, " + ", ".join(f"{name}={values[name]}" for name in names) + ")"

    def spi_frequency(self, bus: int, asked: int) -> int:
        """The rate of a bus when asked for one in Hz."""
        return asked

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

    def counter_filter_ns(self, asked: int) -> int:
        """For how long a level must last to be counted, when asked for `asked`."""
        return asked

    def counter_stopped(self) -> Exception:
        """What a Counter or Encoder raises after deinit."""
        return RuntimeError("not initialised")

    def timer_exists(self, id: int) -> None:
        """ValueError for a Timer the port does not have."""
        if id not in self.timer_ids:
            raise ValueError("Timer doesn't exist")

    def timer_tick_hz(self, id: int) -> int:
        """The resolution of a timer's period."""
        return 1_000_000

    def timer_repr(self, id: int, periodic: bool, period_us: int) -> str:
        return f"Timer(mode={'PERIODIC' if periodic else 'ONE_SHOT'}, period={period_us // 1000})"

    def pwm_unit(self, ref: str, cpu: str, number: int | None, functions: Sequence[str]) -> tuple[str, int]:
        """The timer behind a pin, and the timer's channel; ValueError for a pin without. Outputs of one timer share
        its frequency. functions: what the chip can connect the pin to, as "TIM2_CH1"."""
        return ref, 0

    def pwm_timing(self, freq: int, unit: str, clock: int | tuple[int, ...]) -> PulseTiming:
        """What a timer makes of a frequency at a CPU clock; ValueError in the port's words."""
        if freq <= 0:
            raise ValueError("freq too small")
        count = (1_000_000_000 + freq // 2) // freq
        if count < 2:
            raise ValueError("freq too large")
        return PulseTiming(1_000_000_000, 1, count)

    def pwm_repr(self, values: Mapping[str, object]) -> str:
        """values: pin as shown; unit, channel; freq; duty, as "duty_u16=32768", "" when off; invert."""
        return f"<PWM {values['pin']} freq={values['freq']} {values['duty']}>"

    def adc_repr(self, channel: str, pin: str, atten: int) -> str:
        return f"<ADC channel={channel}>"

    def rtc_subsecond(self, ns: int) -> int:
        """The last item of RTC().datetime() at that many ns into a second."""
        return 0

    def watchdog_ms(self, id: int | str, timeout_ms: int, limit_ms: int | None) -> int:
        """The time a watchdog really waits when asked for `timeout_ms`; ValueError in the port's words."""
        if limit_ms is not None and not 0 <= timeout_ms <= limit_ms:
            raise ValueError(f"timeout exceeds {limit_ms}")
        return max(0, timeout_ms)

    def set_frequency(self, now: int | tuple[int, ...], asked: Sequence[int]) -> int | tuple[int, ...]:
        """The CPU clock that machine.freq(*asked) gives; ValueError in the port's words."""
        if asked[0] <= 0:
            raise ValueError("cannot change frequency")
        return asked[0]


def port(name: str, named: Iterable[str] = (), file: str = "") -> Port:
    """The port of that name.

    named: what a board's file says of names of it, "DAC" or "UART.irq"; file: for messages. ConfigError names the
    choices, or the one of the names that no port has.
    """
    place = f"board file {file}: " if file else ""
    if name not in PORTS:
        raise ConfigError(f"{place}no MicroPython port {name!r}; {choices(name, PORTS)}")
    for dotted in named:
        entry, _, last = dotted.rpartition(".")
        if last not in every(entry or "machine"):
            raise ConfigError(f'{place}no port has {dotted!r}; lacks and [constants] name "DAC", "UART.irq", "pyb.CAN"')
    found: Port = getattr(import_module(f"{__name__}.{name.replace('-', '_')}"), PORTS[name])()
    return found
