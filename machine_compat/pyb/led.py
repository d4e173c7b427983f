"""`pyb.LED`: one of the lights on the board.

# Ref: MicroPython ports/stm32/led.c
"""

from typing import Self

from machine_compat.contract import PWMConfig
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pwm_leg import Leg, leg_of

PERIOD_US = 10_000
"""Dimmed LEDs flicker a hundred times a second, by a timer of 1 MHz."""


class LED(Peripheral):
    """LED(id)

    id: 1 to 4 on a pyboard; there is one object a light. Raises ValueError "LED(5) doesn't exist".
    """

    _id: int
    _pin: Pin
    _leg: Leg | None
    _width_us: int
    """The width of a dimmed LED's pulses; 0 while it is all on or all off."""

    def __new__(cls, id: int, /) -> Self:
        board = cls._board
        number = to_int(id)
        role = board.profile.roles.get(f"led{number}")
        if role is None:
            raise ValueError(f"LED({number}) doesn't exist")
        return board.singleton((cls, number), lambda: cls._make(number, role))

    @classmethod
    def _make(cls, id: int, role: str) -> Self:
        board = cls._board
        led = object.__new__(cls)
        led._id = id
        led._pin = made_for(board, Pin)._at(board.spot(role))
        led._width_us = 0
        led._leg = leg_of(board, led._pin.ref) if led._dims() else None
        led._switch(None)
        return led

    def _dims(self) -> bool:
        """Whether a timer reaches its pin: the pyboard's red and green LED are on or off and nothing between."""
        alternates = self._board.profile.alternates
        functions = (alternate.function for alternate in alternates.get(self._pin.ref, ()))
        return not alternates or any(function.startswith("TIM") for function in functions)

    def _switch(self, level: int | None) -> None:
        """Give the pin a level, or leave it the one it has, and take it from the timer."""
        self._width_us = 0
        self._pin.init(self._pin.OUT, value=level)

    def on(self) -> None:
        self._switch(1)

    def off(self) -> None:
        self._switch(0)

    def toggle(self) -> None:
        """Off becomes on; on, or on to any degree, becomes off."""
        self._switch(0 if self._width_us or self._pin.value() else 1)

    def intensity(self, *value: int) -> int | None:
        """How bright it is, 0 to 255; with an argument, set it: an LED that cannot be dimmed is on from 1 up."""
        if not value:
            if self._width_us:
                return min(255, (self._width_us * 255 + PERIOD_US - 2) // (PERIOD_US - 1))
            return 255 if self._pin.value() else 0
        brightness = to_int(value[0])
        if self._leg is None or not 0 < brightness < 255:
            self._switch(int(brightness > 0))
            return None
        self._width_us = brightness * (PERIOD_US - 1) // 255
        self._leg.take()
        self._leg.put(PWMConfig(PERIOD_US * 1_000, self._width_us * 1_000))
        return None

    def __repr__(self) -> str:
        return f"LED({self._id})"
