"""A block device for the tests: blocks that were never written are zeros, and what lies outside is refused."""

from typing import Any

SECTOR = 512
EIO = 5


class Card:
    """So many blocks. writes: which were written; accesses: how often it was asked for blocks."""

    def __init__(self, blocks: int, size: int = SECTOR) -> None:
        self.blocks = blocks
        self.size = size
        self.sectors: dict[int, bytes] = {}
        self.writes: set[int] = set()
        self.accesses = 0

    def copy(self) -> "Card":
        other = Card(self.blocks, self.size)
        other.sectors = dict(self.sectors)
        return other

    def change(self, block: int, offset: int, data: bytes) -> None:
        """Garble a block: its bytes from an offset on, as many as it has."""
        old = self.sectors.get(block, bytes(self.size))
        self.sectors[block] = (old[:offset] + data + old[offset + len(data) :])[: self.size]

    def readblocks(self, block: int, buf: Any) -> int:
        self.accesses += 1
        count = len(buf) // self.size
        if not 0 <= block <= block + count <= self.blocks:
            return -EIO
        buf[:] = b"".join(self.sectors.get(block + index, bytes(self.size)) for index in range(count))
        return 0

    def writeblocks(self, block: int, buf: Any) -> int:
        self.accesses += 1
        count = len(buf) // self.size
        if not 0 <= block <= block + count <= self.blocks:
            return -EIO
        for index in range(count):
            self.sectors[block + index] = bytes(buf[index * self.size : (index + 1) * self.size])
            self.writes.add(block + index)
        return 0

    def ioctl(self, request: int, argument: int) -> int | None:
        return {4: self.blocks, 5: self.size}.get(request)
