"""The bytes of an ESP32's NVS partition: settings by namespace and key, as ESP-IDF and its tools lay them out.

A page of 4096 bytes is a header, two bits for the state of each entry, and 126 entries of 32 bytes. An entry has a
namespace's index, a kind, how many entries it spans, its place among a blob's parts, a checksum, a key and 8 bytes of
data; what does not fit into them follows in the entries behind it.

# Ref: ESP-IDF Programming Guide, "Non-Volatile Storage Library", Internals
"""

import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

PAGE, ENTRY, ENTRIES = 4096, 32, 126
FIRST = PAGE - ENTRIES * ENTRY
ACTIVE, FULL, FREEING = 0xFFFFFFFE, 0xFFFFFFFC, 0xFFFFFFF8
VERSION = 0xFE
WRITTEN = 0b10
U8, I32, TEXT, OLD_BLOB, BLOB_DATA, BLOB_INDEX = 0x01, 0x14, 0x21, 0x41, 0x42, 0x48
SPACE = 0
"""The index under which the namespaces themselves are entries."""
WHOLE = 0xFF
"""The place of what is not a part of a blob."""


class Raw(NamedTuple):
    """A setting of a kind that MicroPython has no function for, kept as it is."""

    kind: int
    data: bytes


Values = dict[tuple[str, str], int | bytes | Raw]
"""Settings by (namespace, key): a signed number of 32 bits, a blob, or what others have put there."""


class NoRoom(Exception):
    """The settings do not fit into the partition."""


def parsed(image: bytes) -> Values:
    """The settings of a partition; pages and entries with a wrong checksum count as empty."""
    spaces: dict[int, str] = {}
    parts: dict[tuple[int, str, int], bytes] = {}
    found: list[tuple[int, str, int, bytes, bytes]] = []
    for head, behind in entries(image):
        space, kind, _, chunk = head[:4]
        key, data = head[8:24].partition(b"\0")[0].decode("utf-8", "replace"), head[24:]
        body = behind[: int.from_bytes(data[:2], "little")]
        if space == SPACE:
            spaces[data[0]] = key
        elif kind == BLOB_DATA:
            parts[space, key, chunk] = body
        else:
            found.append((space, key, kind, data, body))
    values: Values = {}
    for space, key, kind, data, body in found:
        place = spaces.get(space, ""), key
        if kind == I32:
            values[place] = int.from_bytes(data[:4], "little", signed=True)
        elif kind == BLOB_INDEX:
            count, start = data[4:6]
            blob = b"".join(parts.get((space, key, start + index), b"") for index in range(count))
            if len(blob) == int.from_bytes(data[:4], "little"):
                values[place] = blob
        elif kind == OLD_BLOB:
            values[place] = body
        else:
            values[place] = Raw(kind, body if kind == TEXT else data)
    return values


def entries(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each entry that is written, from the oldest page to the newest, and what is in the entries behind it."""
    pages = [image[start : start + PAGE] for start in range(0, len(image), PAGE)]
    for page in sorted(filter(in_use, pages), key=lambda page: page[4:8][::-1]):
        number = 0
        while number < ENTRIES:
            head = page[FIRST + number * ENTRY :][:ENTRY]
            state = page[32 + number // 4] >> number % 4 * 2 & 3
            if state != WRITTEN or head[4:8] != checksum(head[:4] + head[8:]):
                number += 1
                continue
            behind = number + max(1, head[2])
            yield head, page[FIRST + (number + 1) * ENTRY : FIRST + behind * ENTRY]
            number = behind


def in_use(page: bytes) -> bool:
    state = int.from_bytes(page[:4], "little")
    return state in (ACTIVE, FULL, FREEING) and page[28:32] == checksum(page[4:28])


def checksum(data: bytes) -> bytes:
    return zlib.crc32(data, 0xFFFFFFFF).to_bytes(4, "little")


def formatted(values: Mapping[tuple[str, str], int | bytes | Raw], size: int) -> bytes:
    """A partition of `size` bytes with these settings; NoRoom if they need more. One page stays free, for ESP-IDF."""
    pages = Pages(size // PAGE - 1)
    spaces: dict[str, int] = {}
    for (space, key), value in values.items():
        if space not in spaces:
            spaces[space] = len(spaces) + 1
            pages.put(SPACE, U8, space, bytes((spaces[space],)))
        index = spaces[space]
        if isinstance(value, int):
            pages.put(index, I32, key, value.to_bytes(4, "little", signed=True))
        elif isinstance(value, bytes):
            pages.put_blob(index, key, value)
        elif value.kind == TEXT:
            pages.put(index, TEXT, key, sizes(value.data), value.data)
        else:
            pages.put(index, value.kind, key, value.data)
    return pages.image().ljust(size, b"\xff")


def sizes(body: bytes) -> bytes:
    """What an entry tells of the bytes behind it."""
    return len(body).to_bytes(2, "little") + b"\xff\xff" + checksum(body)


class Pages:
    """Pages that are being filled."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pages: list[bytearray] = []

    def _room(self) -> int:
        """Entries left in the newest page."""
        return ENTRIES - len(self._pages[-1]) // ENTRY if self._pages else 0

    def _turn(self) -> None:
        if len(self._pages) == self._limit:
            raise NoRoom
        self._pages.append(bytearray())

    def put(self, space: int, kind: int, key: str, data: bytes, body: bytes = b"", chunk: int = WHOLE) -> None:
        span = 1 - -len(body) // ENTRY
        if span > ENTRIES:
            raise NoRoom
        if span > self._room():
            self._turn()
        before = bytes((space, kind, span, chunk))
        after = key.encode().ljust(16, b"\0") + data.ljust(8, b"\xff")
        padding = b"\xff" * (-len(body) % ENTRY)
        self._pages[-1] += before + checksum(before + after) + after + body + padding

    def put_blob(self, space: int, key: str, blob: bytes) -> None:
        """In as many parts as there are pages it is on."""
        count = start = 0
        while start < len(blob) or not count:
            if self._room() < 2:
                self._turn()
            part = blob[start : start + (self._room() - 1) * ENTRY]
            self.put(space, BLOB_DATA, key, sizes(part), part, count)
            start += len(part)
            count += 1
        self.put(space, BLOB_INDEX, key, len(blob).to_bytes(4, "little") + bytes((count, 0)))

    def image(self) -> bytes:
        made = bytearray()
        for number, content in enumerate(self._pages):
            state = ACTIVE if content is self._pages[-1] else FULL
            header = number.to_bytes(4, "little") + bytes((VERSION,)) + b"\xff" * 19
            # Two bits an entry: 10 for one that is written, 11 for one that is not.
            states = (1 << 256) - 1 - sum(1 << 2 * entry for entry in range(len(content) // ENTRY))
            made += state.to_bytes(4, "little") + header + checksum(header) + states.to_bytes(32, "little")
            made += content.ljust(ENTRIES * ENTRY, b"\xff")
        return bytes(made)
