"""What a board tells a host about itself, and who takes each of its interfaces once the host has chosen them.

# Ref: MicroPython shared/tinyusb/mp_usbd_runtime.c, mp_usbd_descriptor.c; TinyUSB src/device/usbd.c process_set_config
"""

from collections.abc import Sequence

from machine_compat.board import Board
from machine_compat.contract import USBDeviceConfig
from machine_compat.machine.peripheral import readable
from machine_compat.machine.usb.builtin import FIRMWARE_STRINGS, builtin_string, builtins_of
from machine_compat.machine.usb.control import Driver, Requests
from machine_compat.machine.usb.descriptors import LANGUAGES, string_content, string_indexes, walk, whole
from machine_compat.machine.usb.runtime import RuntimeDriver
from machine_compat.usbspec.descriptors import (
    ASSOCIATION,
    CONFIGURATION_LENGTH,
    DEVICE_LENGTH,
    ENDPOINT,
    INTERFACE,
    INTERFACE_LENGTH,
)


def describe(board: Board, script: RuntimeDriver | None) -> USBDeviceConfig:
    """The descriptors at this moment: the script's where it has given some, and the firmware's."""
    default = builtins_of(board.port.usb)[1]
    device, configuration = default.desc_dev, default.desc_cfg
    if script is not None and script.device is not None:
        device, configuration = readable(script.device), readable(script.configuration)
    device, configuration = device[:DEVICE_LENGTH], whole(configuration)
    return USBDeviceConfig(device, configuration, strings_of(board, script, device, configuration))


def strings_of(board: Board, script: RuntimeDriver | None, device: bytes, configuration: bytes) -> dict[int, bytes]:
    """The contents of all string descriptors that a host can ask for."""
    indexes = dict.fromkeys((*string_indexes(device, configuration), *FIRMWARE_STRINGS))
    if script is not None:
        indexes.update(dict.fromkeys(script.string_indexes()))
    strings: dict[int, bytes] = {}
    for index in indexes:
        text = script.string(index) if script is not None else None
        if text is None:
            text = builtin_string(board, index) if index else LANGUAGES
        content = string_content(index, text) if text is not None else None
        if content is not None:
            strings[index] = content
    return strings


def bind(configuration: bytes, drivers: Sequence[Driver], requests: Requests) -> bool:
    """Give each interface to the first driver that takes it; False where none does, or a number comes twice."""
    place = CONFIGURATION_LENGTH
    while place < len(configuration):
        count = 1
        piece = piece_at(configuration, place)
        if len(piece) >= 4 and piece[1] == ASSOCIATION:
            count, place = piece[3], place + len(piece)
            piece = piece_at(configuration, place)
        if not is_interface(piece):
            return False
        driver, length = taken(configuration, place, drivers)
        if driver is None:
            return False
        inside = [one for _, one in walk(configuration[: place + length], place)]
        if count == 1:
            # A serial port's two may come without an association.
            count = len({one[2] for one in inside if is_interface(one)})
        numbers = range(piece[2], piece[2] + count)
        if not requests.interfaces.keys().isdisjoint(numbers):
            return False
        requests.interfaces.update(dict.fromkeys(numbers, driver))
        endpoints = (one[2] for one in inside if one[1] == ENDPOINT and len(one) > 2)
        requests.endpoints.update(dict.fromkeys(endpoints, driver))
        place += length
    return True


def piece_at(configuration: bytes, place: int) -> bytes:
    """The descriptor at a place; b"" where none can be."""
    return next((piece for _, piece in walk(configuration, place)), b"")


def is_interface(piece: bytes) -> bool:
    return len(piece) >= INTERFACE_LENGTH and piece[1] == INTERFACE


def taken(configuration: bytes, place: int, drivers: Sequence[Driver]) -> tuple[Driver | None, int]:
    """The driver that takes an interface, and how much of the configuration it takes."""
    for driver in drivers:
        length = driver.open(configuration, place)
        if INTERFACE_LENGTH <= length <= len(configuration) - place:
            return driver, length
    return None, 0
