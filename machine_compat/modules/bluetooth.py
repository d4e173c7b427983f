"""`bluetooth`, which boards with a radio have and simulated ones lack: importing it says so.

# Ref: MicroPython extmod/modbluetooth.c; which builds have it: ports/*/mpconfigport.h
"""

from typing import NoReturn

from machine_compat.board import Board


def names(board: Board) -> NoReturn:
    """Raises ImportError: there is no radio, and no other device in reach of it."""
    raise ImportError(
        "bluetooth: this board has it, but there is no radio to simulate and none to use; have the script go on where "
        "`import bluetooth` raises ImportError, or put a bluetooth.py of your own beside it or on --path",
        name="bluetooth",
    )
