"""`machine.mem8`, `mem16`, `mem32`: memory by its address, of a simulated address space.

# Ref: MicroPython extmod/machine_mem.c
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import NoReturn

from machine_compat.board import Board
from machine_compat.errors import ConfigError
from machine_compat.machine.addresses import HEAP, HEAP_END, Addresses
from machine_compat.machine.peripheral import to_int

SPACE = 1 << 32


@dataclass(frozen=True, slots=True)
class Block:
    """A range of addresses that is more than memory: registers.

    read(offset, size) and write(offset, size, value) get the offset into the block and 1, 2 or 4 bytes.
    """

    start: int
    size: int
    read: Callable[[int, int], int]
    write: Callable[[int, int, int], None]


class MemoryMap:
    """A board's 32-bit address space, little-endian: RAM that begins as zeros, wherever no block is."""

    def __init__(self) -> None:
        self._ram: dict[int, int] = {}
        self._blocks: list[Block] = []

    def add(
        self, start: int, size: int, read: Callable[[int, int], int], write: Callable[[int, int, int], None]
    ) -> None:
        """Map a block of registers; ConfigError where it overlaps another."""
        for block in self._blocks:
            if start < block.start + block.size and block.start < start + size:
                raise ConfigError(f"addresses {start:#010x} to {start + size - 1:#010x} are mapped already")
        self._blocks.append(Block(start, size, read, write))
        self._blocks.sort(key=attrgetter("start"))

    def read(self, address: int, size: int) -> int:
        """1, 2 or 4 bytes as an unsigned number."""
        block = self._block(address)
        if block is not None:
            return block.read(address - block.start, size) & (1 << 8 * size) - 1
        return sum(self._ram.get(address + index, 0) << 8 * index for index in range(size))

    def write(self, address: int, size: int, value: int) -> None:
        """Store the low bits of a number."""
        block = self._block(address)
        value &= (1 << 8 * size) - 1
        if block is not None:
            block.write(address - block.start, size, value)
            return
        for index in range(size):
            self._ram[address + index] = value >> 8 * index & 0xFF

    def _block(self, address: int) -> Block | None:
        index = bisect_right(self._blocks, address, key=attrgetter("start")) - 1
        if index >= 0 and address < self._blocks[index].start + self._blocks[index].size:
            return self._blocks[index]
        return None


class Memory:
    """One of mem8, mem16, mem32: ``mem32[address]`` loads and stores `size` bytes.

    Raises ValueError for an address that is not a multiple of the size, TypeError for one that is no int.
    """

    __slots__ = ("_map", "_signed", "_size")

    def __init__(self, memory_map: MemoryMap, size: int, signed: bool) -> None:
        self._map = memory_map
        self._size = size
        self._signed = signed

    def _address(self, index: int) -> int:
        address = to_int(index) % SPACE
        if address % self._size:
            raise ValueError(f"address {address:08x} is not aligned to {self._size} bytes")
        return address

    def __getitem__(self, index: int) -> int:
        value = self._map.read(self._address(index), self._size)
        return value - SPACE if self._signed and value >= SPACE // 2 else value

    def __setitem__(self, index: int, value: int) -> None:
        self._map.write(self._address(index), self._size, to_int(value))

    def __delitem__(self, index: object) -> NoReturn:
        raise TypeError("'mem' object doesn't support item deletion")

    __iter__ = None
    """Not iterable: through __getitem__ Python would walk the address space."""

    def __repr__(self) -> str:
        return f"<{8 * self._size}-bit memory>"


def memory_map(board: Board) -> MemoryMap:
    """The address space of a board, with its buffers and its GPIO registers in it; a reset clears it."""
    return board.singleton((MemoryMap,), lambda: furnished(board))


def addresses_of(board: Board) -> Addresses:
    """The buffers that have addresses."""
    return board.singleton((Addresses,), Addresses)


def furnished(board: Board) -> MemoryMap:
    from machine_compat.machine.registers import registers_of

    space, heap = MemoryMap(), addresses_of(board)
    space.add(HEAP, HEAP_END - HEAP, heap.read, heap.write)
    for block in registers_of(board):
        space.add(block.start, block.size, block.read, block.write)
    return space


def memories(board: Board) -> dict[str, Memory]:
    """`mem8`, `mem16` and `mem32` of a board."""
    space, signed = memory_map(board), board.port.memory_signed
    return {f"mem{8 * size}": Memory(space, size, signed) for size in (1, 2, 4)}
