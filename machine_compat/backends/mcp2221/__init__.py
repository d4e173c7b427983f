"""Microchip's MCP2221 and MCP2221A as a backend: I2C, four lines, three analog inputs, one analog output.

    mcp2221://                   the only one that is plugged in
    mcp2221://0002137A           the one with this serial number
    mcp2221://?port=1-2.3        the one on this USB port: from the factory all have the same serial number, or none
    mcp2221://?poll=500          lines with an interrupt are read 500 times a second (200 by itself)
    mcp2221://?unstick=G0        G0 is joined to SCL, to clock a bus free on which a target holds SDA

G0 to G3 are lines; G1 to G3 analog inputs as well, G2 and G3 the analog output. Its serial port is one of the system's.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from machine_compat.backends.mcp2221.channels import MCP2221ADC, MCP2221DAC, MCP2221I2C, MCP2221Line
from machine_compat.backends.mcp2221.engine import Engine
from machine_compat.backends.mcp2221.transport import HID_INTERFACE, Transport
from machine_compat.bridge.adapter import Adapter
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.bridge.find import Wanted, find, port_of, serial_of
from machine_compat.bridge.poller import Poller
from machine_compat.clock import Clock
from machine_compat.contract import ADCChannel, DACChannel, I2CBus, Line, UARTChannel, Wiring
from machine_compat.errors import ConfigError, Unsupported

if TYPE_CHECKING:
    from usb.backend import IBackend

IDS = {(0x04D8, 0x00DD): "MCP2221"}
LINES = ("G0", "G1", "G2", "G3")


class MCP2221Backend(BridgeBackend):
    """One chip.

    place: its serial number, options: what follows, as in the URL. usb_backend: pyusb's, instead of libusb. clock: what
    times the polls. Raises ConfigError when the chip cannot be found or opened.
    """

    name = "MCP2221"

    def __init__(
        self,
        wiring: Wiring,
        place: str = "",
        options: Mapping[str, str] | None = None,
        *,
        usb_backend: "IBackend | None" = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__("mcp2221", options, ("port", "poll", "unstick"), clock)
        self.wiring = wiring
        self._usb_backend = usb_backend
        self._wanted = Wanted("mcp2221", "MCP2221", IDS, place, self._options.get("port", ""))
        rate = self._poll_rate()
        unstick = self._options.get("unstick")
        if unstick is not None:
            self._only(unstick, *LINES)
        self._unstick = None if unstick is None else LINES.index(unstick)
        self._engine = Engine(self._connect, self._clock)
        self._poller = Poller(self._clock, rate, self._engine.poll)

    def _connect(self) -> Transport:
        device = find(self._wanted, self._usb_backend)
        serial = serial_of(device) or ""
        # What was found first is what is looked for when it has been unplugged.
        self._wanted = Wanted("mcp2221", "MCP2221", IDS, serial, "" if serial else port_of(device))
        return Transport(Adapter(device, HID_INTERFACE, f"MCP2221 {serial}".rstrip()))

    def line(self, ref: str, /) -> Line:
        self._only(ref, *LINES)
        if LINES.index(ref) == self._unstick:
            raise ConfigError(f"{ref} is joined to SCL, because of ?unstick={ref} in the URL")
        return MCP2221Line(self._engine, self._poller, LINES.index(ref))

    def i2c(self, ref: str, /) -> I2CBus:
        self._only(ref, "i2c0")
        return MCP2221I2C(self._engine, self._unstick)

    def adc(self, ref: str, /) -> ADCChannel:
        self._only(ref, *LINES[1:])
        return MCP2221ADC(self._engine, LINES.index(ref))

    def dac(self, ref: str, /) -> DACChannel:
        self._only(ref, *LINES[2:])
        return MCP2221DAC(self._engine, LINES.index(ref))

    def uart(self, ref: str, /) -> UARTChannel:
        raise Unsupported(
            "the MCP2221's UART is a serial port of this computer: open it as one, as with linux://?uart0="
        )

    def close(self) -> None:
        self._poller.close()
        self._engine.close()
        super().close()
