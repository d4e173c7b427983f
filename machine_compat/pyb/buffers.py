"""What the older pyb classes take for data: an int for one byte or for a count, or a buffer.

# Ref: MicroPython ports/stm32/bufhelper.c
"""

from machine_compat.machine.peripheral import readable, writable


class Received:
    """Where received bytes go: into the script's buffer, or into bytes of their own."""

    __slots__ = ("_given", "_view", "count")

    def __init__(self, given: object, view: memoryview | None, count: int) -> None:
        self._given = given
        self._view = view
        self.count = count

    def fill(self, data: bytes) -> object:
        """The buffer with the data in it, or the data itself."""
        if self._view is None:
            return data
        self._view[:] = data
        return self._given

    def place(self, data: bytes) -> None:
        """Put data at the buffer's beginning; there may be fewer than it holds."""
        if self._view is not None:
            self._view[: len(data)] = data

    def contents(self) -> bytes:
        """What stands there before: a full-duplex bus sends it while it receives."""
        return bytes(self.count) if self._view is None else bytes(self._view)


def to_send(data: object) -> bytes:
    """The bytes that an int or a buffer means."""
    return bytes((data & 0xFF,)) if isinstance(data, int) else readable(data)


def to_receive(data: object) -> Received:
    """A count of bytes, or a buffer to fill."""
    if isinstance(data, int):
        return Received(None, None, int(data))
    view = writable(data)
    return Received(data, view, len(view))
