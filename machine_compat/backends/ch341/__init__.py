"""WCH's CH341A, the "programmer" dongle, as a backend: I2C, SPI mode 0, eight lines.

    ch341://                     the only one that is plugged in
    ch341://?port=1-2.3          the one on this USB port: it has no serial number
    ch341://?poll=500            lines with an interrupt are read 500 times a second (200 by itself)

I2C is on its own pins SCL and SDA; SPI is SCK D3, MOSI D5, MISO D7, chip select any of D0 to D2. D0 to D5 can drive, D6
and D7 are inputs.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from machine_compat.backends.ch341.channels import CH341I2C, CH341SPI, CH341Line
from machine_compat.backends.ch341.engine import Engine
from machine_compat.backends.ch341.transport import Transport
from machine_compat.bridge.adapter import Adapter
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.bridge.find import Wanted, find, port_of
from machine_compat.bridge.poller import Poller
from machine_compat.clock import Clock
from machine_compat.contract import I2CBus, Line, SPIBus, Wiring
from machine_compat.errors import ConfigError

if TYPE_CHECKING:
    from usb.backend import IBackend

IDS = {(0x1A86, 0x5512): "CH341A"}
LINES = tuple(f"D{bit}" for bit in range(8))


class CH341Backend(BridgeBackend):
    """One chip.

    place: nothing, as the chip has no serial number; options: what follows in the URL. usb_backend: pyusb's, instead of
    libusb. clock: what times the polls. Raises ConfigError when the chip cannot be found or opened.
    """

    name = "CH341A"

    def __init__(
        self,
        wiring: Wiring,
        place: str = "",
        options: Mapping[str, str] | None = None,
        *,
        usb_backend: "IBackend | None" = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__("ch341", options, ("port", "poll"), clock)
        if place:
            raise ConfigError(f"ch341://{place}: it has no serial number; say where it is: ch341://?port=1-2.3")
        self.wiring = wiring
        self._usb_backend = usb_backend
        self._wanted = Wanted("ch341", "CH341A", IDS, port=self._options.get("port", ""))
        rate = self._poll_rate()
        self._engine = Engine(self._connect, self._clock)
        self._poller = Poller(self._clock, rate, self._engine.poll)

    def _connect(self) -> Transport:
        device = find(self._wanted, self._usb_backend)
        # What was found first is what is looked for when it has been unplugged.
        self._wanted = Wanted("ch341", "CH341A", IDS, port=port_of(device))
        return Transport(Adapter(device, 0, "CH341A"))

    def line(self, ref: str, /) -> Line:
        self._only(ref, *LINES)
        return CH341Line(self._engine, self._poller, LINES.index(ref))

    def i2c(self, ref: str, /) -> I2CBus:
        self._only(ref, "i2c0")
        return CH341I2C(self._engine)

    def spi(self, ref: str, /) -> SPIBus:
        self._only(ref, "spi0")
        return CH341SPI(self._engine)

    def close(self) -> None:
        self._poller.close()
        self._engine.close()
        super().close()
