"""`machine.RTC`: the calendar that goes on through resets.

# Ref: MicroPython ports/rp2/machine_rtc.c, ports/esp32/machine_rtc.c, ports/stm32/rtc.c, shared/timeutils/timeutils.c
"""

import errno
from collections.abc import Callable, Sequence
from typing import Self, cast

from machine_compat.board import Board
from machine_compat.contract import RTCChannel
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import fail, readable, to_int
from machine_compat.machine.rtc_alarm import AlarmClock, alarm0
from machine_compat.machine.timer import Alarm
from machine_compat.oserror import os_error

SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS
STM32_FRESH = (2015, 1, 1, 4, 0, 0, 0, 0)
"""What stm32's and cc3200's calendars start with, a Thursday (ports/stm32/rtc.c, ports/cc3200/mods/pybrtc.c)."""
WAKE_LINE = 22
"""The EXTI line of the wake-up timer, which its callback is called with (RM0090 12.2.5)."""

DateTime = tuple[int, int, int, int, int, int, int, int]


class RTC(AlarmClock):
    """RTC(id=0)

    The board's only one; most ports take no number. ``datetime()`` is (year, month, day, weekday, hours, minutes,
    seconds, subseconds): weekday 0 for Monday, on stm32 1 and kept as set; subseconds are always 0 on rp2, microseconds
    on esp32, and count down from 255 on stm32. What is beyond the end of a month, day, hour or minute carries over.
    """

    _clock: RTCChannel
    _alarm: Alarm

    def __new__(cls, *id: object, **options: object) -> Self:
        cls._check_id(*id, **options)
        return cls._board.singleton((cls,), lambda: cls._make(cls._board))

    @classmethod
    def _make(cls, board: Board) -> Self:
        rtc = object.__new__(cls)
        try:
            rtc._clock = board.backend.rtc()
        except BusError as error:
            fail(board, "RTC", error)
        rtc._alarm = wake_timer(board)
        return rtc

    def __init__(self, *id: object, **options: object) -> None:
        """Nothing: `_make` has made the only one."""

    @classmethod
    def _check_id(cls, *given: object, id: object = 0) -> None:
        if (given or id != 0) and not cls._board.port.rtc_id:
            raise TypeError(f"function takes 0 positional arguments but {len(given) or 1} were given")
        if to_int(given[0] if given else id) != 0:
            raise os_error(errno.ENODEV)

    def datetime(self, datetimetuple: object = None, /) -> DateTime | None:
        """The date and time; with an 8-tuple, set them: ValueError for a date there is none of."""
        if datetimetuple is None:
            return self._read()
        year, month, day, weekday, *clock, subseconds = eight(datetimetuple)
        self._set(year, month, day, clock, subseconds)
        self._keep_weekday(weekday)
        return None

    def init(self, datetime: object = None, /) -> None:
        """esp32: set (year, month, day, hours, minutes, seconds, anything, microseconds). stm32: start the clock anew,
        at 2015-01-01."""
        ways = self._board.port.rtc_init
        if datetime is not None and "time" in ways:
            year, month, day, *clock, _, subseconds = eight(datetime)
            self._set(year, month, day, clock, subseconds)
        elif datetime is None and "fresh" in ways:
            self.datetime(STM32_FRESH)
        else:
            raise TypeError(f"function takes {1 + ('time' in ways)} positional arguments")

    def now(self) -> tuple[int | None, ...]:
        """cc3200: (year, month, day, hours, minutes, seconds, microseconds, None)."""
        year, month, day, _, *clock, _ = self._read()
        return (year, month, day, *clock, self._now() % SECOND_NS // 1_000_000 * 1_000, None)

    def deinit(self) -> None:
        """cc3200: start the calendar anew at 2015-01-01, without alarm."""
        alarm0(self._board).stop()
        self.datetime(STM32_FRESH)

    def _ns_until(self, date: tuple[object, ...]) -> int:
        year, month, day, _, hours, minutes, seconds, _ = eight(date)
        days = days_before(year if year >= 100 else year + 2000, month) + day - 1
        return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND_NS - self._now()

    def memory(self, data: object = None, /) -> bytes | None:
        """Bytes that outlive a reset; with an argument, set them: ValueError "buffer too long" beyond 2048."""
        retained = self._board.retained
        if data is None:
            return cast(bytes, retained.get("rtc memory", b""))
        content = readable(data)
        if len(content) > self._board.port.rtc_memory:
            raise ValueError("buffer too long")
        retained["rtc memory"] = bytes(content)
        return None

    # ---- stm32's own

    def info(self) -> int:
        """How the clock started: bit 16 for power-on, bit 17 for a reset; the low bits, milliseconds, stay 0."""
        return {"PWRON": 0x10000, "HARD": 0x20000}.get(self._board.reset_cause, 0)

    def calibration(self, cal: int | None = None, /) -> int | None:
        """The smooth calibration, -511..512 of about 0.954 ppm each; with an argument, set it."""
        retained = self._board.retained
        if cal is None:
            return cast(int, retained.get("rtc calibration", 0))
        value = to_int(cal)
        if not -511 <= value <= 512:
            raise ValueError("calibration value out of range")
        retained["rtc calibration"] = value
        return None

    def wakeup(self, timeout: int | None, *rest: object) -> None:
        """wakeup(ms or None[, callback]), wakeup(wucksel, wut, callback)

        Call ``callback(22)`` every so often, and wake the board from its sleep; None ends it.
        Raises ValueError "wakeup value too large" beyond 36 hours.
        """
        if len(rest) > 2:
            raise TypeError(f"function expected at most 4 arguments, got {2 + len(rest)}")
        callback = rest[-1] if rest else None
        self._alarm.stop()
        if timeout is None:
            return
        if len(rest) == 2:
            period_ns = wakeup_ns(to_int(timeout), to_int(rest[0]))
        else:
            period_ns = wakeup_ns(*wakeup_registers(to_int(timeout)))
        self._alarm.start(period_ns, True, lambda: self._wake(callback), hard=True)

    def _wake(self, callback: object) -> None:
        if callback is None:
            return
        try:
            cast(Callable[[int], object], callback)(WAKE_LINE)
        except Exception as error:
            self._alarm.stop()
            self._board.handler_failed(error)

    # ---- calendar

    def _read(self) -> DateTime:
        port = self._board.port
        now = self._now()
        days, ns = divmod(now, DAY_NS)
        seconds, fraction = divmod(ns, SECOND_NS)
        year, month, day = date_of(days)
        weekday = (days + 3) % 7 + port.rtc_first_weekday
        if port.rtc_first_weekday and "rtc weekday" in self._board.retained:
            shift = cast(int, self._board.retained["rtc weekday"])
            weekday = (days + shift) % 7 + 1
        clock = (seconds // 3600, seconds // 60 % 60, seconds % 60)
        return (year, month, day, weekday, *clock, port.rtc_subsecond(fraction))

    def _now(self) -> int:
        try:
            return self._clock.read()
        except BusError as error:
            fail(self._board, "RTC", error)

    def _keep_weekday(self, weekday: int) -> None:
        if self._board.port.rtc_first_weekday:
            self._board.retained["rtc weekday"] = (weekday - 1 - self._now() // DAY_NS) % 7

    def _set(self, year: int, month: int, day: int, clock: Sequence[int], subseconds: int) -> None:
        port = self._board.port
        if year not in port.rtc_years or not 1 <= month <= 12:
            raise ValueError(f"no such date: {year:04}-{month:02}-{day:02}")
        hours, minutes, seconds = clock
        total = days_before(year, month) + day - 1
        ns = ((total * 24 + hours) * 60 + minutes) * 60 * SECOND_NS + seconds * SECOND_NS
        if port.rtc_microseconds:
            ns += subseconds * 1_000
        try:
            self._clock.set(ns)
        except BusError as error:
            fail(self._board, "RTC", error)

    def __repr__(self) -> str:
        return "<RTC>"


def eight(items: object) -> list[int]:
    """The ints of an 8-tuple or list."""
    if not isinstance(items, tuple | list):
        raise TypeError(f"object '{type(items).__name__}' isn't a tuple or list")
    if len(items) != 8:
        raise ValueError(f"requested length 8 but object has length {len(items)}")
    return [to_int(item) for item in items]


def days_before(year: int, month: int) -> int:
    """Days from 1970-01-01 to the first of a month, by the proleptic Gregorian calendar."""
    # Years that begin in March have their leap day last, so that months before it need no care.
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return year * 365 + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 - 719_468


def date_of(days: int) -> tuple[int, int, int]:
    """Year, month and day so many days after 1970-01-01."""
    year = 1970 + days * 400 // 146_097
    while days_before(year + 1, 1) <= days:
        year += 1
    while days_before(year, 1) > days:
        year -= 1
    month = next(month for month in range(12, 0, -1) if days_before(year, month) <= days)
    return year, month, days - days_before(year, month) + 1


def wakeup_registers(ms: int) -> tuple[int, int]:
    """The clock selection and reload value of stm32's wake-up timer for a time in ms (RM0090 26.3.6)."""
    for select, divider in ((3, 2), (2, 4), (1, 8), (0, 16)):
        if ms <= 2_000 * divider:
            return select, max(0, 32_768 // divider * ms // 1_000 - 1)
    seconds = ms // 1_000
    if seconds <= 0x10000:
        return 4, max(0, seconds - 1)
    if seconds > 0x20000:
        raise ValueError("wakeup value too large")
    return 6, max(0, seconds - 0x10000 - 1)


def wakeup_ns(select: int, reload: int) -> int:
    """How long the wake-up timer takes with these register values."""
    select &= 7
    if select < 4:
        return (reload + 1) * (16 >> select) * SECOND_NS // 32_768
    return (reload + 1 + (0x10000 if select >= 6 else 0)) * SECOND_NS


def wake_timer(board: Board) -> Alarm:
    """The wake-up timer of a board's calendar; its `due_ns` says when it wakes the board."""
    return board.singleton((RTC, "wakeup"), lambda: Alarm(board))
