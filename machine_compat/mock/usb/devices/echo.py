"""This file is a vendor-specific USB device for trying things out: it sends back what it was sent.

Bulk endpoints 0x01 and 0x81, interrupt endpoints 0x02 and 0x82: packets come back in order. Vendor requests:

    0x40 1 wValue wIndex data    keep the data, or without data the low byte of wValue
    0xC0 2                       what was kept
    0xC0 3 wValue                wValue and wIndex as four bytes, little endian
    any other                    STALL

# Ref: Universal Serial Bus Specification rev. 2.0, 9.3.1 vendor requests; vendor and product id: pid.codes, for tests.
"""

from collections import deque

from machine_compat.mock.usb.device import Handshake, SimulatedDevice
from machine_compat.usbspec.descriptors import BULK, INTERRUPT, configuration, device_descriptor, endpoint, interface
from machine_compat.usbspec.requests import Setup

VENDOR, PRODUCT = 0x1209, 0x0001


class USBEcho(SimulatedDevice):
    """A vendor device (1209:0001) that sends back on endpoints 0x81 and 0x82 what came on 0x01 and 0x02.

    capacity: bytes it holds for each pair; beyond that it takes no more until some were read. `kept` is what vendor
    requests left and read.
    """

    device_bytes = device_descriptor(VENDOR, PRODUCT, 0x0100)
    configuration_bytes = configuration(
        interface(
            0,
            (0xFF, 0, 0),
            endpoint(0x01, BULK, 64),
            endpoint(0x81, BULK, 64),
            endpoint(0x02, INTERRUPT, 64, 1),
            endpoint(0x82, INTERRUPT, 64, 1),
        )
    )

    def __init__(self, serial: str = "0001", *, capacity: int = 4096) -> None:
        super().__init__("machine_compat", "echo", str(serial))
        self.capacity = capacity
        self.kept = b"\0"
        self._packets: dict[int, deque[bytes]] = {1: deque(), 2: deque()}

    def settled(self) -> None:
        for packets in self._packets.values():
            packets.clear()

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        match setup.bmRequestType, setup.bRequest:
            case (0x40, 1):
                self.kept = data or bytes((setup.wValue & 0xFF,))
                return b""
            case (0xC0, 2):
                return self.kept
            case (0xC0, 3):
                return setup.wValue.to_bytes(2, "little") + setup.wIndex.to_bytes(2, "little")
        return None

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        packets = self._packets[endpoint]
        if sum(map(len, packets)) + len(data) > self.capacity:
            return Handshake.NAK
        packets.append(data)
        self.ready()
        return Handshake.ACK

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        packets = self._packets[endpoint]
        if not packets:
            return Handshake.NAK
        packet = packets.popleft()
        self.ready()
        return packet


PARTS = {"usbecho": USBEcho}
