"""A pyboard's terminal, with its USB serial port as a part of it: `USB_VCP(0)` and `sys.stdin` read the same bytes.

What is typed where the script was started and what the host sends is read by whoever comes first.

# Ref: MicroPython ports/stm32/mphalport.c, usb.c, main.c
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from machine_compat.board import Board
from machine_compat.machine.usb import terminal
from machine_compat.machine.usb.control import Bus
from machine_compat.machine.usb.terminal import Mirrored, cooked
from machine_compat.pyb.usb.serial import SerialPort

STEP_NS = 20_000_000
"""How long board time goes on between two looks at a keyboard that tells nobody."""


class Keys(terminal.Keys, Protocol):
    """The bytes typed at a terminal, and of those that come to it from elsewhere. typed: called when there are new."""

    typed: Callable[[], object] | None

    @property
    def waiting(self) -> int: ...

    @property
    def wakes(self) -> bool: ...

    def take(self, limit: int) -> bytes: ...


@runtime_checkable
class Typed(Protocol):
    """A terminal's input."""

    @property
    def keyboard(self) -> Keys: ...


@runtime_checkable
class Screen(Mirrored, Protocol):
    """A terminal's output."""

    def send(self, data: bytes) -> int:
        """Show bytes as they are; how many were taken."""


class Terminal:
    """The board's terminal, with the serial port as a part of it.

    Nobody looking at the board from its host, whoever runs the script is the one who has the port open.
    """

    def __init__(self, board: Board, bus: Bus, port: SerialPort) -> None:
        self._board = board
        self._bus = bus
        self.port = port

    @property
    def _keys(self) -> Keys | None:
        stdin = self._board.stdin
        return stdin.keyboard if isinstance(stdin, Typed) else None

    def open(self) -> None:
        """Have what comes from the host typed, and what is printed sent."""
        keys, out = self._keys, self._board.stdout
        if keys is not None:
            keys.source = self.port
        if isinstance(out, Screen):
            out.mirror = self._show

    def close(self) -> None:
        keys, out = self._keys, self._board.stdout
        if keys is not None:
            keys.source = None
        if isinstance(out, Screen):
            out.mirror = None

    def listen(self, told: Callable[[], object] | None) -> None:
        """Have somebody told when bytes come."""
        self.port.arrived = told
        if self._keys is not None:
            self._keys.typed = told

    # ---- the stream

    @property
    def connected(self) -> bool:
        return self.port.connected or self._alone

    @property
    def _alone(self) -> bool:
        return not self._bus.watched and isinstance(self._board.stdout, Screen)

    @property
    def waiting(self) -> int:
        keys = self._keys
        # It counts the port's in, while that is open.
        return self.port.waiting if keys is None else keys.waiting

    def read(self, limit: int) -> bytes:
        """At most so many of the bytes that wait."""
        keys = self._keys
        if keys is None:
            return self.port.read(limit)
        data = b""
        while len(data) < limit and keys.waiting:
            data += keys.take(limit - len(data))
        return data

    @property
    def wakes(self) -> bool:
        """Whether what comes ends the board's waits by itself."""
        keys = self._keys
        return keys is None or keys.wakes

    def wait(self, deadline_ns: int) -> None:
        """Wait until something may have come."""
        clock = self._board.clock
        clock.wait_until(deadline_ns if self.wakes else min(deadline_ns, clock.now_ns() + STEP_NS))
        self._bus.demand()
        self._board.interrupts.run()

    @property
    def half_empty(self) -> bool:
        return self._alone or self.port.half_empty

    def send(self, data: bytes, timeout_ms: int) -> int:
        """Send bytes, waiting so long for room for each, and for a host; how many were taken."""
        if self._alone:
            self.print(data)
            return len(data)
        sent = self.port.send(data, timeout_ms)
        self._display(data[:sent])
        return sent

    def print(self, data: bytes) -> None:
        """Send all bytes; those that nobody takes drive out the oldest."""
        self._display(data)
        self.port.print(data)

    def _display(self, data: bytes) -> None:
        out = self._board.stdout
        if isinstance(out, Screen):
            out.send(data)

    def _show(self, data: bytes, text: bool) -> None:
        self.port.print(cooked(data, text))
