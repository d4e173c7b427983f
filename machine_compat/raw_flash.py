"""What holds the bytes of a chip's flash: this computer's memory until power-off, or a file that is kept."""

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO, Protocol

from machine_compat.errors import ConfigError

SECTOR = 4096
"""The smallest piece that can be erased, in bytes."""
ERASED = b"\xff"


class Memory(Protocol):
    """Bytes by their offset; those never written are 0xFF."""

    def read(self, offset: int, size: int, /) -> bytes: ...

    def write(self, offset: int, data: bytes, /) -> None: ...


class Volatile:
    """Memory of which only sectors that are not erased take any."""

    def __init__(self) -> None:
        self._sectors: dict[int, bytearray] = {}

    def read(self, offset: int, size: int, /) -> bytes:
        got = bytearray()
        while len(got) < size:
            sector, first = divmod(offset + len(got), SECTOR)
            content = self._sectors.get(sector)
            count = min(size - len(got), SECTOR - first)
            got += ERASED * count if content is None else content[first : first + count]
        return bytes(got)

    def write(self, offset: int, data: bytes, /) -> None:
        done = 0
        while done < len(data):
            sector, first = divmod(offset + done, SECTOR)
            part = data[done : done + SECTOR - first]
            if part == ERASED * SECTOR:
                self._sectors.pop(sector, None)
            else:
                self._sectors.setdefault(sector, bytearray(ERASED * SECTOR))[first : first + len(part)] = part
            done += len(part)


class Image:
    """A file with all bytes of a chip's flash, from offset 0 on: what ``esptool read_flash 0`` makes of a real one.

    Each write is handed to the operating system at once, as a whole: the file is what the flash is, however the run
    ends. It is this board's alone until `close`. Raises ConfigError for what cannot be such a file: a folder, a
    file that is read-only, shorter than `size` bytes, or another board's now. One that is missing is made, erased.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self._file = opened(path)
        try:
            self._claim()
            self._fill(size)
        except BaseException:
            self._file.close()
            raise

    def _claim(self) -> None:
        try:
            lock(self._file)
        except OSError:
            raise ConfigError(
                f"flash image {self.path}: another board runs on it; give each board a file of its own"
            ) from None

    def _fill(self, size: int) -> None:
        there = os.fstat(self._file.fileno()).st_size
        if there == 0:
            try:
                self.write(0, ERASED * size)
            except OSError as error:
                self._file.truncate(0)
                raise ConfigError(f"flash image {self.path}: no {size} bytes of room: {error.strerror}") from error
        elif there < size:
            raise ConfigError(
                f"flash image {self.path}: {there} bytes, and the board's flash has {size}; "
                "name a whole image, or one that is not there yet, which is then made"
            )

    def read(self, offset: int, size: int, /) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)

    def write(self, offset: int, data: bytes, /) -> None:
        self._file.seek(offset)
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def close(self) -> None:
        """Let others have the file."""
        self._file.close()


def opened(path: Path) -> BinaryIO:
    """A file to read and write, without a buffer; ConfigError where that cannot be."""
    try:
        made = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    except IsADirectoryError:
        raise ConfigError(f"flash image {path}: a folder; name a file, and --flash for the folder of files") from None
    except FileNotFoundError:
        raise ConfigError(f"flash image {path}: there is no folder {path.parent}; make it first") from None
    except OSError as error:
        raise read_only(path, error.strerror or "not to be opened") from error
    mode = os.fstat(made).st_mode
    # Root, and nobody else, may write where nobody is meant to.
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not stat.S_ISREG(mode):
        os.close(made)
        raise read_only(path, "read-only" if stat.S_ISREG(mode) else "not an ordinary file")
    return open(made, "r+b", buffering=0)


def read_only(path: Path, why: str) -> ConfigError:
    return ConfigError(f"flash image {path}: {why}; make it writable, or run on a copy that is")


if sys.platform == "win32":
    import msvcrt

    BEYOND = 1 << 40
    """Where no image has bytes: others may not even read what is locked on Windows."""

    def lock(file: BinaryIO) -> None:
        """Keep all others out who ask, in this process too; OSError where somebody else has it."""
        file.seek(BEYOND)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def lock(file: BinaryIO) -> None:
        """Keep all others out who ask, in this process too; OSError where somebody else has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
