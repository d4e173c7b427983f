"""`pyb.TimerChannel`: what a timer does when its counter gets to a value, or when an edge comes.

# Ref: MicroPython ports/stm32/timer.c; RM0090 17.3.10 (PWM mode), 18.3.5 (input capture), 18.3.8 (output compare)
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from machine_compat.contract import PWMConfig
from machine_compat.machine.irq import IRQ
from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pwm_leg import Leg, leg_of
from machine_compat.pyb.timebase import CENTER, SECOND, Beats
from machine_compat.pyb.timer_inputs import (
    BOTH,
    ENCODER_TIMERS,
    FALLING,
    RISING,
    TimerInput,
    captured,
    counted,
    listening_pin,
    release,
)

if TYPE_CHECKING:
    from machine_compat.pyb.timer import Timer

MODES = (
    "PWM", "PWM_INVERTED", "OC_TIMING", "OC_ACTIVE", "OC_INACTIVE", "OC_TOGGLE", "OC_FORCED_ACTIVE",
    "OC_FORCED_INACTIVE", "IC", "ENC_A", "ENC_B", "ENC_AB",
)  # fmt: skip
PULSES = frozenset({"PWM", "PWM_INVERTED"})
CAPTURE = "IC"
ENCODERS = frozenset({"ENC_A", "ENC_B", "ENC_AB"})
AT_MATCH = frozenset({"OC_ACTIVE", "OC_INACTIVE", "OC_TOGGLE"})
"""Modes that change the pin when the counter gets to the value."""
UNSET: Any = object()


class TimerChannel(Peripheral):
    """timer.channel(n, mode, *, callback, pin, compare, polarity, pulse_width, pulse_width_percent, ..._us, ..._ns)

    mode: PWM or PWM_INVERTED, pulses on a pin that the timer reaches; OC_..., a pin that changes when the counter gets
    to `compare`, OC_TIMING none; IC, the counter's value at an edge of the pin; ENC_..., a timer that counts the edges
    of its first two channels' pins, forward and back. callback: called with the timer when the counter gets to the
    channel's value, and at each edge captured. polarity: HIGH or LOW of an output, RISING, FALLING or BOTH of an input.
    A pin that the timer reaches by another channel shows none of this one's pulses; that of a complementary output
    shows them inverted. Raises ValueError for another mode or polarity, a pin the timer does not reach, and an encoder
    on a timer that has none.
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
        polarity: int | None = None,
    ) -> None:
        board = self._board
        self._timer = timer
        self._channel = channel
        self._mode = MODES[mode]
        self._polarity = self._checked(polarity)
        self._compare = 0
        self._leg: Leg | None = None
        self._pin: Pin | None = None
        self._input: TimerInput | None = None
        self._inverted = (self._mode == "PWM_INVERTED") ^ (self._polarity == timer.LOW)
        # OCxREF, which outlives a change of mode.
        before = timer._levels.get(channel, False)
        self._active = self._mode == "OC_FORCED_ACTIVE" or (before and self._mode != "OC_FORCED_INACTIVE")
        timer._levels[channel] = self._active
        self._listening = False
        self._beats = Beats(board, self._next_match, self._matched)
        self._irq = IRQ(board, timer, self._listen)
        if pin is not None:
            self._connect(pin)
        self._set(to_int(pulse_width if self._mode in PULSES else compare))
        self._begin(pulse_width_percent, pulse_width_us, pulse_width_ns)
        self._hear()
        if callback is not None:
            self.callback(callback)

    def _checked(self, polarity: int | None) -> int:
        """The polarity: pulses have none, of an output it is a level, of an input an edge."""
        timer = self._timer
        encoder = self._mode in ENCODERS
        allowed = (RISING, FALLING, BOTH) if encoder or self._mode == CAPTURE else (timer.HIGH, timer.LOW)
        chosen = 0 if polarity is None or self._mode in PULSES else to_int(polarity)
        if chosen not in allowed:
            raise ValueError(f"invalid polarity ({chosen})")
        if encoder and timer._id not in ENCODER_TIMERS:
            raise ValueError(f"encoder not supported on timer {timer._id}")
        return chosen

    def _begin(self, percent: float | None, us: int | None, ns: int | None) -> None:
        """Set the width from the first of these that is given."""
        if self._mode not in PULSES:
            return
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
        self._pin = pin
        drives = self._mode not in ("OC_TIMING", CAPTURE) and self._mode not in ENCODERS
        if drives and signals & {signal, signal + "N"}:
            self._inverted ^= signal not in signals
            self._leg = leg_of(board, pin.ref)
            self._leg.take(unit)

    def _hear(self) -> None:
        """Listen to the pins that the mode listens to."""
        timer, board = self._timer, self._board
        base, name = timer._base, f"tim{timer._id} ch{self._channel}"
        if self._mode == CAPTURE:
            base.start(board.clock.now_ns())
            pin = self._pin or listening_pin(board, timer._id, self._channel)
            if pin is not None:
                release(pin)
                self._input = TimerInput(board, name, captured(pin, self._polarity), self._capture)
        elif self._mode in ENCODERS:
            for other in timer._encoders():
                other._mute()
            base.stop(board.clock.now_ns())
            base.clocked = False
            base.set_counter(0, board.clock.now_ns())
            first, second = (timer._input_pin(number, self) for number in (1, 2))
            for pin in filter(None, (first, second)):
                release(pin)
            rules = counted(first, second, by_first=self._mode != "ENC_B", by_second=self._mode != "ENC_A")
            self._input = TimerInput(board, name, rules, self._step)

    def _capture(self, change: int) -> None:
        self._compare = self._timer._base.counter(self._board.clock.now_ns())
        self._irq.fire(1)

    def _step(self, change: int) -> None:
        if self._timer._base.step(change):
            self._timer._overflow()

    def _refresh(self) -> None:
        """Put on the pin what timer and compare value make of it now, and wait for the next match."""
        base = self._timer._base
        cycle = base.cycle
        if self._leg is not None and self._mode not in PULSES:
            self._leg.put(PWMConfig(base.ns(cycle), base.ns(cycle) if self._active else 0, self._inverted))
        elif self._leg is not None and base.running:
            high = self._compare * (2 if base.mode == CENTER else 1)
            self._leg.put(PWMConfig(base.ns(cycle), base.ns(min(high, cycle)), self._inverted))
        if self._mode != CAPTURE and (self._listening or (self._leg is not None and self._mode in AT_MATCH)):
            self._beats.start()

    def _mute(self) -> None:
        if self._input is not None:
            self._input.close()
            self._input = None

    def _end(self) -> None:
        """No pulses and no calls any more."""
        self._irq.attach(None, 0, self._timer._hard)
        self._beats.stop()
        self._mute()
        if self._mode in ENCODERS:
            self._timer._base.clocked = not self._timer._encoders()
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
        if not trigger:
            self._beats.stop()
        self._refresh()

    def _next_match(self, after: int) -> int | None:
        return self._timer._base.next_match(self._compare, after)

    def _matched(self) -> None:
        if self._mode in AT_MATCH:
            self._active = not self._active if self._mode == "OC_TOGGLE" else self._mode == "OC_ACTIVE"
            self._timer._levels[self._channel] = self._active
            self._refresh()
        if self._listening:
            self._irq.fire(1)

    def __repr__(self) -> str:
        return f"TimerChannel(timer={self._timer._id}, channel={self._channel}, mode={self._mode})"
