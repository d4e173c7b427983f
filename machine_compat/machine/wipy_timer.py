"""`machine.Timer` of the WiPy: a hardware timer of two channels, which call functions or put pulses on pins.

# Ref: MicroPython ports/cc3200/mods/pybtimer.c; docs/library/machine.TimerWiPy.rst; CC3200 technical reference manual
# SWRU367D, 9 (general-purpose timers)
"""

import errno
from collections.abc import Callable
from typing import Any, Self

from machine_compat.contract import PWMConfig
from machine_compat.machine.irq import IRQ
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pins import pin_of
from machine_compat.machine.pwm_leg import Leg, leg_of
from machine_compat.machine.timer import Alarm
from machine_compat.oserror import os_error

CLOCK_HZ = 80_000_000
TIMERS = range(4)
FULL_DUTY = 10_000
WRONG = "invalid argument(s) value"
A, B = 0xFF, 0xFF00
POSITIVE, NEGATIVE = 1, 2
TIMEOUT, MATCH = 1, 2
PWM_PINS = {(0, A): "GP24", (1, A): "GP25", (2, B): "GP9", (3, A): "GP10", (3, B): "GP11"}
"""The pins that carry pulses, by timer and channel; the other channels have none."""


class Timer(Peripheral):
    """Timer(id, mode, *, width=16)

    id: 0 to 3, one object each; with an id alone the timer is not touched. mode: ONE_SHOT, PERIODIC or PWM. width: 16
    bits for two channels, 32 for one, `A | B`. Raises OSError ENODEV for another id, ValueError for what cannot be.
    """

    A, B = A, B
    ONE_SHOT, PERIODIC, PWM = 0x31, 0x32, 0x0A
    POSITIVE, NEGATIVE = POSITIVE, NEGATIVE
    TIMEOUT, MATCH = TIMEOUT, MATCH

    _id: int
    _mode: int | None
    _wide: bool
    _channels: "dict[int, TimerChannel]"

    def __new__(cls, id: int, *args: int, **options: int) -> Self:
        number = to_int(id)
        if number not in TIMERS:
            raise os_error(errno.ENODEV)
        return cls._board.singleton((cls, number), lambda: cls._make(number))

    @classmethod
    def _make(cls, id: int) -> Self:
        timer = object.__new__(cls)
        timer._id = id
        timer._mode = None
        timer._wide = False
        timer._channels = {}
        return timer

    def __init__(self, id: int, *args: int, **options: int) -> None:
        if args or options:
            self.init(*args, **options)

    def init(self, mode: int, *, width: int = 16) -> None:
        """Set the mode, for the channels that are made from now on."""
        if to_int(mode) not in NAMES or to_int(width) not in (16, 32) or (mode == self.PWM and width == 32):
            raise ValueError(WRONG)
        self.deinit()
        self._mode, self._wide = mode, width == 32

    def deinit(self) -> None:
        """Stop all channels."""
        for channel in self._channels.values():
            channel._stop()

    def channel(
        self,
        channel: int,
        *,
        freq: int = 0,
        period: int = 0,
        polarity: int = POSITIVE,
        duty_cycle: int = 0,
        **rest: Any,
    ) -> "TimerChannel | None":
        """Start a channel with a frequency in Hz or a period in µs; with its number alone, the one there is, or None.

        duty_cycle: of pulses, in hundredths of a percent. Raises OSError EPERM before `init`.
        """
        number = to_int(channel)
        if self._mode is None:
            raise os_error(errno.EPERM)
        if rest:
            raise TypeError("extra keyword arguments given")
        if number not in (A, B, A | B) or (number == A | B and not self._wide):
            raise ValueError(WRONG)
        if (freq, period, polarity, duty_cycle) == (0, 0, POSITIVE, 0):
            return next((known for key, known in self._channels.items() if key & number), None)
        if (to_int(freq) and to_int(period)) or (freq <= 0 and period <= 0):
            raise ValueError(WRONG)
        for key in [key for key in self._channels if key & number]:
            self._channels.pop(key)._stop()
        made = made_for(self._board, TimerChannel)(self, number, freq, period, polarity, duty_cycle)
        self._channels[number] = made
        return made

    def __repr__(self) -> str:
        return f"Timer({self._id}, mode=Timer.{NAMES.get(self._mode or 0, 'PWM')})"


NAMES = {Timer.ONE_SHOT: "ONE_SHOT", Timer.PERIODIC: "PERIODIC", Timer.PWM: "PWM"}


