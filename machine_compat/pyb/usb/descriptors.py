"""What a pyboard tells a host about itself, in each of the modes that its USB can be in.

# Ref: MicroPython ports/stm32/usb.c (modes), usbd_desc.c (device, strings), usbdev/class/src/usbd_cdc_msc_hid.c
# (interfaces, reports), mpconfigboard_common.h (product numbers); Device Class Definition for HID 1.11, appendix B
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple

from machine_compat.contract import USBDeviceConfig
from machine_compat.ports import Port

VENDOR, RELEASE = 0xF055, 0x0200
PACKET = 64
BULK, INTERRUPT = 2, 3
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
KEYBOARD_REPORTS = bytes.fromhex(
    "0501 0906 a101"
    "0507 19e0 29e7 1500 2501 7501 9508 8102 9501 7508 8101"  # eight modifiers, and a byte in reserve
    "9505 7501 0508 1901 2905 9102 9501 7503 9101"  # out: five LEDs, and three bits to fill the byte
    "9506 7508 1500 2565 0507 1900 2965 8100 c0"  # six keys
)


class HIDInfo(NamedTuple):
    """A human interface device: `pyb.usb_mode(hid=...)` as numbers of one byte, and its report descriptor."""

    subclass: int
    protocol: int
    packet: int
    interval: int
    reports: bytes


MOUSE = (1, 2, 4, 8, MOUSE_REPORTS)
KEYBOARD = (1, 1, 8, 8, KEYBOARD_REPORTS)


def endpoint(address: int, kind: int, size: int, interval: int) -> bytes:
    return struct.pack("<BBBBHB", 7, 5, address, kind, size, interval)


def interface(number: int, endpoints: int, kind: tuple[int, int, int]) -> bytes:
    return bytes((9, 4, number, 0, endpoints, *kind, 0))


def storage_interface(number: int) -> bytes:
    """SCSI commands by Bulk-Only Transport."""
    pipes = endpoint(0x80 | MSC_PIPE, BULK, PACKET, 0) + endpoint(MSC_PIPE, BULK, PACKET, 0)
    return interface(number, 2, (8, 6, 0x50)) + pipes


def serial_interfaces(number: int, associated: bool) -> bytes:
    """The control and the data interface of a serial port; associated: where there are others beside them."""
    association = bytes((8, 11, number, 2, 2, 2, 1, 0)) if associated else b""
    data = number + 1
    functions = bytes((5, 0x24, 0, 0x10, 1, 5, 0x24, 1, 0, data, 4, 0x24, 2, 2, 5, 0x24, 6, number, data))
    control = interface(number, 1, (2, 2, 1)) + functions + endpoint(0x80 | NOTIFY_PIPE, INTERRUPT, 8, 0x20)
    pipes = endpoint(SERIAL_PIPE, BULK, PACKET, 0) + endpoint(0x80 | SERIAL_PIPE, BULK, PACKET, 0)
    return association + control + interface(data, 2, (10, 0, 0)) + pipes


def hid_descriptor(info: HIDInfo) -> bytes:
    """The class descriptor: HID 1.11, one report descriptor, of whose length there is but one byte."""
    return bytes((9, 0x21, 0x11, 1, 0, 1, 0x22, len(info.reports) & 0xFF, 0))


def hid_interface(number: int, info: HIDInfo) -> bytes:
    pipes = (endpoint(HID_PIPE | to_host, INTERRUPT, info.packet, info.interval) for to_host in (0x80, 0))
    return interface(number, 2, (3, info.subclass, info.protocol)) + hid_descriptor(info) + b"".join(pipes)


def configuration(mode: str, hid: HIDInfo) -> bytes:
    """The configuration of a mode: the storage or the human interface first."""
    parts = mode.split("+")
    body, count = b"", 0
    if "MSC" in parts:
        body, count = storage_interface(0), 1
    elif "HID" in parts:
        body, count = hid_interface(0, hid), 1
    if "VCP" in parts:
        body += serial_interfaces(count, associated=count > 0)
        count += 2
    return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), count, 1, 0, BUS_POWERED, MILLIAMPS // 2) + body


def device(mode: str, vendor: int, product: int) -> bytes:
    """A composite device; one that is only a serial port says so instead, for Windows' sake."""
    kind = (2, 0, 0) if mode == "VCP" else (0xEF, 2, 1)
    numbers = struct.pack("<HHH", vendor & 0xFFFF, product & 0xFFFF, RELEASE)
    return bytes((18, 1, 0, 2, *kind, PACKET)) + numbers + bytes((1, 2, 3, 1))


def serial_number(unique_id: bytes) -> str:
    """Twelve digits of the chip's 96 bits, much as its bootloader makes them; a sum may have a digit more."""
    unique_id = unique_id.ljust(12, b"\0")
    low, high = unique_id[:3], unique_id[6:]
    numbers = (high[5], high[4] + low[2], high[3], high[2] + low[0], high[1], high[0])
    return "".join(f"{number:02X}" for number in numbers)


def strings(port: Port) -> dict[int, bytes]:
    own = (port.usb.manufacturer, port.usb.product_name, serial_number(port.unique_id))
    texts = (*own, "Pyboard Config", "Pyboard Interface")
    return {0: b"\x09\x04"} | {index: text.encode("utf-16-le") for index, text in enumerate(texts, 1)}


def described(port: Port, mode: str, vendor: int, product: int, hid: HIDInfo) -> USBDeviceConfig:
    return USBDeviceConfig(device(mode, vendor, product), configuration(mode, hid), strings(port))
