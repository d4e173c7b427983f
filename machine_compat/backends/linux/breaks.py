"""Tells BREAKs from bytes on a serial port: the kernel marks them in what it hands over, when it is asked to.

# Ref: termios(3), PARMRK; Linux drivers/tty/n_tty.c (n_tty_receive_break, n_tty_receive_char_special)
"""

import os
import termios
import threading

ESCAPE = 0xFF
INPUT_FLAGS = 0
"""Where tcgetattr has the flags of the input."""
PIECE = 4096
"""How much is read at a time: the kernel's own buffer."""


class BreakReader:
    """Reads a port whose breaks are marked, from any thread; what has arrived waits here.

    A byte 0xFF comes as FF FF and a break as FF 00 00; a break leaves no byte behind.
    """

    __slots__ = ("_breaks", "_bytes", "_data", "_escape", "_fd", "_lock")

    def __init__(self, fd: int, arrived: bytes = b"") -> None:
        """arrived: what has been read before breaks were marked."""
        self._fd = fd
        self._data = bytearray(arrived)
        self._escape = b""
        self._lock = threading.Lock()
        self._bytes = self._breaks = 0

    def pull(self) -> None:
        """Take what has arrived from the kernel. Raises OSError when the port hung up."""
        with self._lock:
            while raw := self._read():
                self._sort(raw)

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, PIECE)
        except BlockingIOError:
            return b""

    def news(self) -> tuple[int, int]:
        """How many bytes and how many breaks have come since this was asked last."""
        with self._lock:
            news = self._bytes, self._breaks
            self._bytes = self._breaks = 0
            return news

    def _sort(self, raw: bytes) -> None:
        """Part breaks from bytes; a mark may be torn, and then waits for its rest."""
        before = len(self._data)
        raw = self._escape + raw
        self._escape = b""
        at = 0
        while (mark := raw.find(ESCAPE, at)) >= 0:
            self._data += raw[at:mark]
            at = mark + (2 if raw[mark + 1 : mark + 2] == b"\xff" else 3)
            if at > len(raw):
                self._escape = raw[mark:]
                break
            if at == mark + 2:
                self._data.append(ESCAPE)
            else:
                self._breaks += 1
        self._data += raw[at:]
        self._bytes += len(self._data) - before

    def take(self, limit: int) -> bytes:
        """Up to so many of the bytes that wait."""
        with self._lock:
            taken = bytes(self._data[:limit])
            del self._data[:limit]
            return taken

    def __len__(self) -> int:
        return len(self._data)


def mark_breaks(fd: int, on: bool = True) -> None:
    """Have the kernel mark breaks, or no longer; raises termios.error for what is no serial port."""
    settings = termios.tcgetattr(fd)
    flags = settings[INPUT_FLAGS] & ~(termios.IGNBRK | termios.BRKINT | termios.PARMRK)
    settings[INPUT_FLAGS] = flags | (termios.PARMRK if on else 0)
    termios.tcsetattr(fd, termios.TCSANOW, settings)
