"""The other side of `pyb.I2C`: a peripheral that answers its address while the script waits to send or to receive.

# Ref: MicroPython ports/stm32/pyb_i2c.c (over HAL_I2C_Slave_Transmit and HAL_I2C_Slave_Receive)
"""

import errno

from machine_compat.board import Board
from machine_compat.contract import I2CTargetChannel, I2CTargetConfig, I2CTargetEvent
from machine_compat.machine.peripheral import to_int
from machine_compat.oserror import os_error
from machine_compat.profile import Bus

MS = 1_000_000


class PeripheralSide:
    """A bus as a peripheral at an address."""

    _channel: I2CTargetChannel

    def __init__(self, board: Board, place: Bus, address: int) -> None:
        self._board = board
        self._sending: list[int] | None = None
        self._received: list[int] | None = None
        self._wanted = 0
        self._ended = False
        self.address = to_int(address) & 0x7F
        board.i2c_target(place.ref, self)
        self._channel.configure(I2CTargetConfig(self.address, place.default("scl"), place.default("sda")))
        self._channel.watch(self._event)

    def bind(self, channel: I2CTargetChannel, /) -> None:
        self._channel = channel

    def close(self) -> None:
        self._channel.close()

    # ---- what the script does

    def send(self, data: bytes, timeout_ms: int) -> None:
        """Wait until the controller has read these bytes; OSError ETIMEDOUT, EIO where it wanted fewer."""
        self._sending = list(data)
        try:
            self._wait(timeout_ms)
            if self._sending:
                raise os_error(errno.EIO)
        finally:
            self._sending = None

    def receive(self, count: int, timeout_ms: int) -> bytes:
        """Wait until the controller has written so many bytes; OSError ETIMEDOUT, EIO where it sent fewer."""
        received = self._received = []
        self._wanted = count
        try:
            self._wait(timeout_ms)
            if len(received) < count:
                raise os_error(errno.EIO)
        finally:
            self._received = None
        return bytes(received)

    def _wait(self, timeout_ms: int) -> None:
        board, self._ended = self._board, False
        deadline = board.clock.now_ns() + timeout_ms * MS
        while not self._ended:
            if board.clock.now_ns() >= deadline:
                raise os_error(errno.ETIMEDOUT)
            board.clock.wait_until(deadline)
            board.interrupts.run()

    # ---- what the controller does

    def _event(self, event: I2CTargetEvent, byte: int | None) -> int | None:
        match event:
            case I2CTargetEvent.START_READ:
                return int(self._sending is not None)
            case I2CTargetEvent.START_WRITE:
                return int(self._received is not None)
            case I2CTargetEvent.READ:
                return self._sending.pop(0) if self._sending else 0xFF
            case I2CTargetEvent.WRITE:
                return int(self._take(byte or 0))
        if self._sending is not None or self._received is not None:
            self._ended = True
            self._board.clock.wake()
        return 1

    def _take(self, byte: int) -> bool:
        """A byte of the controller's; False, a NACK, where the script wants no more."""
        if self._received is None or len(self._received) == self._wanted:
            return False
        self._received.append(byte)
        return True
