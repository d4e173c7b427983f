"""`machine.DAC`: numbers as voltages, on esp32.

# Ref: MicroPython ports/esp32/machine_dac.c
"""

from typing import Self

from machine_compat.board import ANALOG
from machine_compat.contract import DACChannel
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import Peripheral, fail, to_int
from machine_compat.machine.pins import pin_of, shown


class DAC(Peripheral):
    """DAC(pin)

    An 8-bit analog output, at 0 V to begin with; there is one object a pin. ValueError "invalid Pin for DAC" for a pin
    without.
    """

    _channel: DACChannel

    def __new__(cls, pin: object) -> Self:
        board = cls._board
        ref = pin_of(board, pin).ref
        if ref not in board.profile.dac.values() and not board.profile.open_pins:
            raise ValueError("invalid Pin for DAC")
        return board.singleton((cls, ref), lambda: object.__new__(cls))

    def __init__(self, pin: object) -> None:
        board = self._board
        ref = pin_of(board, pin).ref
        self._pin = shown(board, ref)
        try:
            board.dac(ref, self)
        except BusError as error:
            fail(board, "DAC", error)
        board.claim(ref, self._lost, ANALOG)
        self.write(0)

    def bind(self, channel: DACChannel, /) -> None:
        self._channel = channel

    def _lost(self) -> None:
        """Another peripheral took the pin, and with it the voltage away."""
        self._channel.write(0)

    def write(self, value: int, /) -> None:
        """Set the output, 0..255 of the supply; ValueError "value out of range"."""
        level = to_int(value)
        if not 0 <= level <= 255:
            raise ValueError("value out of range")
        try:
            self._channel.write(level * 257)
        except BusError as error:
            fail(self._board, "DAC", error)

    def __repr__(self) -> str:
        return f"DAC(Pin({self._pin}))"
