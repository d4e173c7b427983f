"""`pyb.USB_VCP`: the virtual serial port that a pyboard is to its host, which is its terminal as well.

# Ref: MicroPython ports/stm32/usb.c, usbd_cdc_interface.c, py/stream.c
"""

from collections.abc import Callable
from typing import Any, Self

from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.machine.stream import POLLIN, POLLOUT, Stream
from machine_compat.pyb.buffers import to_receive, to_send
from machine_compat.pyb.usb.firmware import usb_of_pyboard
from machine_compat.pyb.usb.serial import CTS, RTS
from machine_compat.pyb.usb.terminal import Terminal

MS = 1_000_000
WORD = 0xFFFFFFFF
_UNSET: Any = object()
Handler = Callable[[object], object]


class USB_VCP(Stream, Peripheral):
    """USB_VCP(id=0): the one port there is, ValueError for another.

    Reads never wait: None where nothing has come. What they leave is typed at the terminal, for `sys.stdin`.
    """

    RTS, CTS = RTS, CTS
    IRQ_RX = 1

    _handler: Handler | None = None
    _scheduled = False
    _kept = False

    def __new__(cls, id: int = 0, /) -> Self:
        if to_int(id) != 0:
            raise ValueError
        return cls._board.singleton((cls,), lambda: object.__new__(cls))

    @property
    def _terminal(self) -> Terminal:
        return usb_of_pyboard(self._board).terminal

    def _look(self) -> Terminal:
        """The stream, after what the host has done has been dealt with: loops that ask again and again get on."""
        board = self._board
        board.clock.spend(board.profile.call_ns)
        board.interrupts.run()
        return self._terminal

    def init(self, *, flow: int = -1) -> None:
        """Flow control, RTS and CTS or'ed: without RTS what finds no room is lost, without CTS `write` takes all."""
        if to_int(flow) != -1:
            self._terminal.port.flow = to_int(flow)

    def setinterrupt(self, chr: int, /) -> None:
        """The byte from the host that raises KeyboardInterrupt, 3 (Ctrl-C) at first; -1: none does."""
        self._board.interrupt_char = to_int(chr)

    def isconnected(self) -> bool:
        """Whether a program on the host has the port open, or nobody looks at the host."""
        return self._look().connected

    def any(self) -> bool:
        """Whether there is something to read."""
        return self._look().waiting > 0

    def close(self) -> Self:
        """Does nothing: the port is there as long as the board is."""
        return self

    # ---- bytes

    def _receive(self, size: int) -> bytes | None:
        return self._look().read(size) or None

    def _send(self, data: bytes) -> int | None:
        terminal = self._look()
        if terminal.port.flow & CTS:
            return terminal.send(data, 0) or None
        terminal.print(data)
        return len(data)

    def readlines(self) -> list[bytes]:
        """The lines that are there."""
        return list(self)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, data: object, *, timeout: int = 5000) -> int:
        """Send a byte given as an int, or a buffer, waiting up to `timeout` ms for room for each; how many."""
        out = to_send(data)
        return self._look().send(out, to_int(timeout) & WORD)

    def recv(self, data: object, *, timeout: int = 5000) -> object:
        """Receive so many bytes, or fill a buffer and return how many, waiting up to `timeout` ms for each."""
        into = to_receive(data)
        received = self._awaited(max(0, into.count), to_int(timeout) & WORD)
        if isinstance(data, int):
            return received
        into.place(received)
        return len(received)

    def _awaited(self, count: int, timeout_ms: int) -> bytes:
        board, terminal = self._board, self._look()
        data = b""
        deadline = board.clock.now_ns() + timeout_ms * MS
        while len(data) < count:
            more = terminal.read(count - len(data))
            if more:
                data += more
                deadline = board.clock.now_ns() + timeout_ms * MS
            elif board.clock.now_ns() >= deadline or board.interrupts.masked:
                break
            else:
                terminal.wait(deadline)
        return data

    # ---- events

    def irq(self, handler: Any = _UNSET, trigger: Any = _UNSET, hard: object = False) -> None:
        """Have handler(port) scheduled when bytes come, and called if they are still there; None: no more.

        Without arguments nothing changes. Raises ValueError "handler must be None or callable", "unsupported trigger",
        "hard unsupported".
        """
        if handler is _UNSET and trigger is _UNSET and not hard:
            return
        handler = None if handler is _UNSET else handler
        trigger = self.IRQ_RX if trigger is _UNSET else trigger
        if handler is not None and not callable(handler):
            raise ValueError("handler must be None or callable")
        if to_int(trigger) not in (0, self.IRQ_RX):
            raise ValueError("unsupported trigger")
        if hard:
            raise ValueError("hard unsupported")
        self._handler = handler if trigger else None
        board = self._board
        (board.listening.add if self._handler is not None else board.listening.discard)(self)
        terminal = self._terminal
        terminal.listen(self._arrived if self._handler is not None else None)
        if not self._kept:
            self._kept = True
            board.at_reset.append(lambda: terminal.listen(None))

    def _arrived(self) -> None:
        if self._handler is not None and not self._scheduled:
            self._scheduled = True
            if not self._board.interrupts.post(self._run):
                self._scheduled = False

    def _run(self) -> None:
        self._scheduled = False
        handler = self._handler
        if handler is not None and self._terminal.waiting:
            try:
                handler(self)
            except Exception as error:
                self._board.handler_failed(error)

    def _poll(self, flags: int) -> int:
        terminal = self._terminal
        return flags & ((POLLIN if terminal.waiting else 0) | (POLLOUT if terminal.half_empty else 0))

    def _wakes(self) -> bool:
        return self._terminal.wakes

    def __repr__(self) -> str:
        return "USB_VCP(0)"
