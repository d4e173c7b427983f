"""USB descriptors in both directions: a device's are built as bytes, and the host parses what it was sent.

# Ref: Universal Serial Bus Specification rev. 2.0, 9.6. Field names are the specification's, as in pyusb.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

DEVICE, CONFIGURATION, STRING, INTERFACE, ENDPOINT = 1, 2, 3, 4, 5
CONTROL, ISOCHRONOUS, BULK, INTERRUPT = 0, 1, 2, 3
"""Transfer types, the low two bits of an endpoint's bmAttributes."""
ENGLISH = 0x0409


class Malformed(Exception):
    """What a device sent is no descriptor; the message says what is wrong with it."""


# ---- building


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
    return bytes((18, DEVICE)) + struct.pack("<HBBBBHHHBBBB", *fields)


def configuration(*parts: bytes, value: int = 1, attributes: int = 0x80, milliamps: int = 100) -> bytes:
    """A whole configuration: its header, then interface, endpoint and class descriptors in order."""
    body = b"".join(parts)
    numbers = {piece[2] for piece in pieces(body) if piece[1] == INTERFACE}
    fields = (9 + len(body), len(numbers), value, 0, attributes, milliamps // 2)
    return bytes((9, CONFIGURATION)) + struct.pack("<HBBBBB", *fields) + body


def interface(number: int, kind: tuple[int, int, int], *parts: bytes, alternate: int = 0, name: int = 0) -> bytes:
    """An interface and what belongs to it: class descriptors and endpoints."""
    body = b"".join(parts)
    endpoints = sum(piece[1] == ENDPOINT for piece in pieces(body))
    return bytes((9, INTERFACE, number, alternate, endpoints, *kind, name)) + body


def endpoint(address: int, kind: int, size: int, interval: int = 0) -> bytes:
    """An endpoint; interval in frames (full speed) or as the exponent of microframes (high speed)."""
    return bytes((7, ENDPOINT, address, kind)) + struct.pack("<HB", size, interval)


def string_descriptor(text: str) -> bytes:
    """UTF-16, cut at what a descriptor holds."""
    data = text.encode("utf-16-le")[:252]
    return bytes((len(data) + 2, STRING)) + data


def pieces(data: bytes) -> Iterator[bytes]:
    """The single descriptors of a sequence; raises Malformed where a length does not fit."""
    while data:
        length = data[0]
        if not 2 <= length <= len(data):
            raise Malformed(f"a descriptor says it is {length} bytes long, of {len(data)}")
        yield data[:length]
        data = data[length:]


# ---- parsing


@dataclass(frozen=True, slots=True)
class DeviceDescriptor:
    bLength: int
    bDescriptorType: int
    bcdUSB: int
    bDeviceClass: int
    bDeviceSubClass: int
    bDeviceProtocol: int
    bMaxPacketSize0: int
    idVendor: int
    idProduct: int
    bcdDevice: int
    iManufacturer: int
    iProduct: int
    iSerialNumber: int
    bNumConfigurations: int


@dataclass(slots=True)
class EndpointDescriptor:
    bLength: int
    bDescriptorType: int
    bEndpointAddress: int
    bmAttributes: int
    wMaxPacketSize: int
    bInterval: int
    bRefresh: int = 0
    bSynchAddress: int = 0
    extra_descriptors: list[int] = field(default_factory=list)


@dataclass(slots=True)
class InterfaceDescriptor:
    bLength: int
    bDescriptorType: int
    bInterfaceNumber: int
    bAlternateSetting: int
    bNumEndpoints: int
    bInterfaceClass: int
    bInterfaceSubClass: int
    bInterfaceProtocol: int
    iInterface: int
    extra_descriptors: list[int] = field(default_factory=list)
    endpoints: list[EndpointDescriptor] = field(default_factory=list)


@dataclass(slots=True)
class ConfigurationDescriptor:
    bLength: int
    bDescriptorType: int
    wTotalLength: int
    bNumInterfaces: int
    bConfigurationValue: int
    iConfiguration: int
    bmAttributes: int
    bMaxPower: int
    extra_descriptors: list[int] = field(default_factory=list)
    interfaces: list[list[InterfaceDescriptor]] = field(default_factory=list)
    """The alternate settings of each interface, in order."""


def parse_device(data: bytes) -> DeviceDescriptor:
    if len(data) != 18 or data[0] != 18 or data[1] != DEVICE:
        raise Malformed(f"{data.hex(' ')} is no device descriptor")
    return DeviceDescriptor(*struct.unpack("<BBHBBBBHHHBBBB", data))


def parse_configuration(data: bytes) -> ConfigurationDescriptor:
    """The tree of a configuration; other descriptors stay, as bytes, with what they follow."""
    if len(data) < 9 or data[1] != CONFIGURATION:
        raise Malformed(f"{data[:9].hex(' ')} is no configuration descriptor")
    found = ConfigurationDescriptor(*struct.unpack("<BBHBBBBB", data[:9]))
    if found.wTotalLength != len(data):
        raise Malformed(f"the configuration says {found.wTotalLength} bytes and has {len(data)}")
    owner: ConfigurationDescriptor | InterfaceDescriptor | EndpointDescriptor = found
    settings: dict[int, list[InterfaceDescriptor]] = {}
    current: InterfaceDescriptor | None = None
    for piece in pieces(data[found.bLength :]):
        if piece[1] == INTERFACE and len(piece) == 9:
            owner = current = InterfaceDescriptor(*piece)
            settings.setdefault(piece[2], []).append(current)
        elif piece[1] == ENDPOINT and len(piece) >= 7 and current is not None:
            owner = EndpointDescriptor(*struct.unpack("<BBBBHB", piece[:7]))
            current.endpoints.append(owner)
        else:
            owner.extra_descriptors.extend(piece)
    found.interfaces = list(settings.values())
    _check(found)
    return found


def _check(found: ConfigurationDescriptor) -> None:
    if len(found.interfaces) != found.bNumInterfaces:
        raise Malformed(f"the configuration says {found.bNumInterfaces} interfaces and has {len(found.interfaces)}")
    for settings in found.interfaces:
        for setting in settings:
            if len(setting.endpoints) != setting.bNumEndpoints:
                number, said, has = setting.bInterfaceNumber, setting.bNumEndpoints, len(setting.endpoints)
                raise Malformed(f"interface {number} says {said} endpoints and has {has}")
