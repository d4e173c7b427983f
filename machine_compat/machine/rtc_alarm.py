"""The alarm of `machine.RTC`: a call, and a wake-up, when the calendar gets to a time.

# Ref: MicroPython ports/mimxrt/machine_rtc.c, ports/esp8266/machine_rtc.c, ports/cc3200/mods/pybrtc.c
"""

import errno
from typing import Any

from machine_compat.board import Board
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.machine.timer import Alarm
from machine_compat.oserror import os_error

MS = 1_000_000
WAKE_DEEPSLEEP = 4
"""machine.DEEPSLEEP, for `wake`."""
_UNSET: Any = object()


class AlarmClock(Peripheral):
    """What RTC has of alarms: one, ALARM0, in milliseconds from now or at a date; seconds on mimxrt."""

    _irq: IRQ | None = None
    _repeat_ns = 0

    def _ns_until(self, date: tuple[object, ...]) -> int:
        """How far off a date is; negative for one that is past."""
        raise NotImplementedError(f"{type(self).__name__}._ns_until")

    def alarm(self, id: int = 0, time: object = None, *, repeat: object = False) -> None:
        """Set the alarm to so many milliseconds from now, again and again with `repeat`, or to a date of 8 items.

        Raises ValueError for a date that is past or repeats; for another id ValueError "invalid alarm" on esp8266,
        OSError ENODEV elsewhere.
        """
        self._check(id)
        if isinstance(time, tuple):
            ns = self._ns_until(time)
            if repeat or ns < 0:
                raise ValueError("invalid argument(s) value")
        else:
            step = self._board.port.rtc_alarm_ms
            ns = (0 if time is None else to_int(time)) // step * step * MS
        self._repeat_ns = ns if repeat else 0
        alarm0(self._board).start(max(0, ns), False, self._due, hard=False)

    def alarm_left(self, alarm_id: int = 0) -> int:
        """Milliseconds until the alarm, in whole seconds on mimxrt; 0 when it is not set."""
        self._check(alarm_id)
        board = self._board
        due, step = alarm0(board).due_ns, board.port.rtc_alarm_ms
        return 0 if due is None else (due - board.clock.now_ns()) // MS // step * step

    def alarm_cancel(self, alarm_id: int = 0) -> None:
        """Take the alarm back."""
        self._check(alarm_id)
        alarm0(self._board).stop()

    cancel = alarm_cancel

    def irq(
        self, *, trigger: int = 0, handler: Handler | None = _UNSET, wake: int | None = 0, **rest: Any
    ) -> IRQ | None:
        """Have ``handler(rtc)`` called at the alarm; wake: the sleep it ends besides, as machine.DEEPSLEEP.

        esp8266 has no handler, and returns nothing.
        """
        port = self._board.port
        if rest.keys() - {"priority", "hard"} or (handler is not _UNSET and not port.rtc_alarm_calls):
            raise TypeError("extra keyword arguments given")
        self._check(trigger)
        self._board.singletons[ALARM_WAKES] = bool(to_int(wake or 0) & WAKE_DEEPSLEEP)
        if not port.rtc_alarm_calls:
            return None
        if self._irq is None:
            self._irq = IRQ(self._board, self, lambda trigger: None)
        self._irq.attach(None if handler is _UNSET else handler, 1, hard=bool(rest.get("hard")))
        return self._irq

    def _check(self, id: int) -> None:
        if to_int(id) != 0:
            words = self._board.port.rtc_alarm_lacking
            raise ValueError(words) if words else os_error(errno.ENODEV)

    def _due(self) -> None:
        if self._repeat_ns:
            alarm0(self._board).start(self._repeat_ns, False, self._due, hard=False)
        if self._irq is not None:
            self._irq.fire(0)


ALARM_WAKES = ("rtc alarm wakes",)


def alarm0(board: Board) -> Alarm:
    return board.singleton((AlarmClock, "alarm0"), lambda: Alarm(board))


def wake_ns(board: Board) -> int | None:
    """When the alarm will end a deep sleep; None when it will not."""
    return alarm0(board).due_ns if board.singletons.get(ALARM_WAKES) else None
