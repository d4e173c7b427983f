"""`machine.SoftI2C`: an I2C controller on any two pins.

# Ref: MicroPython extmod/machine_i2c.c, mp_machine_soft_i2c_*
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from machine_compat.bitbang import BitBangedI2C
from machine_compat.contract import I2CBus, I2CConfig, Mode
from machine_compat.errors import BusError
from machine_compat.machine.i2c_controller import I2CController
from machine_compat.machine.peripheral import fail, made_for, readable, to_int, writable
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import pin_of


class SoftI2C(I2CController):
    """SoftI2C(scl, sda, *, freq=400000, timeout=50000)

    Whole transfers go through the backend's own bus on these pins where it has one; start, stop, write and readinto
    move the two lines one by one.
    """

    _kind = "SoftI2C"

    def __init__(self, scl: object, sda: object, *, freq: int = 400_000, timeout: int = 50_000) -> None:
        self.init(scl, sda, freq=freq, timeout=timeout)

    def init(self, scl: object, sda: object, *, freq: int = 400_000, timeout: int = 50_000) -> None:
        board = self._board
        make: Any = made_for(board, Pin)
        self._scl, self._sda = (make._at(pin_of(board, pin)) for pin in (scl, sda))
        self._freq = to_int(freq)
        if self._freq <= 0:
            raise ValueError("invalid freq")
        # Both idle as open drains, which is what the C code makes of the two pins.
        for pin in (self._sda, self._scl):
            pin.become(Mode.OPEN_DRAIN)
        self._by_hand = BitBangedI2C(self._scl.line, self._sda.line, board.clock)
        self._by_hand.configure(I2CConfig(self._freq, to_int(timeout)))
        refs = (self._scl.ref, self._sda.ref)
        board.soft_bus("i2c", refs, self, lambda: board.backend.soft_i2c(*refs) or self._by_hand)
        self._bus.configure(I2CConfig(self._freq, to_int(timeout)))

    def bind(self, channel: I2CBus, /) -> None:
        self._bus = channel

    def deinit(self) -> None:
        self._flush()

    # ---- primitives

    def start(self) -> None:
        with self._told():
            self._by_hand.start()

    def stop(self) -> None:
        with self._told():
            self._by_hand.stop()

    def readinto(self, buf: object, nack: object = True, /) -> None:
        """Read bytes, acknowledging all of them but, when `nack`, the last."""
        view = writable(buf)
        with self._told():
            for index in range(len(view)):
                last = index == len(view) - 1
                view[index] = self._by_hand.read_byte(ack=not (last and nack))

    def write(self, buf: object, /) -> int:
        """Write bytes until one is not acknowledged; returns the number of ACKs."""
        acks = 0
        with self._told():
            for byte in readable(buf):
                if not self._by_hand.write_byte(byte):
                    break
                acks += 1
        return acks

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except BusError as error:
            fail(self._board, self._kind, error)

    def __repr__(self) -> str:
        # The C code keeps a half-period in whole microseconds and shows what that gives.
        freq = 500_000 // max(1, 500_000 // self._freq)
        return f"SoftI2C(scl={self._shown(self._scl)}, sda={self._shown(self._sda)}, freq={freq})"

    def _shown(self, pin: Any) -> str:
        number = pin._spot.number
        return str(number) if number is not None else str(pin._spot.cpu)
