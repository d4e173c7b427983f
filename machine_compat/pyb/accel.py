"""`pyb.Accel`: the accelerometer on the pyboard, an MMA7660FC.

# Ref: MicroPython ports/stm32/accel.c; Freescale MMA7660FC data sheet rev. 8, register definitions
"""

from collections import deque
from typing import Self

from machine_compat.contract import I2CBus, I2CConfig, Read, Write
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import Peripheral, fail, made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import bus_of

ADDRESS = 0x4C
XOUT, YOUT, ZOUT, TILT, MODE = 0, 1, 2, 3, 7
ACTIVE = 1
SETTLE_NS = 30_000_000
"""What the supply takes to fall and to rise, and the chip to take its first sample."""
TRIES = 4
DEPTH = 4
"""How many readings filtered_xyz() adds up."""


class Accel(Peripheral):
    """Accel()

    There is one; making it switches the chip off and on, which takes 90 ms. Raises OSError "accelerometer not found".
    """

    _bus: I2CBus

    def __new__(cls) -> Self:
        return cls._board.singleton((cls,), lambda: object.__new__(cls))

    def __init__(self) -> None:
        self._latest: deque[tuple[int, ...]] = deque([(0, 0, 0)] * DEPTH, DEPTH)
        self._open()
        self._power()
        if not any(self._answers() for _ in range(TRIES)):
            raise OSError("accelerometer not found")
        self.write(MODE, ACTIVE)
        self._board.sleep_ns(SETTLE_NS)

    def _open(self) -> None:
        board = self._board
        place = bus_of(board, "i2c", "X", "I2C")
        config = I2CConfig(400_000, 50_000, place.default("scl"), place.default("sda"))
        for ref in (config.scl, config.sda):
            if ref is not None:
                board.claim(ref, self._lost, "I2C")
        board.i2c(place.ref, self)
        self._bus.configure(config)

    def _lost(self) -> None:
        """A pin of the bus became something else; as on a board, nobody notices before the next transfer."""

    def bind(self, channel: I2CBus, /) -> None:
        self._bus = channel

    def _power(self) -> None:
        """Switch its supply off and on, on a board that has it on a pin."""
        board = self._board
        role = board.profile.roles.get("accel_power")
        if role is None:
            return
        pin = made_for(board, Pin)._at(board.spot(role))
        for level in (0, 1):
            pin.init(pin.OUT, value=level)
            board.sleep_ns(SETTLE_NS)

    # ---- registers

    def _answers(self) -> bool:
        try:
            self._transfer(b"")
        except BusError:
            return False
        return True

    def _transfer(self, data: bytes, count: int = 0) -> bytes:
        ops = (Write(data), Read(count)) if count else (Write(data),)
        with self._board.interrupts:
            return self._bus.transfer(ADDRESS, ops)

    def _registers(self, first: int, count: int) -> bytes:
        try:
            return self._transfer(bytes((first & 0xFF,)), count)
        except BusError as error:
            fail(self._board, "pyb.I2C", error)

    def read(self, register: int, /) -> int:
        """A register's byte."""
        return self._registers(to_int(register), 1)[0]

    def write(self, register: int, value: int, /) -> None:
        """Set a register; the chip takes settings only while MODE is 0."""
        try:
            self._transfer(bytes((to_int(register) & 0xFF, to_int(value) & 0xFF)))
        except BusError as error:
            fail(self._board, "pyb.I2C", error)

    # ---- readings

    def x(self) -> int:
        """Acceleration along X, -32 to 31: 21 or so a g."""
        return signed(self.read(XOUT))

    def y(self) -> int:
        """Acceleration along Y."""
        return signed(self.read(YOUT))

    def z(self) -> int:
        """Acceleration along Z."""
        return signed(self.read(ZOUT))

    def tilt(self) -> int:
        """The TILT register: front or back, portrait or landscape, tap, shake."""
        return self.read(TILT)

    def filtered_xyz(self) -> tuple[int, ...]:
        """The sums of this reading of X, Y and Z and the three that this method took before."""
        self._latest.append(tuple(map(signed, self._registers(XOUT, 3))))
        return tuple(map(sum, zip(*self._latest, strict=True)))

    def __repr__(self) -> str:
        return "<Accel>"


def signed(code: int) -> int:
    """The low six bits of a byte as a number with a sign."""
    return (code & 0x3F ^ 0x20) - 0x20
