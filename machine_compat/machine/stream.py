"""What serial ports and buffers have in common: MicroPython's stream methods over one read and one write.

# Ref: MicroPython py/stream.c
"""

from machine_compat.machine.peripheral import readable, to_int, writable

POLLIN, POLLOUT, POLLERR, POLLHUP = 1, 4, 8, 16
"""What a stream's `_poll` tells: something to read, room to write, an error, the other end gone (py/stream.h)."""
CHUNK = 256
"""How much read() without a count asks for at a time."""


class Stream:
    """Byte streams that may have nothing to give, or no room to take, for now."""

    def _receive(self, size: int) -> bytes | None:
        """One read of at most `size` bytes, 1 or more; None where nothing came in time, b"" at an end for good."""
        raise NotImplementedError(f"{type(self).__name__}._receive")

    def _send(self, data: bytes) -> int | None:
        """One write; how many bytes were taken, None where none could be."""
        raise NotImplementedError(f"{type(self).__name__}._send")

    def read(self, nbytes: int = -1, /) -> bytes | None:
        """Up to `nbytes` bytes by one read, or everything until nothing more comes; None if nothing came."""
        size = to_int(nbytes)
        if size >= 0:
            return self._receive(size) if size else b""
        data = bytearray()
        while part := self._receive(CHUNK):
            data += part
        return bytes(data) if data or part is not None else None

    def readinto(self, buf: object, nbytes: int = -1, /) -> int | None:
        """Read into a buffer, at most `nbytes` bytes where given; the count, None if nothing came."""
        view = writable(buf)
        limit = to_int(nbytes)
        size = len(view) if limit < 0 else min(limit, len(view))
        data = self._receive(size) if size else b""
        if data is None:
            return None
        view[: len(data)] = data
        return len(data)

    def readline(self, limit: int = -1, /) -> bytes | None:
        """Up to a newline, which is included; what there is where none comes in time; None if nothing came."""
        left = to_int(limit)
        line = bytearray()
        while left:
            left -= 1
            byte = self._receive(1)
            if byte is None and not line:
                return None
            if not byte:
                break
            line += byte
            if byte == b"\n":
                break
        return bytes(line)

    def write(self, buf: object, *window: int) -> int | None:
        """Write a buffer or str; of it, write(buf, length) or write(buf, offset, length). How much was taken."""
        data = readable(buf)
        if len(window) > 2:
            raise TypeError(f"function expected at most 4 arguments, got {2 + len(window)}")
        if window:
            *before, length = (to_int(number) for number in window)
            start = before[0] if before else 0
            data = data[start : start + length] if length >= 0 else data[start:]
        return self._send(data) if data else 0
