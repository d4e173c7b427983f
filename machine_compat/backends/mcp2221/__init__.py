"""Microchip's MCP2221 and MCP2221A as a backend: I2C, four lines, three analog inputs, one analog output.

    mcp2221://                   the only one that is plugged in
    mcp2221://0002137A           the one with this serial number
    mcp2221://?port=1-2.3        the one on this USB port: from the factory all have the same serial number, or none
    mcp2221://?poll=500          lines with an interrupt are read 500 times a second (200 by itself)
    mcp2221://?unstick=G0        G0 is joined to SCL, to clock a bus free on which a target holds SDA

G0 to G3 are lines; G1 to G3 analog inputs as well, G2 and G3 the analog output. Its UART is a serial port that the
system has for the same USB device, on Linux /dev/ttyACM0 or the like.
"""

from pathlib import Path
from typing import ClassVar

from machine_compat.backends.mcp2221.channels import MCP2221ADC, MCP2221DAC, MCP2221I2C, MCP2221Line
from machine_compat.backends.mcp2221.engine import Engine
from machine_compat.backends.mcp2221.transport import HID_INTERFACE, Transport
from machine_compat.bridge.adapter import Adapter
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.bridge.find import find
from machine_compat.bridge.uart import SerialUART, node_of
from machine_compat.contract import ADCChannel, DACChannel, I2CBus, Line, UARTChannel
from machine_compat.errors import ConfigError

LINES = ("G0", "G1", "G2", "G3")
LOOK_NS = 5_000_000
"""How often its serial port is looked at for events."""


class MCP2221Backend(BridgeBackend[Engine]):
    """One chip. The URL's place is its serial number."""

    name = "MCP2221"
    scheme = "mcp2221"
    ids: ClassVar[dict[tuple[int, int], str]] = {(0x04D8, 0x00DD): "MCP2221"}
    knows = ("port", "poll", "unstick")
    sysfs: ClassVar[Path] = Path("/sys")
    dev: ClassVar[Path] = Path("/dev")
    """Where the system says which serial port is the chip's, and where that port is."""

    def _open(self) -> Engine:
        unstick = self._options.get("unstick")
        if unstick is not None:
            self._only(unstick, *LINES)
        self._unstick = None if unstick is None else LINES.index(unstick)
        return Engine(self._connect, self._clock)

    def _connect(self) -> Transport:
        device, serial = self._find()
        return Transport(Adapter(device, HID_INTERFACE, f"{self.name} {serial}".rstrip()))

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
        self._only(ref, "uart0")
        return SerialUART(self._serial_port, self.name, self._clock, LOOK_NS)

    def _serial_port(self) -> str:
        return node_of(find(self._wanted, self._usb_backend), self.name, self.sysfs, self.dev)
