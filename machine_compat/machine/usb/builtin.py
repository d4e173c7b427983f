"""What a board's firmware itself is on USB: the descriptors of its serial port, as scripts see and merge them.

# Ref: MicroPython shared/tinyusb/mp_usbd_descriptor.c, tusb_config.h, extmod/machine_usb_device.c; TinyUSB
# src/device/usbd.h TUD_CDC_DESCRIPTOR
"""

from functools import cache
from typing import ClassVar

from machine_compat.board import Board
from machine_compat.machine.peripheral import Peripheral
from machine_compat.ports import USBIdentity
from machine_compat.usbspec import cdc
from machine_compat.usbspec.descriptors import (
    BULK,
    COMPOSITE,
    INTERRUPT,
    association,
    configuration,
    device_descriptor,
    endpoint,
    interface,
)

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
    strings = (MANUFACTURER, PRODUCT, SERIAL)
    device = device_descriptor(
        identity.vendor, identity.product, 0x0100, kind=COMPOSITE, ep0_size=PACKET, strings=strings
    )
    none = type("BUILTIN_NONE", (Builtin,), {"desc_dev": device})
    if not identity.cdc:
        return none, none
    names = {"itf_max": 2, "ep_max": 3, "str_max": 5, "desc_dev": device, "desc_cfg": cdc_configuration()}
    return none, type("BUILTIN_DEFAULT", (Builtin,), names)


def cdc_configuration() -> bytes:
    """One serial port: a control and a data interface."""
    kind = (cdc.COMMUNICATION, cdc.ABSTRACT_CONTROL, 0)
    functions = cdc.header(0x0120), cdc.call_management(1), cdc.abstract_control(6), cdc.union(0, 1)
    notify = endpoint(CDC_NOTIFY, INTERRUPT, 8, 16)
    pipes = endpoint(CDC_OUT, BULK, PACKET), endpoint(CDC_IN, BULK, PACKET)
    return configuration(
        association(0, 2, kind),
        interface(0, kind, *functions, notify, name=CDC),
        interface(1, (cdc.CDC_DATA, 0, 0), *pipes),
        milliamps=MILLIAMPS,
    )


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
