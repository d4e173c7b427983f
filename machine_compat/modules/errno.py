"""`errno` with the numbers of boards, which are Linux's whatever this computer's are.

# Ref: MicroPython py/moderrno.c
"""

from machine_compat.board import Board
from machine_compat.oserror import NAMES


def names(board: Board) -> dict[str, object]:
    return {**{name: number for number, name in NAMES.items()}, "errorcode": dict(NAMES)}
