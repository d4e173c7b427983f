"""`pyb.TimerChannel`: what a timer does when its counter gets to a value: pulses on a pin, or a call.

# Ref: MicroPython ports/stm32/timer.c; RM0090 17.3.10 (PWM mode), 18.3.7 (output compare)
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from machine_compat.contract import PWMConfig
from machine_compat.machine.irq import IRQ
from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pwm_leg import Leg, leg_of
from machine_compat.pyb.timebase import CENTER, SECOND, Beats

if TYPE_CHECKING:
    from machine_compat.pyb.timer import Timer

MODES = (
    "PWM", "PWM_INVERTED", "OC_TIMING", "OC_ACTIVE", "OC_INACTIVE", "OC_TOGGLE", "OC_FORCED_ACTIVE",
    "OC_FORCED_INACTIVE", "IC", "ENC_A", "ENC_B", "ENC_AB",
)  # fmt: skip
OFFERED = MODES[:3]
UNSET: Any = object()


class TimerChannel(Peripheral):
    """timer.channel(n, mode, *, callback, pin, compare, pulse_width, pulse_width_percent, pulse_width_us, ..._ns)

    mode: PWM or PWM_INVERTED, pulses on a pin that the timer reaches; OC_TIMING, no pin. callback: called with the
    timer when the counter gets to the channel's value. A pin that the timer reaches by another channel shows none of
    this one's pulses; that of a complementary output shows them inverted. Raises ValueError for any other mode and for
    a pin the timer does not reach.
    """

    def __init__(
        self,
        timer: "Timer",
        channel: int,
        mode: int,
        /,
        *,
        callback: Callable[[Any], object] | None = None,
        pin: object = None,
        pulse_width: int = 0,
        pulse_width_percent: float | None = None,
        pulse_width_us: int | None = None,
        pulse_width_ns: int | None = None,
        compare: int = 0,
        polarity: int = 0,
    ) -> None:
        if MODES[mode] not in OFFERED:
            raise ValueError(f"Timer.{MODES[mode]} cannot be done here; {', '.join(OFFERED)} can")
        if polarity not in (timer.HIGH, timer.LOW):
            raise ValueError(f"invalid polarity ({polarity})")
        board = self._board
        self._timer = timer
        self._channel = channel
        self._mode = mode
        self._compare = 0
        self._leg: Leg | None = None
        self._inverted = mode == timer.PWM_INVERTED
        self._listening = False
        self._beats = Beats(board, self._next_match, self._matched)
        self._irq = IRQ(board, timer, self._listen)
        if pin is not None:
            self._connect(pin)
        self._set(to_int(compare if mode == timer.OC_TIMING else pulse_width))
        self._begin(pulse_width_percent, pulse_width_us, pulse_width_ns)
        if callback is not None:
            self.callback(callback)

    def _begin(self, percent: float | None, us: int | None, ns: int | None) -> None:
        """Set the width from the first of these that is given."""
        if percent is not None:
            self.pulse_width_percent(percent)
        elif us is not None:
            self.pulse_width_us(us)
        elif ns is not None:
            self.pulse_width_ns(ns)

    # ---- the pin

    def _connect(self, pin: object) -> None:
        if not isinstance(pin, Pin):
            raise ValueError("pin argument needs to be a Pin type")
        board, unit = self._board, f"TIM{self._timer._id}"
        signal = f"CH{self._channel}"
        if not board.profile.alternates:
            signals, index = {signal}, 0
        else:
            reached = [found for found in board.profile.alternates.get(pin.ref, ()) if found.unit == unit]
            if not reached:
                raise ValueError(f"Pin({pin.name()}) doesn't have an alt for Timer({self._timer._id})")
            signals, index = {found.signal for found in reached}, reached[0].number
        pin.init(pin.AF_PP, alt=index)
        if self._mode != self._timer.OC_TIMING and signals & {signal, signal + "N"}:
            self._inverted ^= signal not in signals
            self._leg = leg_of(board, pin.ref)
            self._leg.take(unit)

    def _refresh(self) -> None:
        """Put the pulses on the pin as timer and compare value have them now, and wait for the next match."""
        base = self._timer._base
        if self._leg is not None and base.running:
            high = self._compare * (2 if base.mode == CENTER else 1)
            cycle = base.cycle
            self._leg.put(PWMConfig(base.ns(cycle), base.ns(min(high, cycle)), self._inverted))
        if self._listening:
            self._beats.start()

    def _end(self) -> None:
        """No pulses and no calls any more."""
        self._irq.attach(None, 0, self._timer._hard)
        if self._leg is not None:
            self._leg.put(PWMConfig(self._timer._base.ns(self._timer._base.cycle), 0))
            self._leg = None

    # ---- the value

    def _set(self, value: int) -> None:
        self._compare = value & self._timer._base.most
        self._refresh()

    def compare(self, value: int = UNSET, /) -> int | None:
        """The value in ticks of the timer: the width of the pulses, the count that calls; with an argument, set it."""
        if value is UNSET:
            return self._compare
        self._set(to_int(value))
        return None

    capture = compare
    pulse_width = compare

    def pulse_width_percent(self, value: float = UNSET, /) -> float | None:
        """The pulses' part of the period, 0 to 100; with an argument, set it: beyond, it is the nearest."""
        base = self._timer._base
        full = base.period + (base.mode != CENTER)
        if value is UNSET:
            return 100.0 if self._compare >= full else self._compare * 100 / full
        if isinstance(value, float):
            self._set(int(max(0.0, min(100.0, value)) / 100 * full))
        else:
            self._set(max(0, min(100, to_int(value))) * full // 100)
        return None

    def pulse_width_us(self, value: int = UNSET, /) -> int | None:
        """The width of the pulses in microseconds; with an argument, set it."""
        base = self._timer._base
        if value is UNSET:
            return self._compare * 1_000_000 // base.tick_hz
        self._set(to_int(value) * base.tick_hz // 1_000_000)
        return None

    def pulse_width_ns(self, value: int = UNSET, /) -> int | None:
        """The width of the pulses in nanoseconds; with an argument, set it."""
        base = self._timer._base
        if value is UNSET:
            return self._compare * SECOND // base.tick_hz
        self._set(to_int(value) * base.tick_hz // SECOND)
        return None

    # ---- interrupts

    def callback(self, function: Callable[[Any], object] | None, /) -> None:
        """Have `function(timer)` called whenever the counter gets to the value; None ends that."""
        if function is not None and not callable(function):
            raise ValueError("callback must be None or a callable object")
        self._irq.attach(function, 1, self._timer._hard)

    def _listen(self, trigger: int) -> None:
        self._listening = bool(trigger)
        (self._beats.start if trigger else self._beats.stop)()

    def _next_match(self, after: int) -> int | None:
        return self._timer._base.next_match(self._compare, after)

    def _matched(self) -> None:
        self._irq.fire(1)

    def __repr__(self) -> str:
        return f"TimerChannel(timer={self._timer._id}, channel={self._channel}, mode={MODES[self._mode]})"
