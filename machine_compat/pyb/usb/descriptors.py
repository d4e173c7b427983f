"""What a pyboard tells a host about itself, in each of the modes that its USB can be in.

# Ref: MicroPython ports/stm32/usb.c (modes), usbd_desc.c (device, strings), usbdev/class/src/usbd_cdc_msc_hid.c
# (interfaces, reports), mpconfigboard_common.h (product numbers)
"""

from collections.abc import Mapping
from typing import NamedTuple

from machine_compat.contract import USBDeviceConfig
from machine_compat.ports import Port
from machine_compat.usbspec import cdc
from machine_compat.usbspec.descriptors import (
    BULK,
    COMPOSITE,
    ENGLISH,
    INTERRUPT,
    TO_HOST,
    association,
    configuration,
    device_descriptor,
    endpoint,
    interface,
)
from machine_compat.usbspec.hid import BOOT, BOOT_KEYBOARD, HUMAN_INTERFACE, KEYBOARD_REPORTS, hid_descriptor
from machine_compat.usbspec.storage import storage_interface

VENDOR, RELEASE = 0xF055, 0x0200
PACKET = 64
MSC_PIPE, NOTIFY_PIPE, SERIAL_PIPE = 1, 2, 3
"""Endpoint numbers; HID has the storage's, which is never beside it on these chips."""
HID_PIPE = 1
LAST_PIPE = 3
"""The last endpoint of an STM32F4's full-speed port, so that there is no VCP+MSC+HID."""
BUS_POWERED, MILLIAMPS = 0x80, 500

MODES: Mapping[str, int] = {"VCP": 0x9802, "MSC": 0x9803, "VCP+MSC": 0x9800, "VCP+HID": 0x9801, "VCP+MSC+HID": 0x9808}
"""The product number of each mode."""
ALIASES: Mapping[str, str] = {"CDC": "VCP", "CDC+MSC": "VCP+MSC", "CDC+HID": "VCP+HID"}
LARGEST: Mapping[str, int] = {"VCP+MSC+HID": 4}
"""The highest endpoint of modes that need more than `LAST_PIPE`."""

MOUSE_REPORTS = bytes.fromhex(
    "0501 0902 a101 0901 a100"  # a mouse, which is a pointer
    "0509 1901 2903 1500 2501 9503 7501 8102 9501 7505 8101"  # three buttons, and five bits to fill the byte
    "0501 0930 0931 0938 1581 257f 7508 9503 8106 c0"  # X, Y and wheel, relative
    "093c 05ff 0901 1500 2501 7501 9502 b122 7506 9501 b101 c0"  # a feature: motion wakes the host
)


class HIDInfo(NamedTuple):
    """A human interface device: `pyb.usb_mode(hid=...)` as numbers of one byte, and its report descriptor."""

    subclass: int
    protocol: int
    packet: int
    interval: int
    reports: bytes


MOUSE = (BOOT, 2, 4, 8, MOUSE_REPORTS)
KEYBOARD = (BOOT, BOOT_KEYBOARD, 8, 8, KEYBOARD_REPORTS)


def serial_interfaces(number: int, associated: bool) -> bytes:
    """The control and the data interface of a serial port; associated: where there are others beside them."""
    kind, data = (cdc.COMMUNICATION, cdc.ABSTRACT_CONTROL, 1), number + 1
    functions = cdc.header(0x0110), cdc.call_management(data), cdc.abstract_control(2), cdc.union(number, data)
    control = interface(number, kind, *functions, endpoint(TO_HOST | NOTIFY_PIPE, INTERRUPT, 8, 0x20))
    pipes = endpoint(SERIAL_PIPE, BULK, PACKET), endpoint(TO_HOST | SERIAL_PIPE, BULK, PACKET)
    head = association(number, 2, kind) if associated else b""
    return head + control + interface(data, (cdc.CDC_DATA, 0, 0), *pipes)


def class_descriptor(info: HIDInfo) -> bytes:
    """The class descriptor of its interface; of the report descriptor's length there is but one byte."""
    return hid_descriptor(len(info.reports) & 0xFF)


def hid_interface(number: int, info: HIDInfo) -> bytes:
    pipes = (endpoint(HID_PIPE | to_host, INTERRUPT, info.packet, info.interval) for to_host in (TO_HOST, 0))
    return interface(number, (HUMAN_INTERFACE, info.subclass, info.protocol), class_descriptor(info), *pipes)


def configuration_of(mode: str, hid: HIDInfo) -> bytes:
    """The configuration of a mode: the storage or the human interface first."""
    functions, parts = mode.split("+"), []
    if "MSC" in functions:
        parts.append(storage_interface(0, MSC_PIPE, PACKET))
    elif "HID" in functions:
        parts.append(hid_interface(0, hid))
    if "VCP" in functions:
        parts.append(serial_interfaces(len(parts), associated=bool(parts)))
    return configuration(*parts, attributes=BUS_POWERED, milliamps=MILLIAMPS)


def device_of(mode: str, vendor: int, product: int) -> bytes:
    """A composite device; one that is only a serial port says so instead, for Windows' sake."""
    kind = (cdc.COMMUNICATION, 0, 0) if mode == "VCP" else COMPOSITE
    return device_descriptor(vendor & 0xFFFF, product & 0xFFFF, RELEASE, kind=kind, ep0_size=PACKET)


def serial_number(unique_id: bytes) -> str:
    """Twelve digits of the chip's 96 bits, much as its bootloader makes them; a sum may have a digit more."""
    unique_id = unique_id.ljust(12, b"\0")
    low, high = unique_id[:3], unique_id[6:]
    numbers = (high[5], high[4] + low[2], high[3], high[2] + low[0], high[1], high[0])
    return "".join(f"{number:02X}" for number in numbers)


def strings(port: Port) -> dict[int, bytes]:
    own = (port.usb.manufacturer, port.usb.product_name, serial_number(port.unique_id))
    texts = (*own, "Pyboard Config", "Pyboard Interface")
    return {0: ENGLISH.to_bytes(2, "little")} | {index: text.encode("utf-16-le") for index, text in enumerate(texts, 1)}


def described(port: Port, mode: str, vendor: int, product: int, hid: HIDInfo) -> USBDeviceConfig:
    return USBDeviceConfig(device_of(mode, vendor, product), configuration_of(mode, hid), strings(port))
