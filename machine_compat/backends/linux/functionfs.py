"""What goes over a FunctionFS control file: descriptors and strings to the kernel, events from it; bytes alone.

# Ref: Linux include/uapi/linux/usb/functionfs.h; drivers/usb/gadget/function/f_fs.c, ffs_do_single_desc (which
# descriptors it takes), ffs_ep0_read and ffs_ep0_write (how a request is answered or stalled)
"""

import enum
import struct
from collections.abc import Iterator, Mapping, Sequence

from machine_compat.errors import ConfigError
from machine_compat.usbspec.descriptors import ASSOCIATION, ENDPOINT, ENGLISH, INTERFACE, Malformed, packet_size
from machine_compat.usbspec.descriptors import pieces as descriptors_of
from machine_compat.usbspec.hid import HID_DESCRIPTOR
from machine_compat.usbspec.requests import RECIPIENT_MASK, TO_ENDPOINT

STRINGS_MAGIC, DESCRIPTORS_MAGIC = 2, 3
HAS_FS_DESC, ALL_CTRL_RECIP = 1, 64
EVENT_SIZE = 12


class Event(enum.IntEnum):
    """enum usb_functionfs_event_type."""

    BIND = 0
    UNBIND = 1
    ENABLE = 2
    DISABLE = 3
    SETUP = 4
    SUSPEND = 5
    RESUME = 6


def pieces(configuration: bytes) -> Iterator[bytes]:
    """The descriptors behind a configuration's own, one after the other; ConfigError for one that is cut off."""
    try:
        yield from descriptors_of(configuration, configuration[0] if configuration else 0)
    except Malformed as error:
        raise ConfigError(f"the configuration descriptor is cut off or malformed: {error}") from error


def endpoints(configuration: bytes) -> dict[int, int]:
    """The largest packet of each endpoint, by its address, in the order in which FunctionFS numbers their files."""
    found = (piece for piece in pieces(configuration) if piece[1] == ENDPOINT)
    return {piece[2]: packet_size(piece) for piece in found}


def descriptors(configuration: bytes, strings: Mapping[int, bytes]) -> bytes:
    """All interfaces of a configuration, for full speed, as FunctionFS wants them.

    Strings are numbered from 1 without gaps. (With FUNCTIONFS_VIRTUAL_ADDR endpoints would keep their addresses, but
    composite.c then does not find those whose controller has other ones.) Raises ConfigError for descriptors that
    FunctionFS does not take: those of a class, but for HID's.
    """
    numbers = renumbered(strings)
    taken = [with_name(piece, numbers) for piece in pieces(configuration)]
    body = struct.pack("<I", len(taken)) + b"".join(taken)
    flags = HAS_FS_DESC | ALL_CTRL_RECIP
    return struct.pack("<III", DESCRIPTORS_MAGIC, 12 + len(body), flags) + body


def with_name(piece: bytes, numbers: Mapping[int, int]) -> bytes:
    """A descriptor with FunctionFS's number of its string; ConfigError for one it does not take."""
    if piece[1] not in (INTERFACE, ASSOCIATION, ENDPOINT, HID_DESCRIPTOR):
        raise ConfigError(
            f"Linux's FunctionFS takes no descriptor of type {piece[1]:#04x}: HID and vendor devices can be made with "
            "it, CDC, MIDI and audio devices not (the kernel has functions of its own for these)"
        )
    # Both end with the index of their string.
    return piece[:-1] + bytes((numbers.get(piece[-1], 0),)) if piece[1] in (INTERFACE, ASSOCIATION) else piece


def texts(strings: Mapping[int, bytes]) -> bytes:
    """The strings of a device in English, as FunctionFS wants them."""
    numbers = renumbered(strings)
    body = b"".join(strings[index].decode("utf-16-le").encode() + b"\0" for index in numbers)
    if body:
        body = struct.pack("<H", ENGLISH) + body
    return struct.pack("<IIII", STRINGS_MAGIC, 16 + len(body), len(numbers), bool(body)) + body


def renumbered(strings: Mapping[int, bytes]) -> dict[int, int]:
    """FunctionFS's numbers of the strings, by the device's."""
    return {index: number for number, index in enumerate(sorted(set(strings) - {0}), 1)}


def own_address(packet: bytes, addresses: Sequence[int]) -> bytes:
    """A request to an endpoint, which FunctionFS gives by number, to the endpoint's address; others as they are."""
    number = packet[4] & 0x0F
    if packet[0] & RECIPIENT_MASK != TO_ENDPOINT or not 0 < number <= len(addresses):
        return packet
    return packet[:4] + bytes((addresses[number - 1],)) + packet[5:]


def events(data: bytes) -> Iterator[tuple[Event, bytes]]:
    """The events that were read, each with the eight bytes of a SETUP."""
    for at in range(0, len(data) - EVENT_SIZE + 1, EVENT_SIZE):
        yield Event(data[at + 8]), data[at : at + 8]
