"""The pace that timed conversions go at: a timer's overflows, or those of timer 6 at a frequency.

# Ref: MicroPython ports/stm32/timer.c (timer_tim6_init), adc.c, dac.c
"""

from machine_compat.board import Board
from machine_compat.machine.peripheral import to_int
from machine_compat.pyb.clocks import timer_hz
from machine_compat.pyb.timebase import UP, TimeBase
from machine_compat.pyb.timer import Timer


def base_of(board: Board, timer: object) -> TimeBase:
    """The counter of a Timer, or one that starts now and overflows at a frequency in Hz, given as an int.

    Raises ValueError "need a Timer object".
    """
    if isinstance(timer, Timer):
        return timer._base
    if not isinstance(timer, int):
        raise ValueError("need a Timer object")
    freq = to_int(timer)
    if freq <= 0:
        raise ValueError("must have positive freq")
    base = TimeBase(timer_hz(board, 6))
    count, prescaler = max(1, base.source_hz // freq), 1
    while count > base.most:
        count, prescaler = count // 2, prescaler * 2
    base.restart(prescaler - 1, count - 1, UP, board.clock.now_ns())
    return base


class Pace:
    """Waits for one overflow after the other."""

    def __init__(self, board: Board, timer: object) -> None:
        self._board = board
        self._base = base_of(board, timer)
        self._seen_ns = board.clock.now_ns()

    def wait(self) -> bool:
        """Wait for the next overflow; False, at once, when there was one already since the last."""
        clock = self._board.clock
        due = self._base.next_update(self._seen_ns)
        while due is None:
            # A timer that stands still: until an interrupt starts it.
            clock.wait_until(None)
            self._board.interrupts.run()
            due = self._base.next_update(self._seen_ns)
        now = clock.now_ns()
        if due <= now:
            self._seen_ns = now
            return False
        self._board.sleep_ns(due - now)
        self._seen_ns = due
        return True
