"""What a timer hears from outside: edges whose time a channel captures, or that its counter counts.

# Ref: RM0090 18.3.5 (input capture mode), 18.3.12 (encoder interface mode, table 97); MicroPython ports/stm32/timer.c
"""

from collections.abc import Callable

from machine_compat.board import Board
from machine_compat.contract import CounterChannel, CounterConfig, CountRule, LineConfig, Mode
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import fail, made_for
from machine_compat.machine.pin import Pin

RISING, FALLING, BOTH = 0, 2, 10
"""TIM_CCER CC1P and CC1NP."""
ENCODER_TIMERS = (1, 2, 3, 4, 5, 8)


class TimerInput:
    """Edges by rules, each told to `action` with what it adds: 1 or -1. name: of the counter that hears them."""

    def __init__(self, board: Board, name: str, rules: tuple[CountRule, ...], action: Callable[[int], None]) -> None:
        self._action = action
        try:
            board.counter(name, self)
            self._channel.configure(CounterConfig(rules))
            self._channel.watch(self._edge)
        except BusError as error:
            fail(board, "Timer", error)

    def bind(self, channel: CounterChannel, /) -> None:
        self._channel = channel

    def _edge(self, count: int, change: int) -> None:
        self._action(change)

    def close(self) -> None:
        self._channel.close()


def captured(pin: Pin, polarity: int) -> tuple[CountRule, ...]:
    """The rules of a channel that captures the time of edges."""
    return (CountRule(pin.ref, rising=int(polarity in (RISING, BOTH)), falling=int(polarity in (FALLING, BOTH))),)


def counted(first: Pin | None, second: Pin | None, by_first: bool, by_second: bool) -> tuple[CountRule, ...]:
    """The rules of an encoder: which of its two signals count, each with the level of the other for a direction."""
    # A signal that no pin carries is low.
    a, b = (pin.ref if pin is not None else None for pin in (first, second))
    rules = []
    if by_first and a is not None:
        rules.append(CountRule(a, rising=1, falling=-1, gate=b, low=1, high=-1))
    if by_second and b is not None:
        sign = 1 if a is not None else -1
        rules.append(CountRule(b, rising=sign, falling=-sign, gate=a, low=-1, high=1))
    return tuple(rules)


def listening_pin(board: Board, timer: int, channel: int) -> Pin | None:
    """The pin that the script has connected to a timer's channel, ``Pin("X1", Pin.AF_PP, af=Pin.AF1_TIM2)``."""
    kind = made_for(board, Pin)
    for ref, alternates in board.profile.alternates.items():
        pin = board.singletons.get((kind, ref))
        if not isinstance(pin, Pin) or pin.mode() not in board.port.pin_alternates:
            continue
        signals = {(found.unit, found.signal, found.number) for found in alternates}
        if (f"TIM{timer}", f"CH{channel}", pin.af()) in signals:
            return pin
    return None


def release(pin: Pin) -> None:
    """Let others drive a pin that a timer listens to."""
    pin.line.configure(LineConfig(Mode.IN))
