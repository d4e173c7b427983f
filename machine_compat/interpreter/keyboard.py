"""What is typed at a board's terminal, wherever it comes from: a test, this process's stdin, a host on USB."""

import os
import select
import sys
import time
from collections.abc import Callable
from typing import Protocol

from machine_compat.board import Board

STEP_NS = 20_000_000
"""How long board time goes on between two looks at a real keyboard."""
CHUNK = 4096


class Typed(Protocol):
    """Where what is typed comes from, as this process's stdin."""

    def fileno(self) -> int: ...

    def readline(self) -> str: ...


class Source(Protocol):
    """Bytes that come to the terminal on a way of their own, and stay there until they are read."""

    @property
    def waiting(self) -> int: ...

    def read(self, limit: int, /) -> bytes: ...


class Keyboard:
    """The bytes that were typed and not read yet.

    file: where they come from besides `feed` and `source`. On Windows, and from a file that has no number, there is no
    telling whether there is something to read: `ready` then says so, and the read waits while the board stands still.
    """

    def __init__(self, board: Board, file: Typed | None) -> None:
        self._board = board
        self._file = file
        self._number = number_of(file) if file is not None else None
        self._typed = bytearray()
        self._ended = False
        self.lasting = False
        """Whether the end of the file is not the terminal's, as others may type at it."""
        self.source: Source | None = None
        self.typed: Callable[[], object] | None = None
        """Called when something was fed."""

    @property
    def wakes(self) -> bool:
        """Whether the board's clock is woken when something is typed."""
        return self._file is None

    def feed(self, data: bytes) -> None:
        self._typed += data
        self._board.clock.wake()
        if self.typed is not None:
            self.typed()

    def finish(self) -> None:
        self._ended = True
        self._board.clock.wake()

    def ready(self) -> bool:
        """Whether a byte, or the end, can be read without waiting."""
        if not self._typed and not self._ended and self._file is not None and self._there(0):
            self._fetch(self._file)
        over = self._ended and not self.lasting
        return bool(self._typed) or over or (self.source is not None and self.source.waiting > 0)

    @property
    def waiting(self) -> int:
        """How many bytes can be read without waiting, as far as can be told."""
        if self._number is not None:
            self.ready()
        return len(self._typed) + (self.source.waiting if self.source is not None else 0)

    def take(self, limit: int) -> bytes:
        """At least one byte, and at most `limit`, waiting for the first; b"" at the end."""
        while not self.ready():
            self._wait()
        data = bytes(self._typed[:limit])
        del self._typed[:limit]
        return self.source.read(limit) if not data and self.source is not None else data

    def _wait(self) -> None:
        board = self._board
        if self._file is None:
            board.interrupts.run()
            if not self.ready():
                board.clock.wait_until(None)
            return
        # Board time may keep pace with the wall clock or run ahead; a step takes as long on either.
        before = time.monotonic_ns()
        board.sleep_ns(STEP_NS)
        self._there(max(0, STEP_NS - (time.monotonic_ns() - before)) / 1e9)

    def _there(self, timeout_s: float) -> bool:
        return self._number is None or bool(select.select([self._number], [], [], timeout_s)[0])

    def _fetch(self, file: Typed) -> None:
        data = file.readline().encode() if self._number is None else os.read(self._number, CHUNK)
        self._typed += data
        self._ended = not data


def number_of(file: Typed) -> int | None:
    """The number of a file that `select` can be asked about; None where it cannot."""
    if sys.platform == "win32":
        return None
    try:
        return file.fileno()
    except (OSError, ValueError):
        return None
