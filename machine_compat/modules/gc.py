"""`gc` for scripts: the figures of a board's heap, without touching this process's own collector."""

from machine_compat.board import Board
from machine_compat.machine.peripheral import to_int

HEAP = {"rp2": 192_064, "esp32": 166_912, "stm32": 102_400}
"""Free bytes after boot of the port's usual board; others: as rp2."""
BLOCK_BYTES = 16
"""MICROPY_BYTES_PER_GC_BLOCK of processors with 32 bits."""


def names(board: Board) -> dict[str, object]:
    heap = Heap(HEAP.get(board.port.name, HEAP["rp2"]))
    return {
        name: getattr(heap, name)
        for name in ("collect", "disable", "enable", "isenabled", "mem_alloc", "mem_free", "threshold")
    }


class Heap:
    """A heap that stays as a board's would look; what the script allocates lives in this process's."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._used = 3_072
        self._enabled = True
        self._threshold = -1

    def collect(self) -> None:
        """Nothing needs collecting here. Builds for computers tell how many blocks were freed, boards do not."""

    def enable(self) -> None:
        self._enabled = True

    def disable(self) -> None:
        self._enabled = False

    def isenabled(self) -> bool:
        return self._enabled

    def mem_alloc(self) -> int:
        return self._used

    def mem_free(self) -> int:
        return self._size - self._used

    def threshold(self, amount: int | None = None, /) -> int | None:
        """How many bytes may be allocated between two collections, in whole blocks; -1: as many as there are."""
        if amount is None:
            return self._threshold
        amount = to_int(amount)
        self._threshold = -1 if amount < 0 else amount // BLOCK_BYTES * BLOCK_BYTES
        return None
