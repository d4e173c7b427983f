"""`open` and `input` as a script has them: files of the board's flash, and lines typed at its terminal.

# Ref: MicroPython extmod/vfs.c (open)
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast
from weakref import WeakSet

from machine_compat.board import Board
from machine_compat.flash import mounted, text_of
from machine_compat.modules.opened_file import Opened, opened
from machine_compat.oserror import EISDIR, os_error


def opener(board: Board) -> Callable[..., object]:
    """The script's `open`."""

    def open(file: str | bytes, mode: str = "r", buffering: int = -1, encoding: str | None = None) -> object:
        """Open a file of the flash: mode is one of r w a x, with + for both directions, and b for bytes.

        `buffering` and `encoding` are accepted and make no difference. Raises OSError: ENOENT, EEXIST (x), EISDIR,
        EPERM for the root; ValueError for two of r w a x.
        """
        flash = mounted(board)
        system, inside = flash.split(file)
        if system is not None:
            made = system.open(inside, text_of(mode))
            if not isinstance(made, Opened):
                return made  # of a file system that the script wrote itself
        else:
            made = open_host(flash.member(file), text_of(mode))
        board.singleton(("open files",), lambda: closed_by_reset(board)).add(made)
        return made

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
    """Open a file of this computer as a board opens one of its own."""
    if os.path.isdir(host):
        opened(mode, refused)
    return opened(mode, lambda how: cast(BinaryIO, host.open(how)))


def refused(_: str) -> BinaryIO:
    raise os_error(EISDIR)


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
