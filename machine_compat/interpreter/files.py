"""`open` and `input` as a script has them: files of the board's flash, and lines typed at its terminal.

Files are MicroPython's, which are looser than CPython's: text is UTF-8 bytes and nothing is translated, so a text file
can be asked for its place at any time and read into a buffer, and either kind takes str and bytes. One that is dropped
is closed without a warning.

# Ref: MicroPython extmod/vfs.c (open), extmod/vfs_lfsx_file.c (modes), py/stream.c (methods)
"""

import codecs
import os
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import AnyStr, BinaryIO, Generic, Self, cast
from weakref import WeakSet

from machine_compat.board import Board
from machine_compat.flash import board_errors, mounted, text_of
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.stream import Stream
from machine_compat.oserror import os_error

EISDIR = 21


class Content(Stream):
    """The bytes of an open file."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def _receive(self, size: int) -> bytes:
        with board_errors():
            return self.file.read(size)

    def _send(self, data: bytes) -> int:
        with board_errors():
            return self.file.write(data)

    def everything(self) -> bytes:
        """All from here to the end."""
        with board_errors():
            return self.file.read()

    def line(self, limit: int) -> bytes:
        """Up to a newline, which is included, the end, or `limit` bytes where that is not negative."""
        with board_errors():
            return self.file.readline(limit)


class File(Generic[AnyStr]):
    """An open file. A failing disk raises OSError; OSError(EBADF): it was opened for the other direction alone."""

    def __init__(self, file: BinaryIO) -> None:
        self._content = Content(file)

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
        with board_errors():
            return self._content.file.seek(to_int(offset), to_int(whence))

    def tell(self) -> int:
        with board_errors():
            return self._content.file.tell()

    def flush(self) -> None:
        with board_errors():
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


def opener(board: Board) -> Callable[..., Opened]:
    """The script's `open`."""

    def open(file: str | bytes, mode: str = "r", buffering: int = -1, encoding: str | None = None) -> Opened:
        """Open a file of the flash: mode is one of r w a x, with + for both directions, and b for bytes.

        `buffering` and `encoding` are accepted and make no difference. Raises OSError: ENOENT, EEXIST (x), EISDIR,
        EPERM for the root; ValueError for two of r w a x.
        """
        opened = open_host(mounted(board).member(file), text_of(mode))
        board.singleton(("open files",), lambda: closed_by_reset(board)).add(opened)
        return opened

    return open


def closed_by_reset(board: Board) -> WeakSet[Opened]:
    """A set for open files; those still open when the board is reset are closed then."""
    files: WeakSet[Opened] = WeakSet()

    def close() -> None:
        for file in list(files):
            # Disk full: nobody is left to be told.
            with suppress(OSError):
                file.close()

    board.at_reset.append(close)
    return files


def open_host(host: Path, mode: str) -> Opened:
    """Open a file of this computer as a board opens one of its own; letters that mean nothing are passed over."""
    direction = [letter for letter in mode if letter in "rwax"]
    if len(direction) > 1 or (direction and "+" in mode.partition(direction[0])[0]):
        raise ValueError(f"invalid mode {mode!r}")
    if os.path.isdir(host):
        raise os_error(EISDIR)
    kind = direction[0] if direction else "r"
    is_text = mode.rfind("b") <= mode.rfind("t")
    with board_errors():
        file = cast(BinaryIO, host.open(f"{kind}b{'+' if '+' in mode else ''}"))
    return TextIOWrapper(file) if is_text else FileIO(file)


def prompt(board: Board) -> Callable[..., str]:
    """The script's `input`."""

    def input(prompt: object = "", /) -> str:
        """Print the prompt and return the line typed then, without its newline; EOFError where there is none."""
        if board.stdout is not None:
            board.stdout.write(str(prompt))
            board.stdout.flush()
        if board.stdin is None:
            raise EOFError("this board has no standard input, so nothing can be typed")
        line = board.stdin.readline()
        if not line:
            raise EOFError
        return line.removesuffix("\n")

    return input
