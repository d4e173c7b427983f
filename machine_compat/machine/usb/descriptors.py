"""Walks the descriptors a script gives for its USB device, as TinyUSB does when the host chooses its configuration.

# Ref: Universal Serial Bus Specification rev. 2.0, 9.6; MicroPython shared/tinyusb/mp_usbd_runtime.c,
# mp_usbd_descriptor.c; TinyUSB src/device/usbd.c and src/tusb.c
"""

from collections.abc import Iterator
from typing import NamedTuple

from machine_compat.usbspec.descriptors import (
    ASSOCIATION,
    BULK,
    CONFIGURATION,
    ENDPOINT,
    ENDPOINT_LENGTH,
    ENGLISH,
    INTERFACE,
    INTERRUPT,
    ISOCHRONOUS,
    STRING,
    TO_HOST,
    TRANSFER_TYPE,
    packet_size,
)

STRINGS_OF_DEVICE = (14, 15, 16)
"""Where a device descriptor has the indexes of its strings."""
STRING_IN = {CONFIGURATION: 6, INTERFACE: 8, ASSOCIATION: 7}
"""Where other descriptors have one, by their type."""
ENDPOINTS = 16
"""CFG_TUD_ENDPPOINT_MAX of most chips."""
LARGEST_PACKET = {ISOCHRONOUS: 1023, BULK: 64, INTERRUPT: 64}
"""By the type of transfer, at full speed (tu_edpt_validate)."""
STRING_MAX = 40
"""MICROPY_HW_USB_DESC_STR_MAX: what is longer is cut."""
LANGUAGES = bytes((4, STRING)) + ENGLISH.to_bytes(2, "little")
"""String 0 of firmware: the languages that there are."""


class Claim(NamedTuple):
    """What a driver takes of a configuration, from an interface on. refused: an endpoint there cannot be opened."""

    length: int
    endpoints: tuple[int, ...]
    refused: bool


def walk(data: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """The single descriptors from a place on, each with its place; ends where a length makes no sense."""
    while start + 2 <= len(data) and data[start] >= 2:
        yield start, data[start : start + data[start]]
        start += data[start]


def whole(configuration: bytes) -> bytes:
    """A configuration as far as its wTotalLength says."""
    return configuration[: int.from_bytes(configuration[2:4], "little")]


def associated(configuration: bytes, start: int) -> int:
    """How many interfaces belong together from the one at `start`: what an association right before it says, or one."""
    for place, piece in walk(configuration):
        if place >= start:
            break
        if place + len(piece) == start and piece[1] == ASSOCIATION and len(piece) >= 4:
            return piece[3]
    return 1


def claim(configuration: bytes, start: int, interfaces: int) -> Claim:
    """What so many interfaces have, up to the next interface descriptor behind theirs or an endpoint that is refused.

    An association in between is taken along with what comes before it, as _runtime_dev_claim_itfs does.
    """
    endpoints: list[int] = []
    for place, piece in walk(configuration, start):
        if piece[1] == INTERFACE:
            if not interfaces:
                return Claim(place - start, tuple(endpoints), False)
            interfaces -= 1
        elif piece[1] == ENDPOINT:
            if not can_open(piece):
                return Claim(place - start, tuple(endpoints), True)
            endpoints.append(piece[2])
    return Claim(len(configuration) - start, tuple(endpoints), False)


def can_open(endpoint: bytes) -> bool:
    """Whether a controller has such an endpoint."""
    if len(endpoint) < ENDPOINT_LENGTH or not 0 < endpoint[2] & ~TO_HOST < ENDPOINTS:
        return False
    return 0 < packet_size(endpoint) <= LARGEST_PACKET.get(endpoint[3] & TRANSFER_TYPE, 0)


def string_indexes(device: bytes, configuration: bytes) -> list[int]:
    """The strings that descriptors speak of, in order; class descriptors are not looked into."""
    found = {0: None, **{device[place]: None for place in STRINGS_OF_DEVICE if place < len(device)}}
    for _, piece in walk(configuration):
        place = STRING_IN.get(piece[1])
        if place is not None and place < len(piece):
            found[piece[place]] = None
    return list(found)


def string_content(index: int, text: bytes) -> bytes | None:
    """A string descriptor without its head; None for one the host will not get.

    Index 0 is a whole descriptor; of any other each byte is a character, up to a NUL.
    """
    if index:
        return b"".join(bytes((byte, 0)) for byte in text.split(b"\0")[0][:STRING_MAX])
    if not text or text[0] >= 2 * STRING_MAX + 2:
        return None
    return text[2 : text[0]]
