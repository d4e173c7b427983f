"""The channels of a CH341A: I2C on its own pins, SPI on D3, D5 and D7, lines on D0 to D7."""

from collections.abc import Sequence
from contextlib import suppress

from machine_compat.backends.ch341.codec import (
    MISO,
    MOSI,
    OUTPUTS,
    SCK,
    SPEEDS_HZ,
    SPI_HZ,
    speed,
    speed_packet,
    spi_packets,
    spi_reply,
    stop_packet,
)
from machine_compat.backends.ch341.engine import Engine
from machine_compat.backends.ch341.i2c_codec import (
    PROBES,
    RESERVED,
    I2CTransfer,
    Unheard,
    answered,
    scan_batches,
    stuck,
)
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
)
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported

SLOWEST_WISH_HZ = 1_000_000
"""A slower SPI than this is refused: the chip's one clock would be too fast for whoever wants it."""


class CH341I2C(I2CBus):
    """I2C on the pins SCL and SDA at 20, 100, 400 or 750 kHz, with pull-up resistors on both.

    A transfer that fits into a packet is one USB transfer out and one back. Whether addresses, and the bytes of
    messages up to eleven, were acknowledged is known; of longer messages only whether all were, not which was not:
    `BusError.acked` then counts those that surely were. The chip does not wait for a clock that is stretched. To notice
    that SDA is held low, which reads as an answer, the reserved address 0x7f is asked for after the STOP.
    """

    __slots__ = ("_engine", "_frequency", "_held")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._frequency = 0
        self._held = False

    @property
    def frequency(self) -> int:
        """The speed chosen for the frequency asked for, in Hz; 0 before `configure`."""
        return self._frequency

    def configure(self, config: I2CConfig, /) -> None:
        expect_pins("I2C", scl=(config.scl, "SCL"), sda=(config.sda, "SDA"))
        if config.frequency < SPEEDS_HZ[0]:
            raise ConfigError(f"I2C at {config.frequency} Hz: this bridge does {SPEEDS_HZ[0]} to {SPEEDS_HZ[-1]} Hz")
        self._engine.set_speed(speed_packet(config.frequency))
        self._frequency = speed(config.frequency)
        self._held = False
        report("CH341A", "I2C", config.frequency, self._frequency)

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        if not self._frequency:
            raise ConfigError("I2C: configure the bus first")
        expect_seven_bits(address)
        transfer = I2CTransfer(address, ops, stop)
        self._held = False
        with self._engine.turns:
            stopped = False
            try:
                for batch in transfer.batches:
                    reply = self._engine.exchange(batch.packet)
                    stopped = stop and batch is transfer.batches[-1]
                    transfer.heard(reply, batch)
                if transfer.doubtful and stop and self._ask([RESERVED]):
                    raise stuck()
            except Unplugged:
                raise
            except BusError as error:
                if not stopped:
                    with suppress(BusError):
                        self._engine.exchange(stop_packet())
                if isinstance(error, Unheard) and not self._ask([address]):
                    raise BusError(Fault.NACK_ADDRESS) from error
                raise
        self._held = not stop
        return bytes(transfer.data)

    def scan(self, addresses: Sequence[int], /) -> tuple[int, ...]:
        """Those of the addresses that answer, seven with one USB transfer out and one back."""
        if not self._frequency:
            raise ConfigError("I2C: configure the bus first")
        with self._engine.turns:
            self._held = False
            found = self._ask(addresses)
            if found and len(found) == len(addresses) and self._ask([RESERVED]):
                raise stuck()
        return found

    def _ask(self, addresses: Sequence[int]) -> tuple[int, ...]:
        """Those of the addresses that answer, in the caller's turn."""
        found: list[int] = []
        for number, batch in enumerate(scan_batches(addresses)):
            asked = addresses[number * PROBES : (number + 1) * PROBES]
            found += answered(self._engine.exchange(batch.packet), asked)
        return tuple(found)

    def close(self) -> None:
        if self._held:
            self._held = False
            with self._engine.turns, suppress(Unplugged):
                self._engine.exchange(stop_packet())


class CH341SPI(SPIBus):
    """SPI mode 0 on D3 (SCK), D5 (MOSI) and D7 (MISO), at the chip's one clock of about 1.5 MHz."""

    __slots__ = ("_configured", "_engine", "_lsb_first")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._configured = False
        self._lsb_first = False

    @property
    def frequency(self) -> int:
        """The chip's clock in Hz, about; 0 before `configure`."""
        return SPI_HZ if self._configured else 0

    def configure(self, config: SPIConfig, /) -> None:
        expect_pins("SPI", sck=(config.sck, "D3"), mosi=(config.mosi, "D5"), miso=(config.miso, "D7"))
        if config.polarity or config.phase:
            mode = config.polarity << 1 | config.phase
            raise Unsupported(f"SPI mode {mode}: the CH341A has mode 0 alone; use SoftSPI on these pins")
        if config.bits != 8:
            raise Unsupported(f"SPI words of {config.bits} bits: this bridge sends bytes")
        if config.baudrate < SLOWEST_WISH_HZ:
            raise Unsupported(f"SPI at {config.baudrate} Hz: the CH341A has one clock of about {SPI_HZ} Hz")
        self._lsb_first = config.lsb_first
        outputs = 1 << SCK | 1 << MOSI
        self._engine.set(outputs | 1 << MISO, 0, outputs)
        self._configured = True
        report("CH341A", "SPI", config.baudrate, SPI_HZ)

    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        if not self._configured:
            raise ConfigError("SPI: configure the bus first")
        with self._engine.turns:
            wire = b"".join(map(self._engine.exchange, spi_packets(out, self._lsb_first)))
        return spi_reply(wire, self._lsb_first) if want_reply else b""

    def close(self) -> None:
        if self._configured:
            self._configured = False
            with suppress(Unplugged):
                self._engine.set(1 << SCK | 1 << MOSI, 0, 0)


class CH341Line(BridgeLine):
    """One of D0 to D7; D6 and D7 are inputs. Inputs have a weak pull-up of the chip's, which cannot be switched."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine, poller: Poller, pin: int) -> None:
        super().__init__(poller, pin)
        self._engine = engine

    def _refuse(self, config: LineConfig) -> None:
        if config.mode is Mode.ANALOG:
            raise Unsupported(f"D{self._pin}: this bridge has no analog pins")
        if config.mode is not Mode.IN and not 1 << self._pin & OUTPUTS:
            raise Unsupported(f"D{self._pin} is an input of this bridge; D0 to D5 can drive")
        if config.pull is Pull.DOWN:
            raise Unsupported(f"D{self._pin}: this bridge has no pull-down; put a resistor of 4.7 kOhm to ground")

    def _set(self, level: int, drive: bool) -> None:
        bit = 1 << self._pin
        self._engine.set(bit, bit if level else 0, bit if drive else 0)

    def _levels(self) -> int:
        return self._engine.read()
