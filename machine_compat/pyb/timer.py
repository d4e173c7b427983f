"""`pyb.Timer`: one of the chip's hardware timers.

# Ref: MicroPython ports/stm32/timer.c; RM0090 17 to 20 (timers)
"""

from collections.abc import Callable
from typing import Any, Self

from machine_compat.machine.irq import IRQ
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.ports.stm32 import WIDE_TIMERS
from machine_compat.pyb.clocks import timer_hz
from machine_compat.pyb.timebase import CENTER, DOWN, UP, Beats, TimeBase
from machine_compat.pyb.timer_channel import ENCODERS, MODES, TimerChannel
from machine_compat.pyb.timer_inputs import listening_pin

TIMERS = range(1, 15)
ADVANCED = (1, 8)
"""Timers with complementary outputs, dead time and a break input."""
MODE_NAMES = {UP: "UP", DOWN: "DOWN", CENTER: "CENTER"}
BREAKS = ("BRK_OFF", "BRK_LOW", "BRK_HIGH")
UNSET: Any = object()

Callback = Callable[[Any], object]


class Timer(Peripheral):
    """Timer(id, *, freq, prescaler, period, tick_hz=1000, mode=UP, div=1, callback, deadtime=0, brk=BRK_OFF, hard=True)

    id: 1 to 14, one object each; with an id alone the timer is not touched. freq: in Hz, int or float; or prescaler and
    period as the registers have them, less one; or period alone in ticks of tick_hz. callback: called with the timer at
    every overflow, in a hard interrupt unless told otherwise. div, deadtime and brk are kept and shown: there is no
    break input to use them. Raises ValueError for a timer that does not exist and a frequency it cannot do, TypeError
    without any of freq, period, prescaler and period.
    """

    UP, DOWN, CENTER = UP, DOWN, CENTER
    PWM, PWM_INVERTED, OC_TIMING, OC_ACTIVE, OC_INACTIVE, OC_TOGGLE = range(6)
    OC_FORCED_ACTIVE, OC_FORCED_INACTIVE, IC, ENC_A, ENC_B, ENC_AB = range(6, 12)
    HIGH, LOW = 0, 2
    RISING, FALLING, BOTH = 0, 2, 10
    BRK_OFF, BRK_LOW, BRK_HIGH = 0, 1, 2

    _id: int
    _base: TimeBase

    def __new__(cls, id: int, /, **options: Any) -> Self:
        number = to_int(id)
        if number not in TIMERS:
            raise ValueError(f"Timer({number}) doesn't exist")
        return cls._board.singleton((cls, number), lambda: cls._make(number))

    @classmethod
    def _make(cls, id: int) -> Self:
        board = cls._board
        timer = object.__new__(cls)
        timer._id = id
        wide = f"TIM{id}" in WIDE_TIMERS
        timer._base = TimeBase(timer_hz(board, id), 0xFFFF_FFFF if wide else 0xFFFF)
        timer._used = False
        timer._hard = True
        timer._div = 1
        timer._deadtime = timer._break = 0
        timer._channels = {}
        timer._levels = {}
        timer._beats = Beats(board, timer._base.next_update, timer._overflow)
        timer._irq = IRQ(board, timer, timer._listen)
        return timer

    def __init__(self, id: int, /, **options: Any) -> None:
        if options:
            self.init(**options)

    def init(
        self,
        *,
        freq: float | None = None,
        prescaler: int | None = None,
        period: int | None = None,
        tick_hz: int = 1000,
        mode: int = UP,
        div: int = 1,
        callback: Callback | None = None,
        deadtime: int = 0,
        brk: int = 0,
        hard: bool = True,
    ) -> None:
        """Count from the beginning; arguments as for the constructor."""
        base = self._base
        base.source_hz = timer_hz(self._board, self._id)
        if freq is not None:
            settings = base.for_frequency(number(freq))
        elif prescaler is not None and period is not None:
            settings = to_int(prescaler), to_int(period)
        elif period is not None:
            settings = base.for_time(to_int(period), to_int(tick_hz))
        else:
            raise TypeError("must specify either freq, period, or prescaler and period")
        if to_int(mode) not in MODE_NAMES:
            raise ValueError(f"invalid mode ({mode})")
        self._div = div if div in (2, 4) else 1
        self._deadtime, self._break = dead_ticks(to_int(deadtime)), to_int(brk)
        self._used = True
        self._hard = bool(hard)
        base.restart(*settings, mode, self._board.clock.now_ns())
        self._moved()
        if callback is not None:
            self.callback(callback)

    def deinit(self) -> None:
        """Stop, with all its channels."""
        self.callback(None)
        channels, self._channels = self._channels, {}
        self._levels.clear()
        for channel in channels.values():
            channel._end()
        self._base.stop(self._board.clock.now_ns())
        self._used = False

    # ---- settings

    def source_freq(self) -> int:
        """What it counts before the prescaler, in Hz."""
        return timer_hz(self._board, self._id)

    def freq(self, value: float = UNSET, /) -> float | None:
        """The overflows a second, an int where that is exact; with an argument, set prescaler and period for it."""
        base = self._base
        if value is not UNSET:
            self._change(*base.for_frequency(number(value)))
            return None
        divider = (base.prescaler + 1) * (base.period + 1)
        return base.source_hz / divider if base.source_hz % divider else base.source_hz // divider

    def prescaler(self, value: int = UNSET, /) -> int | None:
        """The prescaler's register: the divider less one."""
        if value is UNSET:
            return self._base.prescaler
        self._change(to_int(value), self._base.period)
        return None

    def period(self, value: int = UNSET, /) -> int | None:
        """The period's register: the highest count."""
        if value is UNSET:
            return self._base.period
        self._change(self._base.prescaler, to_int(value))
        return None

    def counter(self, value: int = UNSET, /) -> int | None:
        """The counter; with an argument, set it."""
        now = self._board.clock.now_ns()
        if value is UNSET:
            return self._base.counter(now)
        self._base.set_counter(to_int(value), now)
        self._moved()
        return None

    def _change(self, prescaler: int, period: int) -> None:
        self._base.change(prescaler, period, self._board.clock.now_ns())
        self._moved()

    def _moved(self) -> None:
        """The counter gets where it goes at other times than before."""
        if self._listening:
            self._beats.start()
        for channel in self._channels.values():
            channel._refresh()

    # ---- interrupts

    def callback(self, function: Callback | None, /) -> None:
        """Have `function(timer)` called at every overflow, and start counting; None ends the calls, not the timer."""
        if function is not None:
            wanted(function)
            self._used = True
            self._base.start(self._board.clock.now_ns())
        self._irq.attach(function, 1, self._hard)

    def _listen(self, trigger: int) -> None:
        self._listening = bool(trigger)
        (self._beats.start if trigger else self._beats.stop)()

    def _overflow(self) -> None:
        self._irq.fire(1)

    # ---- channels

    def channel(self, channel: int, mode: int = UNSET, /, **options: Any) -> TimerChannel | None:
        """Set a channel up and return it; with its number alone, the one there is, or None. See TimerChannel."""
        index = to_int(channel)
        if not 1 <= index <= 4:
            raise ValueError(f"invalid channel ({index})")
        mode = options.pop("mode", mode)
        if mode is UNSET and not options:
            return self._channels.get(index)
        if mode is UNSET:
            raise TypeError("'mode' argument required")
        if to_int(mode) not in range(len(MODES)):
            raise ValueError(f"invalid mode ({mode})")
        before = self._channels.pop(index, None)
        if before is not None:
            before._end()
        made = made_for(self._board, TimerChannel, "pyb")(self, index, mode, **options)
        self._channels[index] = made
        made._refresh()
        return made

    def _encoders(self) -> list[TimerChannel]:
        """The channels that have made the timer count edges."""
        return [channel for channel in self._channels.values() if channel._mode in ENCODERS]

    def _input_pin(self, number: int, asking: TimerChannel) -> Pin | None:
        """The pin that the timer hears as its channel `number`."""
        channel = asking if asking._channel == number else self._channels.get(number)
        connected = None if channel is None else channel._pin
        return connected or listening_pin(self._board, self._id, number)

    def __repr__(self) -> str:
        base = self._base
        if not self._used:
            return f"Timer({self._id})"
        freq = base.source_hz // ((base.prescaler + 1) * (base.period + 1))
        text = f"Timer({self._id}, freq={freq}, prescaler={base.prescaler}, period={base.period}"
        text += f", mode={MODE_NAMES[base.mode]}, div={self._div}"
        if self._id in ADVANCED:
            text += f", deadtime={self._deadtime}, brk={BREAKS[self._break]}"
        return text + ")"

    _used: bool
    _hard: bool
    _div: int
    _deadtime: int
    _break: int
    _channels: dict[int, TimerChannel]
    _levels: dict[int, bool]
    _beats: Beats
    _irq: IRQ
    _listening = False


def number(value: object) -> float:
    """An int or a float as it is; TypeError for anything else."""
    return value if isinstance(value, float) else to_int(value)


def wanted(function: object) -> None:
    if not callable(function):
        raise ValueError("callback must be None or a callable object")


def dead_ticks(ticks: int) -> int:
    """A dead time as its register holds it: coarser the longer it is (RM0090 17.4.18)."""
    for first, beyond, step in ((0, 128, 1), (128, 256, 2), (256, 512, 8), (512, 1008, 16)):
        if ticks < beyond:
            return max(0, ticks - (ticks - first) % step)
    return 1008
