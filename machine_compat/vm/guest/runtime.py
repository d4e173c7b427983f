"""`micropython` with what a board has besides."""

from micropython import *


def native(function):
    return function


viper = bytecode = native


def asm_thumb(function):
    def refuse(*arguments):
        raise NotImplementedError("a function in ARM machine code (asm_thumb) cannot run on this computer")

    return refuse


def asm_pio(*arguments, **options):
    raise NotImplementedError("asm_pio needs CPython: run this script without --vm")


def alloc_emergency_exception_buf(size):
    return None


_locks = 0


def heap_lock():
    """Count, and lock nothing: with its heap locked, MicroPython could not write to its board."""
    global _locks
    _locks += 1


def heap_unlock():
    global _locks
    _locks = max(0, _locks - 1)
    return _locks


def heap_locked():
    return _locks
