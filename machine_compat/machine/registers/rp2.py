"""The SIO registers of an RP2040 or RP2350: the first 32 GPIOs.

# Ref: RP2040 datasheet 2.3.1.7; RP2350 datasheet 3.1.11
"""

from machine_compat.board import Board
from machine_compat.machine.memory import Block
from machine_compat.machine.registers.pads import Pads, Register, block, change_registers, read_only, set_register

SIO, SIZE = 0xD000_0000, 0x200
GPIO_IN, GPIO_OUT = 0x004, 0x010


def blocks(board: Board) -> list[Block]:
    numbers = board.profile.numbers
    pads = Pads(board, lambda bit: bit if bit in numbers else None)
    enables = Register(pads.outputs, pads.enable)
    # Where the RP2040 has one register the RP2350 has two, the second for GPIO32 and up.
    step = 8 if "RP2350" in board.profile.machine else 4
    rows = (
        set_register(pads), *change_registers(pads.latches, pads.set),
        enables, *change_registers(pads.outputs, pads.enable),
    )  # fmt: skip
    registers = {GPIO_OUT + step * row: register for row, register in enumerate(rows)}
    return [block(SIO, SIZE, {0: read_only(lambda: 0), GPIO_IN: read_only(pads.levels), **registers})]
