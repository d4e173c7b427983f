"""A UART's reads and writes on its channel, with MicroPython's timeouts.

# Ref: MicroPython ports/{rp2,esp32,stm32}/machine_uart.c, ports/stm32/uart.c
"""

from collections.abc import Callable
from typing import TypeVar

from machine_compat.contract import UARTChannel
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import Peripheral, fail, to_int
from machine_compat.machine.stream import Stream
from machine_compat.machine.uart_settings import UARTSettings
from machine_compat.oserror import EIO, ETIMEDOUT, os_error

R = TypeVar("R")
MS = 1_000_000
SAFE_FRAME_BITS = 13
"""The longest character there is, to be safe."""
FIFO = 33
"""Characters in the chip besides those in the buffer: its FIFO, and the one on the wire."""


class UARTStream(Stream, Peripheral):
    """Bytes in and out. Whatever waits here runs the board's interrupt handlers, and gives up at the board's time."""

    _settings: UARTSettings
    _channel: UARTChannel | None
    _frame_ns: int
    _live: bool
    """Whether it is configured: after deinit nothing comes and nothing goes."""

    def _opened(self) -> UARTChannel | None:
        """The channel; after deinit None, or the port's error."""
        if self._live:
            return self._channel
        if self._board.port.uart_write == "sent":
            raise os_error(EIO)
        return None

    def _asked(self, verb: Callable[..., R], *args: object) -> R:
        """What a verb of the channel says; its BusError as the port's OSError."""
        try:
            return verb(*args)
        except BusError as error:
            fail(self._board, "UART", error)

    # ---- reading

    def any(self) -> int:
        """How many bytes wait to be read."""
        self._board.clock.spend(self._board.profile.call_ns)
        self._board.interrupts.run()
        return self._asked(self._channel.waiting) if self._live and self._channel is not None else 0

    def _receive(self, size: int) -> bytes | None:
        data = bytearray()
        timeout = self._settings["timeout"]
        while len(data) < size:
            more = self._arrived(size - len(data), timeout * MS)
            if not more:
                break
            data += more
            timeout = self._settings["timeout_char"]
        return bytes(data) or None

    def _arrived(self, limit: int, timeout_ns: int) -> bytes:
        """What has arrived, waiting for the first byte of it."""
        board = self._board
        clock = board.clock
        deadline = clock.now_ns() + timeout_ns
        left = 0
        spent = False
        while (channel := self._opened()) is not None:
            data = self._asked(channel.read, limit, left)
            if data:
                return data
            if not spent:
                # A loop of reads that find nothing has to get somewhere.
                clock.spend(board.profile.call_ns)
                spent = True
            elif left == 0:
                break
            board.interrupts.run()
            left = max(0, deadline - clock.now_ns())
        return b""

    def readchar(self) -> int:
        """One byte as an int; -1 where none comes within `timeout`."""
        byte = self._arrived(1, self._settings["timeout"] * MS)
        return byte[0] if byte else -1

    # ---- writing

    def _send(self, data: bytes) -> int | None:
        channel = self._opened()
        if channel is None:
            return None
        sent = self._queued(channel, data)
        if self._board.port.uart_write == "sent":
            self._drained(self._patience())
        return sent or None

    def _queued(self, channel: UARTChannel, data: bytes) -> int:
        """Put data into the transmit buffer, waiting for room; how much went in before there was none for too long."""
        board = self._board
        clock = board.clock
        endless = board.port.uart_write == "endless"
        deadline = clock.now_ns() + self._settings["timeout"] * MS
        sent = 0
        while True:
            taken = self._asked(channel.write, data[sent:] if sent else data)
            sent += taken
            now = clock.now_ns()
            if taken:
                deadline = now + self._settings["timeout_char"] * MS
            if sent >= len(data) or (now >= deadline and not endless) or not self._live:
                return sent
            room = now + self._frame_ns * (len(data) - sent)
            clock.wait_until(room if endless or room < deadline else deadline)
            board.interrupts.run()

    def writechar(self, char: int, /) -> None:
        """Write one byte; OSError(ETIMEDOUT) where there is no room for it within `timeout`."""
        if self._send(bytes([to_int(char) & 0xFF])) is None:
            raise os_error(ETIMEDOUT)

    def flush(self) -> None:
        """Wait until all has been sent; OSError(ETIMEDOUT) after twice the time that the buffer can take."""
        if self._live and self._board.port.uart_write != "sent" and not self._drained(self._patience()):
            raise os_error(ETIMEDOUT)

    def _patience(self) -> int:
        """How long in ns to wait for a full buffer to be sent, at worst."""
        characters = FIFO + self._settings["txbuf"]
        return characters * SAFE_FRAME_BITS * 2 * 1_000_000_000 // self._settings["baudrate"]

    def _drained(self, timeout_ns: int) -> bool:
        """Whether all has been sent, waiting for it."""
        board = self._board
        deadline = board.clock.now_ns() + timeout_ns
        left = timeout_ns
        while (channel := self._opened()) is not None:
            if self._asked(channel.drain, left):
                break
            if left == 0:
                return False
            board.interrupts.run()
            left = max(0, deadline - board.clock.now_ns())
        return True

    def txdone(self) -> bool:
        """Whether all has been sent."""
        board = self._board
        board.clock.spend(board.profile.call_ns)
        board.interrupts.run()
        return board.port.uart_write == "sent" or not self._live or self._drained(0)

    def sendbreak(self) -> None:
        """Hold the line low for longer than any character."""
        channel = self._opened()
        if channel is None:
            return
        self._asked(channel.send_break)
        if self._board.port.uart_write != "sent":
            self._drained(self._patience())
