"""`struct` as 32-bit boards have it: numbers that do not fit lose their high bits, and text packs as its UTF-8 bytes.

# Ref: MicroPython py/modstruct.c, py/binary.c
"""

import re
import struct
from dataclasses import dataclass
from functools import cache
from typing import Final

from machine_compat.machine.peripheral import readable, to_int, writable
from machine_compat.modules.binary import SIZES, Exporter, fitted

__all__ = ("calcsize", "pack", "pack_into", "unpack", "unpack_from")

ORDERS: Final = {"@": "<", "<": "<", ">": ">", "!": ">"}
PART: Final = re.compile(r"([0-9]*)([^0-9])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Layout:
    """A format, worked out: its codec without alignment, and (offset, format) of each value."""

    codec: struct.Struct
    items: tuple[tuple[int, str], ...]


def calcsize(format: str | bytes, /) -> int:
    """Bytes that the format takes; ValueError for an unknown type."""
    return layout(text(format)).codec.size


def pack(format: str | bytes, /, *values: object) -> bytes:
    """The values as bytes. Values that are missing are zeros, values too many are ignored."""
    form = layout(text(format))
    try:
        return form.codec.pack(*values)
    except (struct.error, OverflowError):
        packed = bytearray(form.codec.size)
        store(form, packed, 0, values)
        return bytes(packed)


def pack_into(format: str | bytes, buffer: Exporter, offset: int, /, *values: object) -> None:
    """Store the values in a buffer, from an offset on that counts from the end when negative.

    ValueError: the buffer is too small. TypeError: it cannot be written.
    """
    form = layout(text(format))
    view = writable(buffer)
    start = position(form, len(view), offset)
    try:
        form.codec.pack_into(view, start, *values)
    except (struct.error, OverflowError):
        store(form, view, start, values)


def unpack(format: str | bytes, data: Exporter | str, /) -> tuple[object, ...]:
    """The values at the beginning of the data; ValueError when it is too short."""
    return unpack_from(format, data)


def unpack_from(format: str | bytes, data: Exporter | str, offset: int = 0, /) -> tuple[object, ...]:
    """The values from an offset on, which counts from the end when negative; ValueError when the data is too short."""
    form = layout(text(format))
    try:
        return form.codec.unpack_from(data.encode() if isinstance(data, str) else data, offset)
    except (struct.error, TypeError):
        whole = readable(data)
        return form.codec.unpack_from(whole, position(form, len(whole), offset))


def text(format: object) -> str:
    if isinstance(format, str):
        return format
    if isinstance(format, bytes):
        return format.decode()
    raise TypeError(f"can't convert '{type(format).__name__}' object to str implicitly")


@cache
def layout(format: str) -> Layout:
    """Where each value of a format goes. Native order is little-endian, and aligns each type to its own size.

    ValueError "bad typecode": also for "O" and "S", addresses in a memory that is not here.
    """
    native = format[:1] not in ORDERS or format[0] == "@"
    order = ORDERS.get(format[:1], "<")
    body = format[1:] if format[:1] in ORDERS else format
    place, items, parts = 0, list[tuple[int, str]](), [order]
    if body[-1:].isdigit():
        raise ValueError("bad typecode")
    for digits, code in PART.findall(body):
        count = int(digits or 1)
        if code in "sx":
            if code == "s":
                items.append((place, f"{count}s"))
            parts.append(f"{count}{code}")
            place += count
            continue
        if code not in SIZES:
            raise ValueError("bad typecode")
        size = SIZES[code]
        if native and count:
            gap = -place % size
            parts.append(f"{gap}x")
            place += gap
        # CPython has pointers in its own size only.
        plain = "I" if code == "P" else code
        items += [(place + index * size, f"{order}{plain}") for index in range(count)]
        parts.append(f"{count}{plain}")
        place += count * size
    return Layout(struct.Struct("".join(parts)), tuple(items))


def position(form: Layout, length: int, offset: int) -> int:
    """The offset from the beginning; ValueError when the format does not fit behind it."""
    start = to_int(offset)
    if start < 0:
        start += length
    if start < 0 or start + form.codec.size > length:
        raise ValueError("buffer too small")
    return start


def store(form: Layout, buffer: bytearray | memoryview, start: int, values: tuple[object, ...]) -> None:
    """Store value by value what CPython's codec refuses."""
    for (offset, item), value in zip(form.items, values, strict=False):
        fits = readable(value) if item.endswith("s") else fitted(item[-1], value)
        struct.pack_into(item, buffer, start + offset, fits)
