"""`micropython.RingIO`: a ring of bytes between an interrupt handler and the main program.

# Ref: MicroPython py/objringio.c, py/ringbuf.h
"""

from machine_compat.machine.peripheral import to_int, writable
from machine_compat.machine.stream import POLLIN, POLLOUT, Stream

SMALLEST, LARGEST = 2, 65_535
"""Sizes of the memory behind a ring, in bytes: its indices are 16 bits wide."""


class RingIO(Stream):
    """RingIO(size) holds `size` bytes; RingIO(buffer) uses that buffer and holds one byte less than its length.

    Nothing waits: a read gives what there is, b"" when that is nothing, and a write takes what fits. Raises ValueError
    for a size that is too small or too large, TypeError for anything but an int or a writable buffer.
    """

    def __init__(self, size: object, /) -> None:
        self._memory = memory_of(size)
        self._get = 0
        self._put = 0

    def __repr__(self) -> str:
        return "<RingIO>"

    def any(self) -> int:
        """How many bytes wait to be read."""
        return (self._put - self._get) % len(self._memory)

    def close(self) -> None:
        """Nothing to close: the ring goes on working, as MicroPython's does."""

    def _receive(self, size: int) -> bytes:
        memory, start = self._memory, self._get
        size = min(size, self.any())
        end = start + size
        self._get = end % len(memory)
        return bytes(memory[start:end]) + bytes(memory[: max(0, end - len(memory))])

    def _send(self, data: bytes) -> int:
        memory, start = self._memory, self._put
        size = min(len(data), self._room())
        straight = min(size, len(memory) - start)
        memory[start : start + straight] = data[:straight]
        memory[: size - straight] = data[straight:size]
        self._put = (start + size) % len(memory)
        return size

    def _room(self) -> int:
        return len(self._memory) - 1 - self.any()

    def _poll(self, flags: int) -> int:
        """Which of the events asked for (POLLIN, POLLOUT) are there."""
        return flags & ((POLLIN if self.any() else 0) | (POLLOUT if self._room() else 0))


def memory_of(size: object) -> memoryview:
    """The bytes a ring lives in: the buffer given, or new ones and one more, which tells full from empty."""
    try:
        given = writable(size)
        length = len(given)
    except TypeError:
        given = None
        length = to_int(size) + 1
    if not SMALLEST <= length <= LARGEST:
        raise ValueError
    return memoryview(bytearray(length)) if given is None else given
