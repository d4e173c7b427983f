"""Flash memory of a chip: what is erased reads 0xFF, writing clears bits, and a reset changes nothing."""

from machine_compat.board import Board
from machine_compat.errors import ConfigError
from machine_compat.raw_flash import ERASED, SECTOR, Memory, Volatile

MIB = 1 << 20
CHIPS = {"esp32": 4 * MIB, "esp8266": 4 * MIB, "rp2": 2 * MIB, "stm32": MIB, "mock": 5 * MIB}
"""Bytes of a port's flash that scripts reach. The mock's is an ESP32's, which `rp2.Flash` shares, and a pyboard's."""


class NORFlash:
    """Bytes from 0 to `size` of a memory, counted from `start` in it."""

    def __init__(self, memory: Memory, size: int, start: int = 0) -> None:
        self.size = size
        self._memory = memory
        self._start = start

    def read(self, offset: int, size: int) -> bytes:
        """ValueError beyond the end."""
        self._check(offset, size)
        return self._memory.read(self._start + offset, size)

    def program(self, offset: int, data: bytes) -> None:
        """Clear the bits that are 0 in the data; ValueError beyond the end."""
        before = int.from_bytes(self.read(offset, len(data)), "big")
        self.store(offset, (before & int.from_bytes(data, "big")).to_bytes(len(data), "big"))

    def erase(self, offset: int, size: int) -> None:
        """Set whole sectors to 0xFF; ValueError for parts of one, or beyond the end."""
        if offset % SECTOR or size % SECTOR:
            raise ValueError(f"flash is erased in sectors of {SECTOR} bytes")
        self.store(offset, ERASED * size)

    def store(self, offset: int, data: bytes) -> None:
        """Have the bytes there, whatever was before, in one go; ValueError beyond the end."""
        self._check(offset, len(data))
        self._memory.write(self._start + offset, data)

    def _check(self, offset: int, size: int) -> None:
        if not 0 <= offset <= offset + size <= self.size:
            raise ValueError(f"flash ends at {self.size:#x}")


def flash_of(board: Board, size: int, start: int = 0) -> NORFlash:
    """The board's flash from `start` on: its image's, or what was erased when the board was switched on."""
    memory: Memory
    if board.image is not None:
        memory = board.image
    else:
        found = board.retained.get("flash memory")
        memory = found if isinstance(found, Volatile) else Volatile()
        board.retained["flash memory"] = memory
    return NORFlash(memory, size, start)


def chip_size(board: Board) -> int:
    """Bytes of the board's flash; ConfigError for a board whose scripts reach none."""
    size = CHIPS.get(board.port.name)
    if size is None:
        raise ConfigError(
            f"a flash image is for boards of the ports {', '.join(CHIPS)}: scripts reach no raw flash on board "
            f"{board.profile.name}"
        )
    return size
