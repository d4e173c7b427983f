"""Buses moved by hand: I2C and SPI out of plain Lines, for pins where a backend has nothing better."""

from collections.abc import Sequence

from machine_compat.clock import Clock
from machine_compat.contract import I2CBus, I2CConfig, Line, Op, Read, SPIBus, SPIConfig
from machine_compat.errors import BusError, Fault


class BitBangedI2C(I2CBus):
    """I2C on two open-drain lines.

    # Ref: NXP UM10204 rev. 7, 3.1 and figure 38 (timing); clock stretching 3.1.9.
    """

    __slots__ = ("_clock", "_half_ns", "_scl", "_sda", "_timeout_ns")

    def __init__(self, scl: Line, sda: Line, clock: Clock) -> None:
        self._scl = scl
        self._sda = sda
        self._clock = clock
        self._half_ns = 1_250
        self._timeout_ns = 50_000_000

    def configure(self, config: I2CConfig, /) -> None:
        self._half_ns = 500_000_000 // config.frequency
        self._timeout_ns = config.timeout_us * 1_000

    def close(self) -> None:
        self._scl.write(1)
        self._sda.write(1)

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        reply = bytearray()
        try:
            for op in ops:
                read = isinstance(op, Read)
                self.start()
                if not self.write_byte(address << 1 | read):
                    raise BusError(Fault.NACK_ADDRESS)
                if isinstance(op, Read):
                    reply += bytes(self.read_byte(ack=index < op.count - 1) for index in range(op.count))
                    continue
                for acked, byte in enumerate(op.data):
                    if not self.write_byte(byte):
                        raise BusError(Fault.NACK_DATA, acked)
        except BusError as error:
            if error.fault is not Fault.TIMEOUT:
                self.stop()
            raise
        if stop:
            self.stop()
        return bytes(reply)

    # ---- conditions and bytes

    def start(self) -> None:
        """START, or a repeated one: SDA falls while SCL is high."""
        self._sda.write(1)
        self._wait()
        self._scl_high()
        self._sda.write(0)
        self._wait()
        self._scl.write(0)

    def stop(self) -> None:
        """STOP: SDA rises while SCL is high."""
        self._sda.write(0)
        self._wait()
        self._scl_high()
        self._sda.write(1)
        self._wait()

    def write_byte(self, byte: int) -> bool:
        """Eight bits out; whether the target acknowledged."""
        for bit in range(7, -1, -1):
            self._put(byte >> bit & 1)
        return not self._get()

    def read_byte(self, ack: bool) -> int:
        """Eight bits in, and an acknowledge out."""
        byte = 0
        for _ in range(8):
            byte = byte << 1 | self._get()
        self._put(0 if ack else 1)
        return byte

    def _put(self, bit: int) -> None:
        self._sda.write(bit)
        self._wait()
        self._scl_high()
        self._scl.write(0)

    def _get(self) -> int:
        self._sda.write(1)
        self._wait()
        self._scl_high()
        bit = self._sda.read()
        self._scl.write(0)
        return bit

    def _scl_high(self) -> None:
        """Let SCL go and wait until the target does, too."""
        self._scl.write(1)
        deadline = self._clock.now_ns() + self._timeout_ns
        while not self._scl.read():
            if self._clock.now_ns() >= deadline:
                raise BusError(Fault.TIMEOUT, message="SCL is held low")
            self._clock.wait_until(self._clock.now_ns() + 1_000)
        self._wait()

    def _wait(self) -> None:
        clock = self._clock
        clock.wait_until(clock.now_ns() + self._half_ns)


class BitBangedSPI(SPIBus):
    """SPI on three lines, all modes."""

    __slots__ = ("_clock", "_config", "_half_ns", "_miso", "_mosi", "_sck")

    def __init__(self, sck: Line, mosi: Line, miso: Line, clock: Clock) -> None:
        self._sck = sck
        self._mosi = mosi
        self._miso = miso
        self._clock = clock
        self._config = SPIConfig()
        self._half_ns = 500

    def configure(self, config: SPIConfig, /) -> None:
        self._config = config
        self._half_ns = 500_000_000 // config.baudrate
        self._sck.write(config.polarity)

    def close(self) -> None:
        self._sck.write(self._config.polarity)

    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        reply = bytes(self._exchange(byte) for byte in out)
        return reply if want_reply else b""

    def _exchange(self, byte: int) -> int:
        config = self._config
        idle, active = config.polarity, 1 - config.polarity
        received = 0
        for step in range(8):
            shift = step if config.lsb_first else 7 - step
            if config.phase:
                self._sck.write(active)
            self._mosi.write(byte >> shift & 1)
            self._wait()
            self._sck.write(idle if config.phase else active)
            received |= self._miso.read() << shift
            self._wait()
            if not config.phase:
                self._sck.write(idle)
        return received

    def _wait(self) -> None:
        clock = self._clock
        clock.wait_until(clock.now_ns() + self._half_ns)
