"""USB descriptors as bytes: built from their fields, and a sequence of them taken apart.

# Ref: Universal Serial Bus Specification rev. 2.0, 9.6; Interface Association Descriptors, Engineering Change Notice.
"""

import struct
from collections.abc import Iterator

DEVICE, CONFIGURATION, STRING, INTERFACE, ENDPOINT, ASSOCIATION = 1, 2, 3, 4, 5, 11
"""bDescriptorType."""
DEVICE_LENGTH, CONFIGURATION_LENGTH, INTERFACE_LENGTH, ENDPOINT_LENGTH = 18, 9, 9, 7
CONTROL, ISOCHRONOUS, BULK, INTERRUPT = 0, 1, 2, 3
"""Transfer types, the low two bits of an endpoint's bmAttributes."""
TRANSFER_TYPE = 3
TO_HOST = 0x80
"""The direction, in an endpoint's address as in a request's bmRequestType."""
PACKET_SIZE = 0x7FF
"""The bits of wMaxPacketSize that are one."""
ENGLISH = 0x0409
"""The language of strings, United States."""
COMPOSITE = (0xEF, 2, 1)
"""The class of a device some of whose interfaces belong together, by an association."""


class Malformed(Exception):
    """What a device sent, or was to send, is no descriptor; the message says what is wrong with it."""


def device_descriptor(
    vendor: int,
    product: int,
    release: int,
    *,
    kind: tuple[int, int, int] = (0, 0, 0),
    ep0_size: int = 64,
    strings: tuple[int, int, int] = (1, 2, 3),
) -> bytes:
    """A device descriptor with one configuration; strings: the indexes of manufacturer, product and serial number."""
    fields = (0x0200, *kind, ep0_size, vendor, product, release, *strings, 1)
    return bytes((DEVICE_LENGTH, DEVICE)) + struct.pack("<HBBBBHHHBBBB", *fields)


def configuration(*parts: bytes, value: int = 1, attributes: int = 0x80, milliamps: int = 100) -> bytes:
    """A whole configuration: its header, then interface, endpoint and class descriptors in order."""
    body = b"".join(parts)
    numbers = {piece[2] for piece in pieces(body) if piece[1] == INTERFACE}
    total = CONFIGURATION_LENGTH + len(body)
    fields = (total, len(numbers), value, 0, attributes, milliamps // 2)
    return bytes((CONFIGURATION_LENGTH, CONFIGURATION)) + struct.pack("<HBBBBB", *fields) + body


def association(first: int, count: int, kind: tuple[int, int, int], name: int = 0) -> bytes:
    """That so many interfaces from a number on are one function."""
    return bytes((8, ASSOCIATION, first, count, *kind, name))


def interface(number: int, kind: tuple[int, int, int], *parts: bytes, alternate: int = 0, name: int = 0) -> bytes:
    """An interface and what belongs to it: class descriptors and endpoints."""
    body = b"".join(parts)
    endpoints = sum(piece[1] == ENDPOINT for piece in pieces(body))
    return bytes((INTERFACE_LENGTH, INTERFACE, number, alternate, endpoints, *kind, name)) + body


def endpoint(address: int, kind: int, size: int, interval: int = 0) -> bytes:
    """An endpoint; interval in frames (full speed) or as the exponent of microframes (high speed)."""
    return bytes((ENDPOINT_LENGTH, ENDPOINT, address, kind)) + struct.pack("<HB", size, interval)


def string_descriptor(text: str) -> bytes:
    """UTF-16, cut at what a descriptor holds."""
    data = text.encode("utf-16-le")[:252]
    return bytes((len(data) + 2, STRING)) + data


def packet_size(endpoint: bytes) -> int:
    """The largest packet of an endpoint, in bytes, from its descriptor."""
    return int.from_bytes(endpoint[4:6], "little") & PACKET_SIZE


def pieces(data: bytes, start: int = 0) -> Iterator[bytes]:
    """The single descriptors of a sequence from a place on; raises Malformed where a length does not fit."""
    while start < len(data):
        length = data[start]
        if not 2 <= length <= len(data) - start:
            raise Malformed(f"a descriptor says it is {length} bytes long, of {len(data) - start}, at byte {start}")
        yield data[start : start + length]
        start += length
