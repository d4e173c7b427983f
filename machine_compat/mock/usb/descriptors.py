"""USB descriptors as the host knows them: parsed from what a device sent it.

# Ref: Universal Serial Bus Specification rev. 2.0, 9.6. Field names are the specification's, as in pyusb.
"""

import struct
from dataclasses import dataclass, field

from machine_compat.usbspec.descriptors import CONFIGURATION, DEVICE, ENDPOINT, INTERFACE, Malformed, pieces


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
