"""Counts as a timer of an stm32 does: a clock divided by a prescaler, up to a period and over again.

# Ref: STM32F405 reference manual RM0090, 17.3.1 and 17.3.2 (time-base unit, counter modes); MicroPython
# ports/stm32/timer.c (how a frequency becomes a prescaler and a period)
"""

from collections.abc import Callable

from machine_compat.board import Board
from machine_compat.machine.timer import Alarm

UP, DOWN, CENTER = 0x00, 0x10, 0x20
"""TIM_CR1 DIR and CMS."""
MOST_PRESCALER = 0x1_0000
SECOND = 1_000_000_000


class TimeBase:
    """A counter. source_hz: what it counts; most: the highest period its register holds.

    Times are in ns of the board's clock; a tick is one step of the counter. The counter does not run by itself: it is
    worked out from the time since `start_ns`, so nothing drifts.
    """

    def __init__(self, source_hz: int, most: int = 0xFFFF) -> None:
        self.source_hz = source_hz
        self.most = most
        self.prescaler = 0
        self.period = most
        self.mode = UP
        self.running = False
        self.clocked = True
        """Whether time makes it count; otherwise `step` does."""
        self._start_ns = 0
        self._stopped_at = 0
        self._steps = 0

    # ---- running

    def start(self, now: int) -> None:
        """Count on from where it stands."""
        if self.clocked and not self.running:
            self.running = True
            self.set_counter(self._stopped_at, now)

    def restart(self, prescaler: int, period: int, mode: int, now: int) -> None:
        """Count from the beginning, in a new way."""
        self.prescaler, self.period, self.mode = prescaler & 0xFFFF, period & self.most, mode
        self.running = self.clocked
        self._start_ns = now
        self._stopped_at = 0

    def stop(self, now: int) -> None:
        self._stopped_at = self.counter(now)
        self.running = False

    def change(self, prescaler: int, period: int, now: int) -> None:
        """Another prescaler and period; the counter goes on, from zero where it is beyond the new period."""
        count = self.counter(now)
        self.prescaler, self.period = prescaler & 0xFFFF, period & self.most
        self.set_counter(count if count <= self.period else 0, now)

    # ---- the counter

    def counter(self, now: int) -> int:
        if not self.running:
            return self._stopped_at
        phase = self._ticks(now) % self.cycle
        if self.mode == DOWN:
            return self.period - phase
        return 2 * self.period - phase if phase > self.period else phase

    def set_counter(self, count: int, now: int) -> None:
        count &= self.most
        self._stopped_at = count
        phase = self.period - count if self.mode == DOWN else count
        self._start_ns = now - self.ns(phase)

    def step(self, change: int) -> bool:
        """Count an edge, up or down; the prescaler lets one of several through. Whether the counter overflowed."""
        self._steps += 1
        if self._steps <= self.prescaler:
            return False
        self._steps = 0
        count = self._stopped_at + change
        self._stopped_at = count % (self.period + 1)
        return count != self._stopped_at

    @property
    def cycle(self) -> int:
        """Ticks until the counter has been everywhere."""
        return max(1, 2 * self.period) if self.mode == CENTER else self.period + 1

    @property
    def between_updates(self) -> int:
        """Ticks between two updates: they come at both ends where it counts up and down."""
        return max(1, self.period) if self.mode == CENTER else self.period + 1

    def ns(self, ticks: int) -> int:
        """How long ticks take, rounded up to whole ns."""
        return -(-ticks * (self.prescaler + 1) * SECOND // self.source_hz)

    @property
    def tick_hz(self) -> int:
        """How many ticks there are a second, in whole Hz."""
        return self.source_hz // (self.prescaler + 1)

    def _ticks(self, now: int) -> int:
        return (now - self._start_ns) * self.source_hz // ((self.prescaler + 1) * SECOND)

    # ---- when things happen

    def next_update(self, after: int) -> int | None:
        """When the counter overflows next; None while it does not run."""
        return self._next(0, self.between_updates, after)

    def next_match(self, compare: int, after: int) -> int | None:
        """When the counter is next at a value, going down where it goes both ways; None when it never is."""
        if compare > self.period:
            return None
        phase = compare if self.mode == UP else self.cycle - compare if self.mode == CENTER else self.period - compare
        return self._next(phase % self.cycle, self.cycle, after)

    def _next(self, phase: int, every: int, after: int) -> int | None:
        if not self.running:
            return None
        rounds = -(-(self._ticks(after) + 1 - phase) // every)
        return self._start_ns + self.ns(rounds * every + phase)

    # ---- settings from a frequency or a time

    def for_frequency(self, hz: float) -> tuple[int, int]:
        """Prescaler and period register for a frequency; ValueError where it is not positive or too small."""
        if hz <= 0:
            raise ValueError("must have positive freq")
        prescaler = 1
        if isinstance(hz, float):
            while hz < 1 and prescaler < 6553:
                prescaler, hz = prescaler * 10, hz * 10
        count = max(1, int(self.source_hz / hz) if isinstance(hz, float) else self.source_hz // int(hz))
        while count > self.most:
            factor = 5 if count % 5 == 0 else 3 if count % 3 == 0 else 2
            if prescaler * factor > MOST_PRESCALER:
                factor = 2
            if prescaler * factor <= MOST_PRESCALER:
                prescaler, count = prescaler * factor, count // factor
            elif prescaler < MOST_PRESCALER:
                prescaler, count = MOST_PRESCALER, count * prescaler // MOST_PRESCALER
            else:
                raise ValueError("freq too small")
        return prescaler - 1, count - 1 & self.most

    def for_time(self, ticks: int, tick_hz: int) -> tuple[int, int]:
        """Prescaler and period register for a time in ticks; ValueError where it is not positive or too large."""
        if ticks <= 0 or tick_hz <= 0:
            raise ValueError("must have positive freq")
        count = self.source_hz * ticks // tick_hz
        prescaler = 1
        while count > self.most:
            factor = 5 if prescaler <= 13_107 and count % 5 == 0 else 3 if prescaler <= 21_845 and count % 3 == 0 else 2
            odd = count & 1 if factor == 2 else 0
            prescaler, count = prescaler * factor, count // factor
            if count < prescaler:
                prescaler |= odd
            if prescaler > MOST_PRESCALER:
                raise ValueError("period too large")
        return prescaler - 1, count - 1 & self.most


class Beats:
    """Calls an action at times that come one after the other, in a hard interrupt, as a timer's interrupt does.

    following: gives the first such time after another, or None when there is none. What came while interrupts were
    masked calls the action once: an interrupt flag does not count.
    """

    def __init__(self, board: Board, following: Callable[[int], int | None], action: Callable[[], object]) -> None:
        self._board = board
        self._following = following
        self._action = action
        self._alarm = Alarm(board)

    def start(self) -> None:
        """Wait for the next time, whatever it waited for before."""
        now = self._board.clock.now_ns()
        time = self._following(now)
        if time is None:
            self._alarm.stop()
        else:
            self._alarm.start(time - now, periodic=False, handler=self._beat, hard=True)

    def stop(self) -> None:
        self._alarm.stop()

    def _beat(self) -> None:
        self.start()
        self._action()
