"""The channels of an MCP2221: I2C on its own pins, lines and converters on G0 to G3."""

from collections.abc import Sequence
from contextlib import suppress

from machine_compat.backends.mcp2221.codec import (
    ADC,
    FASTEST_HZ,
    REFERENCES_UV,
    SLOWEST_HZ,
    VDD,
    divider,
    frequency_of,
)
from machine_compat.backends.mcp2221.engine import Engine
from machine_compat.backends.mcp2221.i2c_codec import Pace, check, converse
from machine_compat.bridge.adapter import Unplugged
from machine_compat.bridge.line import BridgeLine
from machine_compat.bridge.poller import Poller
from machine_compat.bridge.rate import report
from machine_compat.bridge.wires import expect_pins, expect_seven_bits
from machine_compat.contract import (
    ADCChannel,
    ADCConfig,
    DACChannel,
    I2CBus,
    I2CConfig,
    LineConfig,
    Mode,
    Op,
    Pull,
)
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported

NINE_CLOCKS = 9


class MCP2221I2C(I2CBus):
    """I2C on the pins SCL and SDA, 46.7 to 400 kHz, with pull-up resistors on both.

    The chip sends no empty messages, and ends every read with STOP. unstick: the pin, 0 to 3, that is joined to SCL and
    clocks a bus free whose SDA is held; None without one: the chip's own engine cannot do that.
    """

    __slots__ = ("_divider", "_engine", "_held", "_patience_ms", "_unstick")

    def __init__(self, engine: Engine, unstick: int | None) -> None:
        self._engine = engine
        self._unstick = unstick
        self._divider: int | None = None
        self._held = False
        self._patience_ms = 0

    @property
    def frequency(self) -> int:
        """What the clock divider makes of the frequency asked for, in Hz; 0 before `configure`."""
        return 0 if self._divider is None else frequency_of(self._divider)

    def configure(self, config: I2CConfig, /) -> None:
        expect_pins("I2C", scl=(config.scl, "SCL"), sda=(config.sda, "SDA"))
        if config.frequency < SLOWEST_HZ:
            raise ConfigError(f"I2C at {config.frequency} Hz: this bridge does {SLOWEST_HZ} to {FASTEST_HZ} Hz")
        self._engine.set_clock(divider(config.frequency))
        self._divider = divider(config.frequency)
        self._held = False
        self._patience_ms = max(1, config.timeout_us // 1_000)
        report("MCP2221", "I2C", config.frequency, self.frequency)

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        if self._divider is None:
            raise ConfigError("I2C: configure the bus first")
        expect_seven_bits(address)
        check(ops, stop)
        byte_ns = 9_000_000_000 // self.frequency
        # An answer takes a millisecond at least; a chunk that is asked for too early, some.
        pace = Pace(byte_ns, self._patience_ms + 60 * byte_ns // 1_000_000 + 20)
        held, self._held = self._held, False
        try:
            data = self._engine.transfer(converse(address, ops, stop, held, pace), held)
        except BusError as error:
            if "SDA is held low" in str(error):
                self._free(error)
            raise
        self._held = not stop
        return data

    def _free(self, error: BusError) -> None:
        """Clock a target free that was left in the middle of a byte (UM10204, 3.1.16)."""
        if self._unstick is None:
            error.args = (f"{error}; join SCL to G0 and add ?unstick=G0 to the URL, and it will be clocked free",)
            return
        for _ in range(NINE_CLOCKS):
            self._engine.set(self._unstick, 0, True)
            self._engine.set(self._unstick, 0, False)
        self._engine.cancel()
        error.args = (f"{error}; nine clocks were sent to free it",)

    def close(self) -> None:
        if self._held:
            self._held = False
            self._engine.cancel()


class MCP2221Line(BridgeLine):
    """One of G0 to G3. The chip has no pull resistors."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine, poller: Poller, pin: int) -> None:
        super().__init__(poller, pin)
        self._engine = engine

    def _refuse(self, config: LineConfig) -> None:
        if config.mode is Mode.ANALOG:
            raise Unsupported(f"G{self._pin}: open it as an ADC or DAC instead")
        if config.pull in (Pull.UP, Pull.DOWN):
            to = "3.3 V" if config.pull is Pull.UP else "ground"
            raise Unsupported(f"G{self._pin}: this bridge has no pull resistors; put one of 10 kOhm to {to}")

    def _set(self, level: int, drive: bool) -> None:
        self._engine.set(self._pin, level, drive)

    def _levels(self) -> int:
        return self._engine.read()


class MCP2221ADC(ADCChannel):
    """One of G1 to G3 as an input of the 10-bit converter, whose reference all three share."""

    __slots__ = ("_engine", "_full_scale", "_pin")

    def __init__(self, engine: Engine, pin: int) -> None:
        self._engine = engine
        self._pin = pin
        self._full_scale: int | None = None

    def configure(self, config: ADCConfig, /) -> None:
        """Full scale is the supply's voltage, or the least of 1.024, 2.048 and 4.096 V that does."""
        wanted = config.full_scale_uv
        fitting = [uv for uv in REFERENCES_UV if wanted is not None and uv >= wanted]
        self._full_scale = min(fitting, default=None)
        self._engine.make(self._pin, ADC)
        self._engine.refer(VDD if self._full_scale is None else REFERENCES_UV[self._full_scale])

    def sample(self) -> int:
        value = self._engine.convert(self._pin - 1)
        return value << 6 | value >> 4

    def full_scale_uv(self) -> int | None:
        return self._full_scale

    def close(self) -> None:
        with suppress(Unplugged):
            self._engine.set(self._pin, 0, False)


class MCP2221DAC(DACChannel):
    """G2 or G3 as the output of the 5-bit converter, of which both show the same value; full scale is the supply."""

    __slots__ = ("_engine", "_pin")

    def __init__(self, engine: Engine, pin: int) -> None:
        self._engine = engine
        self._pin = pin

    def write(self, level: int, /) -> None:
        if not 0 <= level <= 0xFFFF:
            raise BusError(Fault.IO, message=f"a DAC's level is 0 to 65535, not {level}")
        self._engine.put_out(level >> 11, self._pin)

    def close(self) -> None:
        with suppress(Unplugged):
            self._engine.set(self._pin, 0, False)
