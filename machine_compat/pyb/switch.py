"""`pyb.Switch`: the user's button on the board.

# Ref: MicroPython ports/stm32/usrsw.c
"""

from collections.abc import Callable
from typing import Self

from machine_compat.contract import Edge
from machine_compat.machine.exti import exti_lines
from machine_compat.machine.peripheral import Peripheral, made_for
from machine_compat.machine.pin import Pin
from machine_compat.pyb.extint import Listener


class Switch(Peripheral):
    """Switch()

    There is one, against ground, with the chip's own pull-up. Its callback is a hard interrupt.
    """

    _pin: Pin

    def __new__(cls) -> Self:
        return cls._board.singleton((cls,), cls._make)

    @classmethod
    def _make(cls) -> Self:
        board = cls._board
        role = board.profile.roles.get("switch")
        if role is None:
            raise ValueError("Switch() doesn't exist")
        switch = object.__new__(cls)
        switch._pin = made_for(board, Pin)._at(board.spot(role))
        switch._pull_up()
        return switch

    def _pull_up(self) -> None:
        self._pin.init(self._pin.IN, self._pin.PULL_UP)

    def value(self) -> bool:
        """Whether it is pressed."""
        return not self._pin.value()

    def __call__(self) -> bool:
        return self.value()

    def callback(self, function: Callable[[], object] | None, /) -> None:
        """Have `function()` called whenever it is pressed; None ends that. It takes the line from whoever had it."""
        lines = exti_lines(self._board)
        lines.take(lines.key(self._pin), None)
        if function is not None:
            self._pull_up()
            Listener(self._board, self._pin.pin(), self._pin, Edge.FALLING, lambda _: function())

    def __repr__(self) -> str:
        return "Switch()"
