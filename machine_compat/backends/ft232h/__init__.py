"""FTDI's FT232H, FT2232H and FT4232H as a backend: I2C or SPI, and up to 16 lines, on a channel with an MPSSE.

    ft232h://                    the only one that is plugged in
    ft232h://FT7X2K              the one with this serial number
    ft232h://FT7X2K/2            its second channel
    ft232h://?port=1-2.3         the one on this USB port, where serial numbers do not tell
    ft232h://?poll=1000          lines with an interrupt are read 1000 times a second (200 by itself)
    ft232h://?stretch=yes        SCL is joined to D7 as well: targets may stretch the clock

D0 to D7 are ADBUS, C0 to C7 ACBUS (not on the FT4232H). I2C: SCL is D0, SDA is D1 and D2 joined; pull-up resistors on
both. SPI: SCK D0, MOSI D1, MISO D2, chip select any line. Either has D0 to D2 once it is configured, until something
else is.
"""

from typing import ClassVar

from machine_compat.backends.ft232h.channels import FT232HI2C, FT232HSPI, FT232HLine
from machine_compat.backends.ft232h.codec import CHIPS, Chip
from machine_compat.backends.ft232h.engine import Engine
from machine_compat.backends.ft232h.transport import Transport
from machine_compat.bridge.adapter import Adapter
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.contract import I2CBus, Line, SPIBus
from machine_compat.errors import ConfigError

CHANNELS = {"": 1, "1": 1, "2": 2, "3": 3, "4": 4, "A": 1, "B": 2, "C": 3, "D": 4}
FT2232D = 0x0500
"""Device release of the FT2232D, which has the FT2232H's product id and half its MPSSE."""


class FT232HBackend(BridgeBackend[Engine]):
    """One channel of one chip."""

    name = "FT232H"
    scheme = "ft232h"
    ids: ClassVar[dict[tuple[int, int], Chip]] = CHIPS
    knows = ("port", "poll", "stretch")

    def _serial(self, place: str) -> str:
        serial, _, channel = place.partition("/")
        if channel.upper() not in CHANNELS:
            raise ConfigError(f"ft232h://{place}: a channel is a number from 1 to 4")
        self._channel = CHANNELS[channel.upper()]
        return serial

    def _open(self) -> Engine:
        self._stretch = self._switch("stretch")
        engine = Engine(self._connect, self._clock)
        self.name = engine.chip.name
        return engine

    def _connect(self) -> Transport:
        device, serial = self._find()
        chip = CHIPS[device.idVendor, device.idProduct]
        if device.bcdDevice <= FT2232D:
            raise ConfigError("this is an FT2232D, whose MPSSE lacks the clock in three phases that I2C needs")
        if self._channel > chip.channels:
            have = "one MPSSE" if chip.channels == 1 else f"{chip.channels} MPSSEs"
            raise ConfigError(f"the {chip.name} has {have}, and none on channel {self._channel}")
        return Transport(Adapter(device, self._channel - 1, f"{chip.name} {serial}".rstrip()), chip, self._channel)

    def line(self, ref: str, /) -> Line:
        pins = [f"D{bit}" for bit in range(8)]
        if self._engine.chip.high_byte:
            pins += [f"C{bit}" for bit in range(8)]
        self._only(ref, *pins)
        if self._stretch and ref == "D7":
            raise ConfigError("D7 follows SCL here, because of ?stretch=yes in the URL")
        return FT232HLine(self._engine, self._poller, pins.index(ref), ref)

    def i2c(self, ref: str, /) -> I2CBus:
        self._only(ref, "i2c0")
        return FT232HI2C(self._engine, self._stretch)

    def spi(self, ref: str, /) -> SPIBus:
        self._only(ref, "spi0")
        return FT232HSPI(self._engine)
