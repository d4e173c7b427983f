"""The board's terminal on its USB serial port: what a host's program writes is typed, what the script prints is sent.

# Ref: MicroPython shared/tinyusb/mp_usbd_cdc.c, shared/runtime/sys_stdio_mphal.c, shared/runtime/interrupt_char.c,
# py/ringbuf.h; ports/rp2/mphalport.c, ports/esp32/mphalport.c and ports/samd/mphalport.c for what is kept
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from machine_compat.board import Board
from machine_compat.machine.usb.cdc import CDC


class Source(Protocol):
    """Bytes that come to a terminal, and stay there until they are read."""

    @property
    def waiting(self) -> int: ...

    def read(self, limit: int, /) -> bytes: ...


class Keys(Protocol):
    """The bytes typed at a terminal. source: where more of them come from."""

    source: Source | None


@runtime_checkable
class Typed(Protocol):
    """A terminal's input."""

    @property
    def keyboard(self) -> Keys: ...


@runtime_checkable
class Mirrored(Protocol):
    """A terminal's screen. mirror: called with all that is printed, as bytes, and whether it was text."""

    mirror: Callable[[bytes, bool], object] | None


class Terminal:
    """Ties the serial port to the board's terminal, while it is open.

    What comes waits in a buffer for the script to read it, with the interrupt character taken out; what finds no room
    waits in the port's own, and then with the host.
    """

    def __init__(self, board: Board, cdc: CDC) -> None:
        self._board = board
        self._cdc = cdc
        self._typed = bytearray()

    def open(self) -> None:
        self._cdc.arrived = self._take
        self._tie(self, self._show)

    def close(self) -> None:
        self._cdc.arrived = None
        self._tie(None, None)

    def _tie(self, source: Source | None, show: Callable[[bytes, bool], object] | None) -> None:
        stdin, out = self._board.stdin, self._board.stdout
        if isinstance(stdin, Typed):
            stdin.keyboard.source = source
        if isinstance(out, Mirrored):
            out.mirror = show

    # ---- in

    @property
    def waiting(self) -> int:
        """How many bytes have been typed there that nobody has read."""
        return len(self._typed)

    def read(self, limit: int, /) -> bytes:
        """At most so many of them; what had no room comes after."""
        data = bytes(self._typed[:limit])
        del self._typed[:limit]
        self._take()
        return data

    def _take(self) -> None:
        """Take what has come, as far as there is room. The interrupt character drops what was typed before it."""
        board = self._board
        if not isinstance(board.stdin, Typed):
            return
        while self._cdc.waiting and (room := board.port.usb.typed_ahead - len(self._typed)):
            data = self._cdc.read(room)
            stop = data.rfind(board.interrupt_char) if 0 <= board.interrupt_char < 256 else -1
            if stop >= 0:
                self._typed.clear()
                board.interrupt()
            self._typed += data[stop + 1 :]
        board.clock.wake()

    # ---- out

    def _show(self, data: bytes, text: bool) -> None:
        self._cdc.write(cooked(data, text))


def cooked(data: bytes, text: bool) -> bytes:
    """What was printed, for a terminal: a new line in text needs a return as well (mp_hal_stdout_tx_strn_cooked)."""
    return data.replace(b"\n", b"\r\n") if text else data
