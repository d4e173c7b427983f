"""Gives buffers addresses in a board's 32-bit address space, and finds the buffer at an address again.

The addresses are made up, as those of this computer do not fit, but they add up: what is 3 bytes into a buffer has an
address 3 higher, `mem8` reads it there, and DMA copies from it. A buffer with an address is kept, as the address may be
all that a script keeps of it; only the oldest of very many are forgotten.
"""

import ctypes
from bisect import bisect_right
from collections import OrderedDict
from operator import attrgetter
from typing import NamedTuple, Protocol

HEAP, HEAP_END = 0x7000_0000, 0x8000_0000
"""Where no chip's address map has anything."""
KEPT = 4096
ROOM = 16
"""Bytes between two buffers, and what addresses are multiples of."""


class Exporter(Protocol):
    """An object with a buffer, as type checkers see it."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


class Region(NamedTuple):
    """A buffer and where it is."""

    start: int
    size: int
    owner: Exporter


class Addresses:
    """The buffers of one board that have addresses."""

    def __init__(self) -> None:
        self._by_owner: OrderedDict[int, Region] = OrderedDict()
        self._by_start: list[Region] = []
        self._next = HEAP

    def address_of(self, view: memoryview) -> int:
        """The address of a buffer's first byte; that of a slice is within the whole buffer's."""
        owner: Exporter = view.obj
        whole = memoryview(owner)
        region = self._by_owner.get(id(owner))
        if region is None or region.size < whole.nbytes:
            region = self._place(owner, whole.nbytes)
        self._by_owner.move_to_end(id(owner))
        return region.start + place_of(view) - place_of(whole)

    def _place(self, owner: Exporter, size: int) -> Region:
        self._forget(id(owner))
        while len(self._by_owner) >= KEPT:
            self._forget(next(iter(self._by_owner)))
        region = Region(self._next, size, owner)
        self._next += (size + 2 * ROOM - 1) // ROOM * ROOM
        if self._next > HEAP_END:
            raise MemoryError("no addresses left for buffers")
        self._by_owner[id(owner)] = region
        self._by_start.append(region)
        return region

    def _forget(self, key: int) -> None:
        region = self._by_owner.pop(key, None)
        if region is not None:
            self._by_start.remove(region)

    def find(self, address: int) -> tuple[memoryview, int] | None:
        """The bytes of the buffer at an address, and the place in them; None where there is no buffer."""
        index = bisect_right(self._by_start, address, key=attrgetter("start")) - 1
        if index < 0:
            return None
        region = self._by_start[index]
        place = address - region.start
        if place >= region.size:
            return None
        view = memoryview(region.owner)
        return (view if view.format == "B" else view.cast("B")), place

    # ---- as memory

    def read(self, offset: int, size: int) -> int:
        """As a block of a MemoryMap; 0 between buffers."""
        found = self.find(HEAP + offset)
        return 0 if found is None else int.from_bytes(found[0][found[1] : found[1] + size], "little")

    def write(self, offset: int, size: int, value: int) -> None:
        """As a block of a MemoryMap; nothing happens between buffers, and to one that cannot be written to."""
        found = self.find(HEAP + offset)
        if found is not None and not found[0].readonly:
            view, place = found
            kept = view[place : place + size]
            kept[:] = value.to_bytes(size, "little")[: len(kept)]


def place_of(view: memoryview) -> int:
    """Where a buffer is in this computer's memory."""
    # A Py_buffer (PEP 3118) begins with that; it has 80 bytes.
    there = (ctypes.c_void_p * 16)()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(view), there, 0)
    place = there[0]
    ctypes.pythonapi.PyBuffer_Release(there)
    return place or 0
