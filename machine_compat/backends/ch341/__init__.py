"""WCH's CH341A, the "programmer" dongle, as a backend: I2C, SPI mode 0, eight lines.

    ch341://                     the only one that is plugged in
    ch341://?port=1-2.3          the one on this USB port: it has no serial number
    ch341://?poll=500            lines with an interrupt are read 500 times a second (200 by itself)

I2C is on its own pins SCL and SDA; SPI is SCK D3, MOSI D5, MISO D7, chip select any of D0 to D2. D0 to D5 can drive, D6
and D7 are inputs.
"""

from typing import ClassVar

from machine_compat.backends.ch341.channels import CH341I2C, CH341SPI, CH341Line
from machine_compat.backends.ch341.engine import Engine
from machine_compat.backends.ch341.transport import Transport
from machine_compat.bridge.adapter import Adapter
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.contract import I2CBus, Line, SPIBus
from machine_compat.errors import ConfigError

LINES = tuple(f"D{bit}" for bit in range(8))


class CH341Backend(BridgeBackend[Engine]):
    """One chip. It has no serial number: the URL's place is empty."""

    name = "CH341A"
    scheme = "ch341"
    ids: ClassVar[dict[tuple[int, int], str]] = {(0x1A86, 0x5512): "CH341A"}

    def _serial(self, place: str) -> str:
        if place:
            raise ConfigError(f"ch341://{place}: it has no serial number; say where it is: ch341://?port=1-2.3")
        return ""

    def _open(self) -> Engine:
        return Engine(self._connect, self._clock)

    def _connect(self) -> Transport:
        device, _ = self._find()
        return Transport(Adapter(device, 0, self.name))

    def line(self, ref: str, /) -> Line:
        self._only(ref, *LINES)
        return CH341Line(self._engine, self._poller, LINES.index(ref))

    def i2c(self, ref: str, /) -> I2CBus:
        self._only(ref, "i2c0")
        return CH341I2C(self._engine)

    def spi(self, ref: str, /) -> SPIBus:
        self._only(ref, "spi0")
        return CH341SPI(self._engine)
