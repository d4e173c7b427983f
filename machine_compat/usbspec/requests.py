"""Control requests: the setup packet that opens one, and the numbers of those that every device knows.

# Ref: Universal Serial Bus Specification rev. 2.0, 9.3 (setup packet) and 9.4 (standard requests).
"""

import struct
from typing import NamedTuple

from machine_compat.usbspec.descriptors import TO_HOST

TYPE_MASK, STANDARD, CLASS, VENDOR = 0x60, 0x00, 0x20, 0x40
RECIPIENT_MASK, TO_DEVICE, TO_INTERFACE, TO_ENDPOINT = 0x1F, 0, 1, 2
"""The parts of bmRequestType, beside the direction."""
GET_STATUS, CLEAR_FEATURE, SET_FEATURE, SET_ADDRESS, GET_DESCRIPTOR = 0, 1, 3, 5, 6
GET_CONFIGURATION, SET_CONFIGURATION, GET_INTERFACE, SET_INTERFACE = 8, 9, 10, 11
"""bRequest of the standard requests."""
ENDPOINT_HALT, REMOTE_WAKEUP = 0, 1
"""Features, by the number in wValue: an endpoint's, and a device's."""


class Setup(NamedTuple):
    """The eight bytes that open a control transfer."""

    bmRequestType: int
    bRequest: int
    wValue: int
    wIndex: int
    wLength: int

    @classmethod
    def parse(cls, packet: bytes) -> "Setup":
        """struct.error for anything but eight bytes."""
        return cls(*struct.unpack("<BBHHH", packet))

    def encode(self) -> bytes:
        return struct.pack("<BBHHH", *self)

    @property
    def device_to_host(self) -> bool:
        """Whether the data stage, if there is one, goes to the host."""
        return bool(self.bmRequestType & TO_HOST)

    @property
    def kind(self) -> int:
        """STANDARD, CLASS or VENDOR."""
        return self.bmRequestType & TYPE_MASK

    @property
    def recipient(self) -> int:
        """TO_DEVICE, TO_INTERFACE, TO_ENDPOINT, or another."""
        return self.bmRequestType & RECIPIENT_MASK

    @property
    def clears_endpoint(self) -> bool:
        """Whether the host clears an endpoint's halt."""
        return self.bmRequestType == TO_ENDPOINT and self.bRequest == CLEAR_FEATURE
