"""`gc` for scripts: the figures of a board's heap, without touching this process's own collector."""

from machine_compat.board import Board

HEAP = {"rp2": 192_064, "esp32": 166_912, "stm32": 102_400}
"""Free bytes after boot of the port's usual board; others: as rp2."""


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

    def collect(self) -> int:
        """Nothing needs collecting here; returns 0 blocks."""
        return 0

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
        if amount is None:
            return self._threshold
        self._threshold = amount
        return None
