"""What a board's firmware itself is on USB: the descriptors of its serial port, as scripts see and merge them.

# Ref: MicroPython shared/tinyusb/mp_usbd_descriptor.c, tusb_config.h, extmod/machine_usb_device.c; TinyUSB
# src/device/usbd.h TUD_CDC_DESCRIPTOR
"""

import struct
from functools import cache
from typing import ClassVar

from machine_compat.board import Board
from machine_compat.machine.peripheral import Peripheral
from machine_compat.ports import USBIdentity

CDC_NOTIFY, CDC_IN, CDC_OUT = 0x81, 0x82, 0x02
PACKET = 64
FIRMWARE_STRINGS = MANUFACTURER, PRODUCT, SERIAL, CDC = 1, 2, 3, 4
MILLIAMPS = 250


class Builtin:
    """A constant of USBDevice: interfaces, endpoints and strings below its numbers are the firmware's."""

    itf_max: ClassVar[int] = 0
    ep_max: ClassVar[int] = 0
    str_max: ClassVar[int] = 1
    desc_dev: ClassVar[bytes] = b""
    desc_cfg: ClassVar[bytes] = b""


class Choice:
    """BUILTIN_NONE (0) or BUILTIN_DEFAULT (1) of the port that a class was made for."""

    def __init__(self, index: int) -> None:
        self._index = index

    def __get__(self, instance: object, owner: type[Peripheral]) -> type[Builtin]:
        return builtins_of(owner._board.port.usb)[self._index]


@cache
def builtins_of(identity: USBIdentity) -> tuple[type[Builtin], type[Builtin]]:
    """BUILTIN_NONE and BUILTIN_DEFAULT, which are the same where the firmware has no serial port."""
    device = device_descriptor(identity)
    none = type("BUILTIN_NONE", (Builtin,), {"desc_dev": device})
    if not identity.cdc:
        return none, none
    names = {"itf_max": 2, "ep_max": 3, "str_max": 5, "desc_dev": device, "desc_cfg": cdc_configuration()}
    return none, type("BUILTIN_DEFAULT", (Builtin,), names)


def device_descriptor(identity: USBIdentity) -> bytes:
    """A composite device with an association."""
    fields = (0x0200, 0xEF, 2, 1, PACKET, identity.vendor, identity.product, 0x0100, MANUFACTURER, PRODUCT, SERIAL, 1)
    return bytes((18, 1)) + struct.pack("<HBBBBHHHBBBB", *fields)


def cdc_configuration() -> bytes:
    """One serial port: a control and a data interface."""
    size = struct.pack("<H", PACKET)
    parts = (
        bytes((8, 11, 0, 2, 2, 2, 0, 0)),
        bytes((9, 4, 0, 0, 1, 2, 2, 0, CDC)),
        bytes((5, 0x24, 0, 0x20, 0x01, 5, 0x24, 1, 0, 1, 4, 0x24, 2, 6, 5, 0x24, 6, 0, 1)),
        bytes((7, 5, CDC_NOTIFY, 3, 8, 0, 16)),
        bytes((9, 4, 1, 0, 2, 10, 0, 0, 0)),
        bytes((7, 5, CDC_OUT, 2)) + size + b"\0",
        bytes((7, 5, CDC_IN, 2)) + size + b"\0",
    )
    body = b"".join(parts)
    return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), 2, 1, 0, 0x80, MILLIAMPS // 2) + body


def builtin_string(board: Board, index: int) -> bytes | None:
    """The firmware's own string of an index."""
    identity = board.port.usb
    texts = {
        MANUFACTURER: identity.manufacturer,
        PRODUCT: identity.product_name,
        SERIAL: board.port.unique_id.hex(),
    }
    if identity.cdc:
        texts[CDC] = identity.cdc_name
    return texts[index].encode() if index in texts else None


def has_serial_port(board: Board) -> bool:
    """Whether the board is a serial port on USB as soon as it is switched on."""
    return board.port.usb.cdc and "USBDevice" not in board.profile.lacking("machine")
