"""A board's terminal: what scripts know as `sys.stdout` and `sys.stdin`, with the `.buffer` of bytes in each.

A board's terminal is a stream of bytes. Text is UTF-8 whatever this computer's own encoding is; writing never fails
for a character, and reading waits on board time, so that timers and interrupts go on.

# Ref: MicroPython shared/runtime/sys_stdio_mphal.c
"""

import codecs
import io
from collections.abc import Callable
from typing import Self, TextIO

from machine_compat.board import Board
from machine_compat.interpreter.keyboard import CHUNK, Keyboard, Typed
from machine_compat.machine.peripheral import readable, to_int
from machine_compat.machine.stream import POLLIN, POLLOUT, Stream
from machine_compat.oserror import EPERM, os_error

# ---- out


class OutputBytes(Stream):
    """`sys.stdout.buffer`."""

    def __init__(self, output: "Output") -> None:
        self._output = output

    def _receive(self, size: int) -> bytes:
        raise os_error(EPERM)

    def _send(self, data: bytes) -> int:
        if self._output.mirror is not None:
            self._output.mirror(data, False)
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
        self.mirror: Callable[[bytes, bool], object] | None = None
        """Where all that is printed goes as well, as bytes, with whether it was text."""
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
        data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else readable(text)
        if self.mirror is not None:
            self.mirror(data, True)
        return self.send(data)

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

    @property
    def keyboard(self) -> Keyboard:
        """Where the bytes are that nobody has read."""
        return self._keyboard

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
