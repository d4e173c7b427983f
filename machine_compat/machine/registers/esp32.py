"""The GPIO registers of an ESP32 and its successors.

# Ref: ESP32 technical reference manual 4.12; ESP32-S2, 5.14; ESP32-S3, 6.15; ESP32-C3, 5.14
"""

from machine_compat.board import Board
from machine_compat.machine.memory import Block
from machine_compat.machine.registers.pads import Pads, Register, block, change_registers, read_only, set_register

BASES = {"S3": 0x6000_4000, "C3": 0x6000_4000, "S2": 0x3F40_4000}
BASE, SIZE = 0x3FF4_4000, 0x100
OUT, ENABLE, STRAP, IN = 0x04, 0x20, 0x38, 0x3C


def blocks(board: Board) -> list[Block]:
    base = next((base for chip, base in BASES.items() if f"ESP32{chip}" in board.profile.machine), BASE)
    registers = {STRAP: read_only(lambda: 0x13)}
    for bank in (0, 1):
        pads = bank_of(board, 32 * bank)
        latches = (set_register(pads), *change_registers(pads.latches, pads.set)[:2])
        enables = (Register(pads.outputs, pads.enable), *change_registers(pads.outputs, pads.enable)[:2])
        for row in range(3):
            registers[OUT + 12 * bank + 4 * row] = latches[row]
            registers[ENABLE + 12 * bank + 4 * row] = enables[row]
        registers[IN + 4 * bank] = read_only(pads.levels)
    return [block(base, SIZE, registers)]


def bank_of(board: Board, first: int) -> Pads:
    """The pins from a GPIO on."""
    numbers = board.profile.numbers
    return Pads(board, lambda bit: first + bit if first + bit in numbers else None)
