"""This file holds an SD card's blocks of 512 bytes, in memory or in an image file."""

from pathlib import Path
from typing import Protocol

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.sdcard_registers import BLOCK

UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def _bytes_of(size: int | str) -> int:
    text = str(size).upper()
    number, unit = (text[:-1], UNITS[text[-1]]) if text[-1:] in UNITS else (text, 1)
    if not number.isdecimal():
        raise ConfigError(f"sdcard: size={size!r} is not a number of bytes, as in size=67108864 or size=64M")
    return int(number) * unit


class BlockStore(Protocol):
    """The blocks of 512 bytes that a card holds."""

    def read(self, block: int) -> bytes: ...

    def write(self, block: int, data: bytes) -> None: ...

    def erase(self, first: int, count: int) -> None:
        """Blocks that read as zeros from now on."""


class MemoryBlocks:
    """Blocks in memory; only those that were written take room."""

    def __init__(self) -> None:
        self._blocks: dict[int, bytes] = {}

    def read(self, block: int) -> bytes:
        return self._blocks.get(block) or bytes(BLOCK)

    def write(self, block: int, data: bytes) -> None:
        self._blocks[block] = data

    def erase(self, first: int, count: int) -> None:
        doomed = range(first, first + count)
        self._blocks = {block: data for block, data in self._blocks.items() if block not in doomed}


class ImageBlocks:
    """Blocks in a file, which is opened for each access: whoever reads it finds all that was written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, block: int) -> bytes:
        with self._path.open("rb") as image:
            image.seek(block * BLOCK)
            return image.read(BLOCK).ljust(BLOCK, b"\0")

    def write(self, block: int, data: bytes) -> None:
        with self._path.open("r+b") as image:
            image.seek(block * BLOCK)
            image.write(data)

    def erase(self, first: int, count: int) -> None:
        with self._path.open("r+b") as image:
            image.seek(first * BLOCK)
            for _ in range(count):
                image.write(bytes(BLOCK))


def open_blocks(size: int | str | None, image: str | Path | None) -> tuple[BlockStore, int]:
    """Where the blocks are, and how many bytes they are. Raises ConfigError for what is neither."""
    if image is None:
        return MemoryBlocks(), _bytes_of("64M" if size is None else size)
    if size is not None:
        raise ConfigError(f"sdcard: image={str(image)!r} has its own size; leave out size={size!r}")
    path = Path(image)
    if not path.is_file():
        raise ConfigError(f"sdcard: image={str(image)!r} is no file; make one of the card's size")
    return ImageBlocks(path), path.stat().st_size
