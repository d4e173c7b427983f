"""This file is a USB serial adapter (CDC ACM) with wires: what it sends comes out at TX, what comes in at RX it hears.

Its wires are soldered to a board's (``usbserial@usb,tx=GP1,rx=GP0``), to each other (``loopback=1``), or to a peer:
``adapter.attach("gps@uart0")``. A test has the far end in hand with ``adapter.far``.

# Ref: USB Subclass Specification for PSTN Devices 1.2, 6.3.
"""

from collections.abc import Mapping
from typing import ClassVar

from machine_compat.mock.attach import Place, attach
from machine_compat.mock.chip import UARTPeer
from machine_compat.mock.nets import connect
from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.cdc_serial import CDCSerial, cdc_interfaces
from machine_compat.mock.usb.device import Handshake
from machine_compat.usbspec.descriptors import COMPOSITE, configuration, device_descriptor
from machine_compat.usbspec.requests import Setup

VENDOR, PRODUCT = 0x1209, 0x0003
NOTIFY, DATA, SIZE = 1, 2, 64


class FarEnd(UARTPeer):
    """The other end of a serial line, in a test's hand; it speaks at the speed it was spoken to, at first at 9600."""

    def __init__(self) -> None:
        super().__init__()
        self._heard = bytearray()

    def receive(self, data: bytes) -> None:
        self._heard += data

    def write(self, data: bytes) -> None:
        """Send bytes, from now on and one after the other."""
        self.send(data)

    def read(self) -> bytes:
        """What has come since it was read last."""
        data = bytes(self._heard)
        self._heard.clear()
        return data


class USBSerial(Bridge):
    """A serial adapter (1209:0003): TX and RX are wires, at 9600 baud until the host says something else.

    loopback: 1 joins TX and RX, so that it hears itself.
    """

    label: ClassVar[str] = "usbserial"
    pins: ClassVar[tuple[str, ...]] = ("TX", "RX")
    buses: ClassVar[Mapping[str, Mapping[str, str]]] = {"uart0": {"tx": "TX", "rx": "RX"}}
    device_bytes = device_descriptor(VENDOR, PRODUCT, 0x0100, kind=COMPOSITE)
    configuration_bytes = configuration(cdc_interfaces(0, NOTIFY, DATA, SIZE))

    def __init__(self, serial: str = "0001", *, loopback: int = 0) -> None:
        super().__init__("machine_compat", "serial", str(serial))
        self._loopback = bool(loopback)
        self._far: FarEnd | None = None

    def powered(self) -> None:
        super().powered()
        tx, rx = self.terminal("TX"), self.terminal("RX")
        self._serial = CDCSerial(self, tx, rx, SIZE)
        if self._loopback:
            connect(tx, rx)

    @property
    def far(self) -> FarEnd:
        """The far end of its line, in a test's hand."""
        if self._far is None:
            self._far = FarEnd()
            attach(self.wires, self._far, Place(bus="uart0"), "far end")
        return self._far

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        return self._serial.request(setup, data)

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        return self._serial.accept(data)

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        return self._serial.give() if endpoint == DATA else Handshake.NAK


PARTS = {"usbserial": USBSerial}
