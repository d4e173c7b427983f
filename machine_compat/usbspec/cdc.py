"""Serial ports on USB (CDC, abstract control model): their two interfaces' descriptors, requests and line settings.

# Ref: USB Class Definitions for Communications Devices 1.2, 5.2.3; Subclass Specification for PSTN Devices 1.2, 5.3
# (functional descriptors) and 6.3 (requests).
"""

import struct
from typing import NamedTuple

COMMUNICATION, ABSTRACT_CONTROL, CDC_DATA = 2, 2, 10
"""Interface class and subclass of the one that controls, class of the one that carries the bytes."""
CS_INTERFACE = 0x24
"""bDescriptorType of functional descriptors."""
UNION = 6
SET_LINE_CODING, GET_LINE_CODING, SET_CONTROL_LINE_STATE, SEND_BREAK = 0x20, 0x21, 0x22, 0x23
DTR, RTS = 1, 2
"""The bits of SET_CONTROL_LINE_STATE."""
ODD, EVEN = 1, 2


class LineCoding(NamedTuple):
    """The line's settings, in the class's own numbers. stop: 0 one bit, 1 one and a half, 2 two; parity 0: none."""

    baudrate: int
    stop: int = 0
    parity: int = 0
    bits: int = 8

    @classmethod
    def parse(cls, data: bytes) -> "LineCoding":
        """struct.error for anything but seven bytes."""
        return cls(*struct.unpack("<IBBB", data))

    def encode(self) -> bytes:
        return struct.pack("<IBBB", *self)


def header(release: int) -> bytes:
    """The functional descriptor that comes first; release of the class definition, in BCD."""
    return bytes((5, CS_INTERFACE, 0)) + struct.pack("<H", release)


def call_management(data: int) -> bytes:
    """The device does not manage calls; data: the number of the data interface."""
    return bytes((5, CS_INTERFACE, 1, 0, data))


def abstract_control(capabilities: int) -> bytes:
    """capabilities: 2 for line settings, 4 for BREAK."""
    return bytes((4, CS_INTERFACE, 2, capabilities))


def union(control: int, data: int) -> bytes:
    """Which interfaces, by number, are one serial port."""
    return bytes((5, CS_INTERFACE, UNION, control, data))
