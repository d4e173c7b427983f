"""A board's terminal: what scripts know as `sys.stdout` and `sys.stdin`, with the `.buffer` of bytes in each.

A board's terminal is a stream of bytes. Text is UTF-8 whatever this computer's own encoding is; writing never fails
for a character, and reading waits on board time, so that timers and interrupts go on.

# Ref: MicroPython shared/runtime/sys_stdio_mphal.c
"""

import codecs
import io
import os
import select
import sys
import time
from collections.abc import Callable
from typing import Protocol, Self, TextIO

from machine_compat.board import Board
from machine_compat.machine.peripheral import readable, to_int
from machine_compat.machine.stream import POLLIN, POLLOUT, Stream
from machine_compat.oserror import os_error

EPERM = 1
STEP_NS = 20_000_000
"""How long board time goes on between two looks at a real keyboard."""
CHUNK = 4096


# ---- out


class OutputBytes(Stream):
    """`sys.stdout.buffer`."""

    def __init__(self, output: "Output") -> None:
        self._output = output

    def _receive(self, size: int) -> bytes:
        raise os_error(EPERM)

    def _send(self, data: bytes) -> int:
        return self._output.send(data)

    def flush(self) -> None:
        self._output.flush()

    def _poll(self, flags: int) -> int:
        return flags & POLLOUT


class Output(io.TextIOBase):
    """`sys.stdout`: passes on what a script prints.

    sink: a function that is given text, or a text file. A file that has a `.buffer`, as this process's stdout, gets
    the very bytes, at once at the end of a line or at a prompt; `flush()` hands over the rest.
    """

    encoding = "utf-8"

    def __init__(self, sink: Callable[[str], object] | TextIO) -> None:
        self.buffer = OutputBytes(self)
        self._file = None if callable(sink) else sink
        self._text: Callable[[str], object] = sink if callable(sink) else sink.write
        self._raw = getattr(self._file, "buffer", None)
        self._hasty = self._file is not None and self._file.isatty()
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        if self._raw is not None:
            self.flush()

    def send(self, data: bytes) -> int:
        """Write bytes; how many."""
        if self._raw is not None:
            self._raw.write(data)
            if self._hasty or b"\n" in data:
                self._raw.flush()
        elif text := self._decoder.decode(data):
            self._text(text)
        return len(data)

    def write(self, text: object, /) -> int:
        """Write a str or a buffer; how many bytes that were."""
        return self.send(text.encode("utf-8", "backslashreplace") if isinstance(text, str) else readable(text))

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing to close: a board's terminal is there as long as the board is."""

    def _poll(self, flags: int) -> int:
        return flags & POLLOUT


# ---- in


class Typed(Protocol):
    """Where what is typed comes from, as this process's stdin."""

    def fileno(self) -> int: ...

    def readline(self) -> str: ...


class Keyboard:
    """The bytes that were typed and not read yet.

    file: where they come from besides `feed`. On Windows, and from a file that has no number, there is no telling
    whether there is something to read: `ready` then says so, and the read waits while the board stands still.
    """

    def __init__(self, board: Board, file: Typed | None) -> None:
        self._board = board
        self._file = file
        self._number = number_of(file) if file is not None else None
        self._typed = bytearray()
        self._ended = False

    @property
    def wakes(self) -> bool:
        """Whether the board's clock is woken when something is typed."""
        return self._file is None

    def feed(self, data: bytes) -> None:
        self._typed += data
        self._board.clock.wake()

    def finish(self) -> None:
        self._ended = True
        self._board.clock.wake()

    def ready(self) -> bool:
        """Whether a byte, or the end, can be read without waiting."""
        if not self._typed and not self._ended and self._file is not None and self._there(0):
            self._fetch(self._file)
        return bool(self._typed) or self._ended

    def take(self, limit: int) -> bytes:
        """At least one byte, and at most `limit`, waiting for the first; b"" at the end."""
        while not self.ready():
            self._wait()
        data = bytes(self._typed[:limit])
        del self._typed[:limit]
        return data

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


class InputBytes(Stream):
    """`sys.stdin.buffer`: the bytes as they came."""

    def __init__(self, keyboard: Keyboard) -> None:
        self._keyboard = keyboard

    def _receive(self, size: int) -> bytes:
        """So many bytes, waiting for all of them; fewer only at the end."""
        data = b""
        while len(data) < size and (more := self._keyboard.take(size - len(data))):
            data += more
        return data

    def _send(self, data: bytes) -> int:
        raise os_error(EPERM)

    def _poll(self, flags: int) -> int:
        # A board's terminal is one stream for both directions, and there is always room to write.
        return flags & (POLLOUT | (POLLIN if self._keyboard.ready() else 0))

    def _wakes(self) -> bool:
        return self._keyboard.wakes


class Input:
    """`sys.stdin`: what is typed at the board, by `feed` or at a file such as this process's stdin.

    Reads wait on board time until all that was asked for is there; at the end they give what is left, or nothing.
    Ctrl-C is this computer's, and raises KeyboardInterrupt where the script waits.
    """

    def __init__(self, board: Board, file: Typed | None = None) -> None:
        self._keyboard = Keyboard(board, file)
        self.buffer = InputBytes(self._keyboard)

    def feed(self, text: str | bytes) -> None:
        """Type something; a newline is the Enter key."""
        self._keyboard.feed(readable(text))

    def finish(self) -> None:
        """Nothing more will be typed: once all is read, reads give "" and `input` raises EOFError."""
        self._keyboard.finish()

    def read(self, size: int | None = -1, /) -> str:
        """So many characters, waiting for all of them; without a number, everything until the end."""
        missing = -1 if size is None else to_int(size)
        decoder = codecs.getincrementaldecoder("utf-8")()
        text = ""
        while missing < 0 or len(text) < missing:
            data = self._keyboard.take(missing - len(text) if missing >= 0 else CHUNK)
            text += decoder.decode(enter(data), final=not data)
            if not data:
                break
        return text

    def readline(self, limit: int = -1, /) -> str:
        """A line with its newline, at most `limit` bytes; "" at the end."""
        left = to_int(limit)
        line = b""
        while left and not line.endswith(b"\n") and (byte := self._keyboard.take(1)):
            line += enter(byte)
            left -= 1
        return line.decode()

    def readlines(self) -> list[str]:
        return list(self)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readinto(self, buf: object, nbytes: int = -1, /) -> int | None:
        """Read bytes into a buffer, waiting until it, or `nbytes` of it, is full; how many."""
        return self.buffer.readinto(buf, nbytes)

    def close(self) -> None:
        """Nothing to close: a board's terminal is there as long as the board is."""

    def _poll(self, flags: int) -> int:
        return self.buffer._poll(flags)

    def _wakes(self) -> bool:
        return self._keyboard.wakes


def enter(data: bytes) -> bytes:
    """Text has a newline where the terminal sends a carriage return for its Enter key."""
    return data.replace(b"\r", b"\n")


def number_of(file: Typed) -> int | None:
    """The number of a file that `select` can be asked about; None where it cannot."""
    if sys.platform == "win32":
        return None
    try:
        return file.fileno()
    except (OSError, ValueError):
        return None
