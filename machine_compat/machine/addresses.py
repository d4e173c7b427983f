"""Gives buffers addresses in a board's 32-bit address space, and finds the buffer at an address again.

The addresses are made up, as those of this computer do not fit, but they add up: what is 3 bytes into a buffer has an
address 3 higher, `mem8` reads it there, and DMA copies from it. A buffer with an address is kept, as the address may be
all that a script keeps of it; only the oldest of very many are forgotten.
"""

import ctypes
from bisect import bisect_right
from collections import OrderedDict
from typing import NamedTuple

from machine_compat.machine.peripheral import buffer_of

HEAP, HEAP_END = 0x7000_0000, 0x8000_0000
"""Where no chip's address map has anything."""
KEPT = 4096


class PyBuffer(ctypes.Structure):
    """CPython's Py_buffer (PEP 3118)."""

    _fields_ = [  # noqa
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.py_object),
    ]


class Region(NamedTuple):
    """A buffer and where it is."""

    start: int
    size: int
    owner: object
