"""The files that a board's `open` gives, over any binary file of Python's.

They are MicroPython's, which are looser than CPython's: text is UTF-8 bytes and nothing is translated, so a text file
can be asked for its place at any time and read into a buffer, and either kind takes str and bytes. One that is dropped
is closed without a warning.

# Ref: MicroPython extmod/vfs_lfsx_file.c (modes), py/stream.c (methods)
"""

import codecs
import io
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import AnyStr, BinaryIO, Generic, NamedTuple, Self

from machine_compat.flash import EBADF, board_errors
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.stream import Stream
from machine_compat.oserror import os_error


class Refusals(NamedTuple):
    """What a file system raises for a file that is closed, and for one opened for the other direction alone."""

    closed: Callable[[], Exception]
    direction: Callable[[], Exception]


OF_LITTLEFS = Refusals(lambda: ValueError("I/O operation on closed file"), lambda: os_error(EBADF))


class Content(Stream):
    """The bytes of an open file."""

    def __init__(self, file: BinaryIO, refusals: Refusals) -> None:
        self.file = file
        self._refusals = refusals

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn this computer's errors into those of a board."""
        if self.file.closed:
            raise self._refusals.closed()
        try:
            with board_errors():
                yield
        except OSError as error:
            if isinstance(error.__cause__, io.UnsupportedOperation):
                raise self._refusals.direction() from error
            raise

    def _receive(self, size: int) -> bytes:
        with self.errors():
            return self.file.read(size)

    def _send(self, data: bytes) -> int:
        with self.errors():
            return self.file.write(data)

    def everything(self) -> bytes:
        """All from here to the end."""
        with self.errors():
            return self.file.read()

    def line(self, limit: int) -> bytes:
        """Up to a newline, which is included, the end, or `limit` bytes where that is not negative."""
        with self.errors():
            return self.file.readline(limit)


class File(Generic[AnyStr]):
    """An open file. A failing disk raises OSError; a closed one, and the wrong direction, what its Refusals say."""

    def __init__(self, file: BinaryIO, refusals: Refusals = OF_LITTLEFS) -> None:
        self._content = Content(file, refusals)

    def __repr__(self) -> str:
        return f"<io.{type(self).__name__}>"

    @abstractmethod
    def _given(self, data: bytes) -> AnyStr:
        """What the script gets for bytes of the file."""

    def read(self, size: int = -1, /) -> AnyStr:
        """Up to `size` bytes, or characters of a text file; everything that is left unless it is given."""
        count = to_int(size)
        return self._given(self._content._receive(count) if count >= 0 else self._content.everything())

    def readline(self, limit: int = -1, /) -> AnyStr:
        """A line with its newline, at most `limit` bytes; empty at the end."""
        return self._given(self._content.line(to_int(limit)))

    def readlines(self) -> list[AnyStr]:
        return list(self)

    def readinto(self, buf: object, nbytes: int = -1, /) -> int:
        """Read bytes into a buffer, at most `nbytes` where given; how many."""
        return self._content.readinto(buf, nbytes) or 0

    def write(self, buf: object, *window: int) -> int:
        """Write a str or a buffer; of it, write(buf, length) or write(buf, offset, length). How many bytes."""
        return self._content.write(buf, *window) or 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a byte, counted from the beginning (0), from here (1) or from the end (2); where that is."""
        with self._content.errors():
            return self._content.file.seek(to_int(offset), to_int(whence))

    def tell(self) -> int:
        with self._content.errors():
            return self._content.file.tell()

    def flush(self) -> None:
        with self._content.errors():
            self._content.file.flush()

    def close(self) -> None:
        with board_errors():
            self._content.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> AnyStr:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __del__(self) -> None:
        # A file that nobody has any more is closed, as a board's garbage collector does.
        with suppress(OSError):
            self.close()


class FileIO(File[bytes]):
    """A file opened with "b"."""

    def _given(self, data: bytes) -> bytes:
        return data


class TextIOWrapper(File[str]):
    """A text file: UTF-8, whatever the computer's own; UnicodeError where it is none."""

    def _given(self, data: bytes) -> str:
        return data.decode()

    def read(self, size: int = -1, /) -> str:
        count = to_int(size)
        if count < 0:
            return self._given(self._content.everything())
        decoder = codecs.getincrementaldecoder("utf-8")()
        text = ""
        # Never more bytes than characters are missing: so none is read that belongs behind the last one.
        while len(text) < count:
            data = self._content._receive(count - len(text))
            text += decoder.decode(data, final=not data)
            if not data:
                break
        return text


Opened = FileIO | TextIOWrapper


def opened(mode: str, open_binary: Callable[[str], BinaryIO], refusals: Refusals = OF_LITTLEFS) -> Opened:
    """A file for a mode of the script's; letters that mean nothing are passed over.

    open_binary: opens it for one of "rb", "wb", "ab", "xb", or those with a plus. Raises ValueError for two of r w a x.
    """
    direction = [letter for letter in mode if letter in "rwax"]
    if len(direction) > 1 or (direction and "+" in mode.partition(direction[0])[0]):
        raise ValueError(f"invalid mode {mode!r}")
    kind = direction[0] if direction else "r"
    is_text = mode.rfind("b") <= mode.rfind("t")
    with board_errors():
        file = open_binary(f"{kind}b{'+' if '+' in mode else ''}")
    return TextIOWrapper(file, refusals) if is_text else FileIO(file, refusals)
