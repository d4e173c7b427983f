"""A pin that a PWM output drives: who has it, and the pulses last put on it."""

from machine_compat.board import Board
from machine_compat.contract import PWMChannel, PWMConfig
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import fail


class Leg:
    """One pin as a pulse output; there is one of it a pin."""

    def __init__(self, board: Board, ref: str) -> None:
        self._board = board
        self._ref = ref
        self._channel: PWMChannel | None = None
        self._mine = False
        self._last: PWMConfig | None = None

    def bind(self, channel: PWMChannel, /) -> None:
        self._channel = channel

    def take(self, use: str = "PWM") -> None:
        """Give the pin to this output; use: what it then belongs to, as "TIM2"."""
        if self._mine:
            return
        self._board.claim(self._ref, self._lost, use)
        try:
            self._board.pwm(self._ref, self)
        except BusError as error:
            fail(self._board, "PWM", error)
        self._mine = True
        self._last = None

    def _lost(self) -> None:
        """Another peripheral took the pin."""
        self._mine = False

    def put(self, config: PWMConfig) -> None:
        """Make these pulses, as long as the pin is this output's. The same again starts no new period."""
        if not self._mine or self._channel is None or config == self._last:
            return
        try:
            self._channel.configure(config)
        except BusError as error:
            fail(self._board, "PWM", error)
        self._last = config


def leg_of(board: Board, ref: str) -> Leg:
    return board.singleton((Leg, ref), lambda: Leg(board, ref))