class TimerChannel(Peripheral):
    """What Timer.channel gives: a function called at its timeouts or matches, or pulses on a pin."""

    def __init__(self, timer: Timer, channel: int, freq: int, period: int, polarity: int, duty_cycle: int) -> None:
        board = self._board
        self._timer = timer
        self._mode = timer._mode
        self._channel = channel
        self._freq, self._period = to_int(freq), to_int(period)
        self._polarity = to_int(polarity)
        self._duty = clipped(duty_cycle)
        self._alarm = Alarm(board)
        self._irq = IRQ(board, self, lambda trigger: None)
        self._leg: Leg | None = None
        pin = PWM_PINS.get((timer._id, channel))
        self._start()
        if self._mode == Timer.PWM and pin is not None:
            self._leg = leg_of(board, pin_of(board, pin).ref)
            self._leg.take(f"TIM{timer._id}")
            self._pulse()

    @property
    def _ticks(self) -> int:
        """The clock's ticks in a period; ValueError for one the counter cannot do."""
        ticks = CLOCK_HZ // self._freq if self._freq > 0 else CLOCK_HZ // 1_000_000 * self._period
        if ticks < 2 or (self._channel != A | B and ticks - 1 > 0xFF_FFFF):
            raise ValueError(WRONG)
        return ticks

    @property
    def _cycle_ns(self) -> int:
        return self._ticks * 1_000_000_000 // CLOCK_HZ

    @property
    def _high_ns(self) -> int:
        return self._cycle_ns * self._duty // FULL_DUTY

    def _start(self) -> None:
        """Count from the beginning."""
        if self._mode == Timer.PWM:
            self._alarm.start(self._high_ns, False, self._first_match, hard=True)
        else:
            self._alarm.start(self._cycle_ns, self._mode == Timer.PERIODIC, self._elapsed, hard=True)
        self._pulse()

    def _pulse(self) -> None:
        if self._leg is not None:
            self._leg.put(PWMConfig(self._cycle_ns, self._high_ns, self._polarity == NEGATIVE))

    def _first_match(self) -> None:
        self._alarm.start(self._cycle_ns, True, self._elapsed, hard=True)
        self._elapsed()

    def _elapsed(self) -> None:
        self._irq.fire(MATCH if self._mode == Timer.PWM else TIMEOUT)

    def _stop(self) -> None:
        self._alarm.stop()
        self._irq.attach(None, 0, hard=False)
        if self._leg is not None:
            self._leg.put(PWMConfig(self._cycle_ns, 0))

    def freq(self, value: int | None = None, /) -> int | None:
        """The frequency in Hz, 0 while a period was given; with an argument, set it and count anew."""
        if value is None:
            return self._freq
        if to_int(value) <= 0:
            raise ValueError(WRONG)
        self._freq, self._period = value, 1_000_000 // value
        self._start()
        return None

    def period(self, value: int | None = None, /) -> int | None:
        """The period in µs, 0 while a frequency was given; with an argument, set it and count anew."""
        if value is None:
            return self._period
        if to_int(value) <= 0:
            raise ValueError(WRONG)
        self._period, self._freq = value, 1_000_000 // value
        self._start()
        return None

    def duty_cycle(self, value: int | None = None, polarity: int | None = None, /) -> int | None:
        """The pulses' part of the period in hundredths of a percent; with an argument, set it, and the polarity."""
        if value is None:
            return self._duty
        self._duty = clipped(value)
        if polarity is not None:
            self._polarity = to_int(polarity)
        self._pulse()
        return None

    def irq(
        self, *, trigger: int, priority: int = 1, handler: Callable[[object], object] | None = None, wake: object = None
    ) -> IRQ:
        """Call ``handler(channel)``: trigger TIMEOUT, or MATCH where it makes pulses. ValueError for the other one."""
        if to_int(trigger) != (MATCH if self._mode == Timer.PWM else TIMEOUT) or wake is not None:
            raise ValueError(WRONG)
        self._irq.attach(handler, trigger, hard=False)
        return self._irq

    def __repr__(self) -> str:
        name = {A: "A", B: "B"}.get(self._channel, "AB")
        pulses = ""
        if self._mode == Timer.PWM:
            level = {POSITIVE: "POSITIVE", NEGATIVE: "NEGATIVE"}.get(self._polarity, "BOTH")
            pulses = f", polarity=Timer.{level}, duty_cycle={self._duty // 100}.{self._duty % 100:02}"
        return f"timer.channel(Timer.{name}, freq={self._freq}{pulses})"


def clipped(duty: int) -> int:
    return min(FULL_DUTY, max(0, to_int(duty)))
