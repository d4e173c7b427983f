"""`machine.TouchPad`: a capacitive touch pad.

# Ref: MicroPython ports/esp32/machine_touchpad.c
"""

from typing import Self

from machine_compat.contract import TouchChannel
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import Peripheral, fail, to_int
from machine_compat.machine.pins import pin_of


class TouchPad(Peripheral):
    """TouchPad(pin)

    There is one object a pin. Raises ValueError "invalid pin for touchpad" for a pin that the chip cannot feel with.
    """

    _channel: TouchChannel

    def __new__(cls, pin: object) -> Self:
        board = cls._board
        ref = pin_of(board, pin).ref
        functions = board.profile.alternates.get(ref, ())
        if not board.profile.open_pins and not any(function.unit == "TOUCH" for function in functions):
            raise ValueError("invalid pin for touchpad")
        return board.singleton((cls, ref), lambda: object.__new__(cls))

    def __init__(self, pin: object) -> None:
        board = self._board
        ref = pin_of(board, pin).ref
        board.claim(ref, self._lost)
        try:
            board.touch(ref, self)
        except BusError as error:
            fail(board, "TouchPad", error)
        self._threshold = 0

    def bind(self, channel: TouchChannel, /) -> None:
        self._channel = channel

    def _lost(self) -> None:
        """The pin became something else."""

    def config(self, value: int, /) -> None:
        """The reading below which a touch wakes the board from sleep."""
        self._threshold = to_int(value) & 0xFFFF

    def read(self) -> int:
        """How often the pad was charged and discharged in one measurement: less while a finger is on it."""
        try:
            return self._channel.read()
        except BusError as error:
            fail(self._board, "TouchPad", error)
