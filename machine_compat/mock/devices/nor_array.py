"""This file holds the cells of a NOR flash memory: bits that a program clears and that only an erase sets.

A sector of 4 KiB takes room once something is programmed into it, so that a chip of 32 MiB costs a test nothing.
"""

from collections import Counter

SECTOR = 4096
"""Bytes of the smallest block that can be erased."""


class NORArray:
    """`size` bytes of cells, 0xFF when new; addresses go round at the end.

    erases: how often each sector was erased, by its number.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.erases: Counter[int] = Counter()
        self._sectors: dict[int, bytearray] = {}

    def read(self, address: int, count: int) -> bytes:
        """`count` bytes from an address on."""
        address %= self.size
        parts = []
        while count > 0:
            number, offset = divmod(address, SECTOR)
            length = min(count, SECTOR - offset)
            sector = self._sectors.get(number)
            parts.append(sector[offset : offset + length] if sector else b"\xff" * length)
            address = (address + length) % self.size
            count -= length
        return b"".join(parts)

    def store(self, address: int, data: bytes) -> None:
        """Have the cells hold `data`, whatever they held before."""
        done = 0
        while done < len(data):
            number, offset = divmod((address + done) % self.size, SECTOR)
            part = data[done : done + SECTOR - offset]
            sector = self._sectors.setdefault(number, bytearray(b"\xff" * SECTOR))
            sector[offset : offset + len(part)] = part
            done += len(part)

    def program(self, address: int, data: bytes) -> None:
        """Clear the bits that are 0 in `data`; a 1 leaves its bit as it is."""
        before = int.from_bytes(self.read(address, len(data)))
        self.store(address, (before & int.from_bytes(data)).to_bytes(len(data)))

    def erase(self, address: int, size: int) -> None:
        """Set all bits of the aligned block of `size` bytes that an address lies in."""
        first = address // size * size // SECTOR
        numbers = range(first, first + size // SECTOR)
        self.erases.update(numbers)
        for number in numbers:
            self._sectors.pop(number, None)
