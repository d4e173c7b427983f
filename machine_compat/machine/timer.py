"""`machine.Timer`: a function called after a while, once or again and again.

# Ref: MicroPython ports/rp2/machine_timer.c, ports/esp32/machine_timer.c, extmod/machine_timer.c (stm32), and
# shared/runtime/mpirq.c for what an exception in the callback does.
"""

from collections.abc import Callable
from typing import Any, Self

from machine_compat.board import Board
from machine_compat.machine.peripheral import Peripheral, to_int

NEVER_NS = 1 << 61
"""Periods from here on do not end: half the range of the simulated clock, 73 years."""
UNSET: Any = object()


class Alarm:
    """Posts a handler when its time comes, once or periodically; a reset stops it.

    A period counts from when the one before was due, not from when its handler ran, so that it does not drift; what
    was missed because the computer was busy is left out.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._serial = 0
        self._cancel: Callable[[], None] | None = None
        self.started_ns = 0
        self.due_ns: int | None = None

    def start(self, period_ns: int, periodic: bool, handler: Callable[[], object], hard: bool) -> None:
        """Have `handler` posted in `period_ns` from now, and at every further period."""
        self.stop()
        board = self._board
        running(board).add(self)
        board.listening.add(self)
        self.started_ns = board.clock.now_ns()
        self._wait(self.started_ns + period_ns, self._firing(period_ns if periodic else 0, handler, hard))

    def stop(self) -> None:
        self._serial += 1
        cancel, self._cancel, self.due_ns = self._cancel, None, None
        if cancel is not None:
            cancel()
        self._forget()

    def _forget(self) -> None:
        running(self._board).discard(self)
        self._board.listening.discard(self)

    def _wait(self, due_ns: int, fire: Callable[[], None]) -> None:
        self.due_ns = due_ns
        self._cancel = self._board.clock.call_at(due_ns, fire) if due_ns < NEVER_NS else None

    def _firing(self, period_ns: int, handler: Callable[[], object], hard: bool) -> Callable[[], None]:
        """What happens each time; made once, as a fast timer does it very often."""
        serial, now_ns, post = self._serial, self._board.clock.now_ns, self._board.interrupts.post

        def fire() -> None:
            # On real time this is another thread's, which may come too late to be cancelled.
            due_ns = self.due_ns
            if serial != self._serial or due_ns is None:
                return
            if period_ns:
                self.started_ns = due_ns
                late = now_ns() - due_ns
                # Periods that were missed on real time are not made up for.
                self._wait(due_ns + period_ns * (1 if late < period_ns else 1 + late // period_ns), fire)
            else:
                self._cancel = self.due_ns = None
                self._forget()
            post(handler, hard)

        return fire


def running(board: Board) -> set[Alarm]:
    """The alarms that wait on a board, which keep going without anybody else to hold them."""

    def make() -> set[Alarm]:
        board.at_reset.append(lambda: stop_alarms(board))
        return set()

    return board.singleton((Alarm, "running"), make)


def stop_alarms(board: Board) -> None:
    """Stop all that wait on a board."""
    for alarm in tuple(running(board)):
        alarm.stop()


class Timer(Peripheral):
    """Timer(id=-1, *, mode=PERIODIC, callback=None, period, tick_hz=1000, freq, hard=False)

    id: -1, and whatever hardware timers the port has (esp32: 0 to 3, one object each). With an id alone the timer
    stands still. period: in ticks of tick_hz; freq: in Hz, int or float, instead. callback: called with the timer.
    Raises ValueError for a timer that does not exist and a period the port cannot do.
    """

    _alarm: Alarm

    def __new__(cls, id: int = -1, /, **options: Any) -> Self:
        board = cls._board
        number = to_int(id)
        board.port.timer_exists(number)
        if number < 0:
            return cls._make(number)
        return board.singleton((cls, number), lambda: cls._make(number))

    @classmethod
    def _make(cls, id: int) -> Self:
        timer = object.__new__(cls)
        timer._id = id
        timer._alarm = Alarm(cls._board)
        timer._periodic = False
        timer._period_us = 1_000_000 if cls._board.port.timer_keeps else 0
        timer._callback = None
        timer._hard = False
        timer._stopped_ns = 0
        return timer

    def __init__(self, id: int = -1, /, **options: Any) -> None:
        if options:
            self.init(**options)

    def init(
        self,
        *,
        mode: int = 1,
        callback: Callable[[Any], object] | None = UNSET,
        period: int = UNSET,
        tick_hz: int = 1000,
        freq: float | None = None,
        hard: bool = False,
    ) -> None:
        """Start anew; arguments as for the constructor."""
        port = self._board.port
        self.deinit()
        if hard and not port.timer_hard:
            raise ValueError("hard Timers are not implemented")
        self._periodic = bool(to_int(mode))
        self._period_us = self._microseconds(period, to_int(tick_hz), freq)
        if callback is not UNSET or not port.timer_keeps:
            self._callback = None if callback is UNSET else callback
        self._hard = bool(hard)
        if self._callback is not None or not port.timer_keeps:
            self._alarm.start(self._period_us * 1_000, self._periodic, self._run, self._hard)

    def deinit(self) -> None:
        """Stop; again does no harm."""
        if self._alarm.due_ns is not None:
            self._stopped_ns = self._board.clock.now_ns()
        self._alarm.stop()

    def value(self) -> int:
        """Milliseconds since it was started or last went off (esp32)."""
        now = self._stopped_ns if self._alarm.due_ns is None else self._board.clock.now_ns()
        return max(0, now - self._alarm.started_ns) // 1_000_000

    def _microseconds(self, period: int, tick_hz: int, freq: float | None) -> int:
        """The period that was asked for, as the port's timer counts it."""
        port = self._board.port
        resolution = port.timer_tick_hz(self._id) if not port.timer_keeps else 1_000
        if freq is not None:
            if not isinstance(freq, int | float):
                raise TypeError(f"can't convert {type(freq).__name__} to float")
            ticks = int(resolution / freq) if freq else NO_PERIOD
        elif period is not UNSET and period != 0xFFFF_FFFF:
            ticks = to_int(period) * resolution // tick_hz
        else:
            ticks = self._period_us * resolution // 1_000_000 if port.timer_keeps else NO_PERIOD
        if ticks < 1 and not port.timer_hard:
            raise ValueError("Timer period is too short for this timer")
        microseconds = max(ticks * 1_000_000 // resolution, port.timer_min_us)
        if port.timer_max_us is not None and microseconds >= port.timer_max_us:
            raise ValueError("period too large")
        return microseconds

    def _run(self) -> None:
        callback = self._callback
        if self._alarm.due_ns is None:
            self._stopped_ns = self._board.clock.now_ns()
        if callback is None:
            return
        try:
            callback(self)
        except Exception as error:
            if self._hard:
                self._alarm.stop()
            self._board.handler_failed(error)

    def __repr__(self) -> str:
        return self._board.port.timer_repr(self._id, self._periodic, self._period_us)

    _id: int
    _periodic: bool
    _period_us: int
    _callback: Callable[[Any], object] | None
    _hard: bool
    _stopped_ns: int


NO_PERIOD = (2**64 - 10**6) // 1000
"""What rp2 makes of no period at all, in microseconds: the -1 that stands for it, through 64-bit arithmetic."""
