"""`micropython` with what a board has besides."""

from micropython import *


def native(function):
    return function


viper = bytecode = native


def asm_thumb(function):
    def refuse(*arguments):
        raise NotImplementedError("%s is ARM machine code (asm_thumb) and cannot run on this computer" % function)

    return refuse


def alloc_emergency_exception_buf(size):
    return None
