"""`micropython` with what a board has besides, and a `schedule` that keeps a handler's order."""

import micropython
from micropython import *

from _host import link
from _host.proxy import desk

_board, _ = desk.module("micropython")


def native(function):
    return function


viper = bytecode = native


def asm_thumb(function):
    def refuse(*arguments):
        raise NotImplementedError("%s is ARM machine code (asm_thumb) and cannot run on this computer" % function)

    return refuse


def alloc_emergency_exception_buf(size):
    return None


def schedule(function, argument):
    """In a handler, which runs while the board waits for it, the board's own queue; otherwise MicroPython's."""
    if link.depth:
        _board.schedule(function, argument)
    else:
        micropython.schedule(function, argument)
