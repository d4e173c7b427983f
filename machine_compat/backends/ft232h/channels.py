"""The channels of an FT232H: I2C and SPI on D0 to D2, lines on all pins."""

from collections.abc import Sequence
from contextlib import suppress

from machine_compat.backends.ft232h.codec import CLOCK, IN, OUT, SPIWire
from machine_compat.backends.ft232h.engine import Engine
from machine_compat.backends.ft232h.i2c_codec import I2CStream, I2CTransfer, I2CWire, Stuck
from machine_compat.backends.ft232h.i2c_scan import I2CScan
from machine_compat.bridge.adapter import Unplugged
from machine_compat.bridge.line import BridgeLine
from machine_compat.bridge.poller import Poller
from machine_compat.bridge.rate import report
from machine_compat.bridge.wires import expect_pins, expect_seven_bits
from machine_compat.contract import (
    I2CBus,
    I2CConfig,
    LineConfig,
    Mode,
    Op,
    Pull,
    SPIBus,
    SPIConfig,
    Write,
)
from machine_compat.errors import BusError, ConfigError, Unsupported


class FT232HI2C(I2CBus):
    """I2C on D0 (SCL) and D1 joined to D2 (SDA), with pull-up resistors on both.

    A transfer is one USB transfer out and one back for up to some 1800 bytes. stretch: whether SCL is on D7 as well, so
    that targets may stretch the clock; users report that the first bit after it may be wrong (eblot/pyftdi, issue 373).
    After an error the bus has had its STOP.
    """

    __slots__ = ("_engine", "_held", "_stretch", "_timeout_us", "_wire")

    def __init__(self, engine: Engine, stretch: bool) -> None:
        self._engine = engine
        self._stretch = stretch
        self._wire: I2CWire | None = None
        self._held = False
        self._timeout_us = 0

    @property
    def frequency(self) -> int:
        """What the clock divider makes of the frequency asked for, in Hz; 0 before `configure`."""
        return self._wire.frequency if self._wire else 0

    def configure(self, config: I2CConfig, /) -> None:
        expect_pins("I2C", scl=(config.scl, "D0"), sda=(config.sda, "D1"))
        wire = I2CWire.of(config, self._engine.chip.drive_zero, self._stretch)
        self._engine.own(self, wire.setup, *wire.pins(1, 1))
        self._wire = wire
        self._held = False
        self._timeout_us = config.timeout_us
        report(self._engine.chip.name, "I2C", config.frequency, wire.frequency)

    def _wired(self) -> I2CWire:
        if self._wire is None:
            raise ConfigError("I2C: configure the bus first")
        return self._wire

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        wire, engine = self._wired(), self._engine
        expect_seven_bits(address)
        with engine.turn_of(self) as (levels, direction):
            stream = I2CStream(wire, levels, direction)
            transfer = I2CTransfer(stream, wire, address, ops, stop, self._held)
            stopped = False
            try:
                reply = engine.exchange(transfer.steps, self._busy_ms(ops), transfer.check)
                stopped = stop
                data = transfer.check(reply)
            except BusError as error:
                self._settle(stream, stopped, error)
                raise
            self._held = not stop
            engine.rest(*wire.pins(int(stop), 1))
            return data

    def _busy_ms(self, ops: Sequence[Op]) -> int:
        octets = sum(len(op.data) if isinstance(op, Write) else op.count for op in ops)
        return self._timeout_us // 1_000 + 20_000 * (octets + 2 * len(ops)) // self.frequency + 1

    def _settle(self, stream: I2CStream, stopped: bool, error: BusError) -> None:
        """Leave the bus idle after an error."""
        self._held = False
        self._engine.rest(*self._wired().pins(1, 1))
        if isinstance(error, Stuck):
            freed = self._engine.exchange([stream.unstick()])[0] & IN
            error.args = (f"{error}; nine clocks {'freed it' if freed else 'did not free it'}",)
        elif not (stopped or isinstance(error, Unplugged)):
            with suppress(BusError):
                self._engine.exchange([stream.stop()])

    def scan(self, addresses: Sequence[int], /) -> tuple[int, ...]:
        """Those of the addresses that answer, asked in one go: one USB transfer out and one back."""
        if not addresses:
            return ()
        wire, engine = self._wired(), self._engine
        with engine.turn_of(self) as (levels, direction):
            stream = I2CStream(wire, levels, direction)
            probing = I2CScan(stream, wire, addresses, self._held)
            stopped = False
            try:
                reply = engine.exchange(probing.steps, 20_000 * 2 * len(addresses) // self.frequency + 1)
                stopped = True
                found = probing.check(reply)
            except BusError as error:
                self._settle(stream, stopped, error)
                raise
            self._held = False
            engine.rest(*wire.pins(1, 1))
            return found

    def close(self) -> None:
        with suppress(Unplugged):
            if self._held:
                self._held = False
                with self._engine.turn_of(self) as (levels, direction):
                    self._engine.exchange([I2CStream(self._wired(), levels, direction).stop()])
            self._engine.disown(self)


class FT232HSPI(SPIBus):
    """SPI on D0 (SCK), D1 (MOSI) and D2 (MISO); modes 0 and 2. Chip select is any line."""

    __slots__ = ("_engine", "_wire")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wire: SPIWire | None = None

    @property
    def frequency(self) -> int:
        """What the clock divider makes of the baud rate asked for, in Hz; 0 before `configure`."""
        return self._wire.frequency if self._wire else 0

    def configure(self, config: SPIConfig, /) -> None:
        expect_pins("SPI", sck=(config.sck, "D0"), mosi=(config.mosi, "D1"), miso=(config.miso, "D2"))
        wire = SPIWire.of(config)
        self._engine.own(self, wire.setup, wire.idle(), CLOCK | OUT)
        self._wire = wire
        report(self._engine.chip.name, "SPI", config.baudrate, wire.frequency)

    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        if self._wire is None:
            raise ConfigError("SPI: configure the bus first")
        with self._engine.turn_of(self) as (levels, direction):
            steps = self._wire.transfer(out, want_reply, levels, direction)
            return self._engine.exchange(steps, 10_000 * len(out) // self._wire.frequency)

    def close(self) -> None:
        with suppress(Unplugged):
            self._engine.disown(self)


class FT232HLine(BridgeLine):
    """One pin. As an input it has the chip's own pull-up of some 75 kOhm, which cannot be switched."""

    __slots__ = ("_engine", "_name")

    def __init__(self, engine: Engine, poller: Poller, pin: int, name: str) -> None:
        super().__init__(poller, pin)
        self._engine = engine
        self._name = name

    def configure(self, config: LineConfig, /) -> None:
        self._refuse(config)
        self._engine.take(self._pin)
        super().configure(config)

    def _refuse(self, config: LineConfig) -> None:
        if config.mode is Mode.ANALOG:
            raise Unsupported(f"{self._name}: this bridge has no analog pins")
        if config.pull is Pull.DOWN:
            raise Unsupported(f"{self._name}: this bridge has no pull-down; put a resistor of 4.7 kOhm to ground")

    def _set(self, level: int, drive: bool) -> None:
        self._engine.set(self._pin, level, drive)

    def _levels(self) -> int:
        return self._engine.read()
