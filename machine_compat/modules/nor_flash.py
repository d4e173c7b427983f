"""Flash memory of a chip: what is erased reads 0xFF, writing clears bits, and a reset changes nothing."""

from machine_compat.board import Board

SECTOR = 4096
"""The smallest piece that can be erased, in bytes."""


class NORFlash:
    """Bytes from 0 to `size`; only sectors that were written take memory."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._sectors: dict[int, bytearray] = {}

    def read(self, offset: int, size: int) -> bytes:
        """ValueError beyond the end."""
        self._check(offset, size)
        got = bytearray()
        while len(got) < size:
            sector, first = divmod(offset + len(got), SECTOR)
            content = self._sectors.get(sector)
            count = min(size - len(got), SECTOR - first)
            got += b"\xff" * count if content is None else content[first : first + count]
        return bytes(got)

    def program(self, offset: int, data: bytes) -> None:
        """Clear the bits that are 0 in the data; ValueError beyond the end."""
        self._check(offset, len(data))
        for place, byte in enumerate(data, offset):
            sector, inside = divmod(place, SECTOR)
            self._sectors.setdefault(sector, bytearray(b"\xff" * SECTOR))[inside] &= byte

    def erase(self, offset: int, size: int) -> None:
        """Set whole sectors to 0xFF; ValueError for parts of one, or beyond the end."""
        self._check(offset, size)
        if offset % SECTOR or size % SECTOR:
            raise ValueError(f"flash is erased in sectors of {SECTOR} bytes")
        for sector in range(offset // SECTOR, (offset + size) // SECTOR):
            self._sectors.pop(sector, None)

    def _check(self, offset: int, size: int) -> None:
        if not 0 <= offset <= offset + size <= self.size:
            raise ValueError(f"flash ends at {self.size:#x}")


def flash_of(board: Board, size: int) -> NORFlash:
    """The board's flash, whole and empty when it was switched on."""
    flash = board.retained.get("flash memory")
    if not isinstance(flash, NORFlash):
        flash = board.retained["flash memory"] = NORFlash(size)
    return flash
