"""`time` on board time: sleeps that let the world go on, wrapping ticks, and the port's calendar.

# Ref: MicroPython extmod/modtime.c, shared/timeutils/timeutils.c
"""

from datetime import datetime, timedelta

from machine_compat.board import Board

UNIX = datetime(1970, 1, 1)


def names(board: Board) -> dict[str, object]:
    return {name: getattr(Time(board), name) for name in PUBLIC}


PUBLIC = (
    "sleep", "sleep_ms", "sleep_us", "ticks_ms", "ticks_us", "ticks_cpu", "ticks_add", "ticks_diff", "time", "time_ns",
    "gmtime", "localtime", "mktime",
)  # fmt: skip


class Time:
    """The functions of `time` for one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._clock = board.clock
        self._call_ns = board.profile.call_ns
        self._period = board.port.ticks_period
        self._epoch = datetime(board.port.epoch_year, 1, 1)
        self._epoch_ns = int((self._epoch - UNIX).total_seconds()) * 1_000_000_000

    # ---- waiting

    def sleep(self, seconds: float, /) -> None:
        """Wait for seconds, which may be a float; none for a negative number."""
        if not isinstance(seconds, int | float):
            raise TypeError(f"can't convert {type(seconds).__name__} to float")
        self._wait(round(seconds * 1_000_000_000))

    def sleep_ms(self, ms: int, /) -> None:
        self._wait(self._word(ms) * 1_000_000)

    def sleep_us(self, us: int, /) -> None:
        self._wait(self._word(us) * 1_000)

    def _word(self, value: object) -> int:
        """An int of the port's word, which has two bits more than its ticks; OverflowError for a longer one."""
        number = whole(value)
        if not -2 * self._period <= number < 2 * self._period:
            raise OverflowError("overflow converting long int to machine word")
        return number

    def _wait(self, ns: int) -> None:
        if ns > 0:
            self._board.sleep_ns(ns)
        else:
            self._clock.spend(self._call_ns)

    # ---- ticks

    def _since_boot(self) -> int:
        self._clock.spend(self._call_ns)
        return self._clock.now_ns() - self._board.booted_ns

    def ticks_ms(self) -> int:
        """Milliseconds since the board started, wrapping at the port's period."""
        return self._since_boot() // 1_000_000 & self._period - 1

    def ticks_us(self) -> int:
        return self._since_boot() // 1_000 & self._period - 1

    def ticks_cpu(self) -> int:
        """The finest ticks there are; here they are nanoseconds."""
        return self._since_boot() & self._period - 1

    def ticks_add(self, ticks: int, delta: int, /) -> int:
        """`delta` ticks later; OverflowError for half a period, or more than a machine word."""
        half = self._period // 2
        if not -half < self._word(delta) < half:
            raise OverflowError("ticks interval overflow")
        return whole(ticks) + delta & self._period - 1

    def ticks_diff(self, end: int, start: int, /) -> int:
        """Signed ticks from `start` to `end`, right across one wrap."""
        half = self._period // 2
        return (whole(end) - whole(start) + half & self._period - 1) - half

    # ---- calendar

    def time(self) -> int:
        """Whole seconds since the port's epoch."""
        return self.time_ns() // 1_000_000_000

    def time_ns(self) -> int:
        self._clock.spend(self._call_ns)
        return self._board.backend.rtc().read() - self._epoch_ns

    def gmtime(self, seconds: int | None = None, /) -> tuple[int, ...]:
        """(year, month, day, hour, minute, second, weekday from Monday 0, day of the year from 1)"""
        moment = self._epoch + timedelta(seconds=self.time() if seconds is None else int(seconds))
        return (*moment.timetuple()[:6], moment.weekday(), moment.timetuple().tm_yday)

    localtime = gmtime

    def mktime(self, parts: tuple[int, ...], /) -> int:
        """Seconds since the epoch of an 8- or 9-tuple; months, days, ... beyond their range carry over."""
        if len(parts) not in (8, 9):
            raise TypeError("mktime needs a tuple of length 8 or 9")
        year, month, day, hour, minute, second = (int(part) for part in parts[:6])
        years, month0 = divmod(month - 1, 12)
        start = datetime(year + years, month0 + 1, 1)
        moment = start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
        return int((moment - self._epoch).total_seconds())


def whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"can't convert {type(value).__name__} to int")
    return int(value)
