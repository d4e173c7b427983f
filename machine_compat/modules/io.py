"""`io` as boards have it: streams in memory, and the base of streams written in Python.

# Ref: MicroPython py/objstringio.c, py/modio.c
"""

import io
from typing import Self

from machine_compat.machine.peripheral import readable, to_int, writable
from machine_compat.modules.binary import Exporter
from machine_compat.oserror import EINVAL, EIO, os_error

__all__ = ("BytesIO", "IOBase", "StringIO")


class IOBase:
    """The base of a script's own streams.

    A subclass has some of ``readinto(buf)``, ``write(buf)`` and ``ioctl(request, argument)``.
    """

    __slots__ = ()


class Encoded:
    """A script's own stream as `print` and `json.dump` write to it: piece by piece, each a bytearray (py/stream.c)."""

    def __init__(self, stream: object) -> None:
        self._write = getattr(stream, "write", None)

    def write(self, text: str, /) -> None:
        """Pass text on as UTF-8; OSError where the stream takes none, EIO where it says it took more."""
        if self._write is None:
            raise OSError("stream operation not supported")
        data = text.encode()
        count = self._write(bytearray(data))
        if isinstance(count, int) and count > len(data):
            raise os_error(EIO)


class BytesIO(io.BytesIO):
    """BytesIO([data or size]): a stream of bytes; a size is only how much memory to set aside."""

    def __init__(self, data: Exporter | str | int = b"", /) -> None:
        super().__init__(b"" if isinstance(data, int) else readable(data))

    def __new__(cls, *_: object) -> Self:
        return super().__new__(cls)

    def write(self, data: Exporter | str, /, *limits: int) -> int:
        """Write a buffer, or of it ``write(data, count)`` or ``write(data, offset, count)``."""
        return super().write(part(data, limits))

    def readinto(self, buffer: Exporter, limit: int = -1, /) -> int:
        """Fill a buffer, or so many bytes of it, and return how many there were."""
        view = writable(buffer)
        return super().readinto(view if limit < 0 else view[: to_int(limit)])

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place, which a negative step from the place or the end does not take before the beginning."""
        if whence == 0 and offset < 0:
            raise os_error(EINVAL)
        return super().seek(offset, whence)


class StringIO(io.StringIO):
    """StringIO([text or size]): a stream of text; places in it are counted in characters."""

    def __init__(self, text: Exporter | str | int = "", /) -> None:
        super().__init__("" if isinstance(text, int) else readable(text).decode())

    def __new__(cls, *_: object) -> Self:
        return super().__new__(cls)

    def write(self, text: Exporter | str, /, *limits: int) -> int:
        """Write text, or of it ``write(text, count)`` or ``write(text, offset, count)``, in bytes of UTF-8."""
        data = part(text, limits)
        super().write(data.decode())
        return len(data)

    def readinto(self, buffer: Exporter, limit: int = -1, /) -> int:
        """Fill a buffer with the text's UTF-8, or so many bytes of it, and return how many there were."""
        view = writable(buffer)
        room = len(view) if limit < 0 else min(len(view), to_int(limit))
        start = self.tell()
        data = self.read(room).encode()[:room]
        # Half a character stays for the next time.
        data = data.decode(errors="ignore").encode()
        self.seek(start + len(data.decode()))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if whence == 0 and offset < 0:
            raise os_error(EINVAL)
        start = (0, self.tell(), len(self.getvalue()))[whence]
        return super().seek(max(0, start + offset))


def part(data: object, limits: tuple[int, ...]) -> bytes:
    """What of a buffer MicroPython's ``write(data[, offset][, count])`` writes."""
    whole = readable(data)
    if not limits:
        return whole
    if len(limits) > 2:
        raise TypeError(f"function expected at most 4 arguments, got {len(limits) + 2}")
    *before, count = (to_int(limit) for limit in limits)
    start = before[0] if before else 0
    return whole[start:] if count < 0 else whole[start : start + count]
