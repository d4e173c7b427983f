"""The registers of a DMA channel: the fields of CTRL, and all sixteen as a script sees them.

# Ref: RP2040 datasheet 2.5.7
"""

from typing import Any

from machine_compat.machine.memory import MemoryMap
from machine_compat.machine.peripheral import to_int

FIELDS = {
    "enable": (0, 1), "high_pri": (1, 1), "size": (2, 2), "inc_read": (4, 1), "inc_write": (5, 1),
    "ring_size": (6, 4), "ring_sel": (10, 1), "chain_to": (11, 4), "treq_sel": (15, 6), "irq_quiet": (21, 1),
    "bswap": (22, 1), "sniff_en": (23, 1), "busy": (24, 1), "write_err": (29, 1), "read_err": (30, 1),
    "ahb_err": (31, 1),
}  # fmt: skip
"""The fields of CTRL: place and bits."""
READ_ONLY = ("busy", "ahb_err")


class Registers:
    """Registers of a channel, by index, as a memoryview of words; a slice is the registers in it."""

    def __init__(self, space: MemoryMap, base: int, indices: range) -> None:
        self._space = space
        self._base = base
        self._indices = indices

    @property
    def address(self) -> int:
        return self._base + 4 * self._indices[0]

    def __repr__(self) -> str:
        return "<memoryview>"

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(self._space, self._base, self._indices[index])
        return self._space.read(self._base + 4 * self._indices[index], 4)

    def __setitem__(self, index: int, value: int) -> None:
        self._space.write(self._base + 4 * self._indices[index], 4, to_int(value))


REGISTERS_VIEW: type[Registers] = type("memoryview", (Registers,), {"__class__": property(lambda view: memoryview)})
"""Registers that pass for the memoryview a board has there."""
