"""The GPIO registers of a board's chip, mapped to its pins: what `mem32` and uctypes find at their addresses.

A store changes its pins one after the other, from the lowest bit on; a load sees them all at one moment.
"""

from importlib import import_module

from machine_compat.board import Board
from machine_compat.machine.memory import Block

CHIPS = {"rp2": ("rp2",), "esp32": ("esp32",), "stm32": ("stm32",), "mock": ("rp2", "esp32", "stm32")}


def registers_of(board: Board) -> list[Block]:
    """The blocks of registers of a board; none where its port has no chip of these families."""
    files = (import_module(f"{__name__}.{name}") for name in CHIPS.get(board.port.name, ()))
    return [block for file in files for block in file.blocks(board)]
