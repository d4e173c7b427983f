"""PWM by timers with fixed outputs, as rp2's slices and stm32's TIMx are: one frequency a timer, a level an output."""

from machine_compat.board import Board
from machine_compat.contract import PWMConfig
from machine_compat.machine.functions import frequency_of
from machine_compat.machine.pwm_leg import Leg, leg_of
from machine_compat.ports import PulseTiming
from machine_compat.profile import Spot

FULL = 65_535


class PulseTimer:
    """One timer: the frequency its outputs share."""

    def __init__(self) -> None:
        self.timing: PulseTiming | None = None
        self.outputs: list[TimerOutput] = []


class TimerOutput:
    """One channel of a timer, and the pins it is connected to.

    The duty is kept as it was set, and its level in ticks is worked out anew for every frequency.
    """

    invert = 0

    def __init__(self, board: Board, timer: PulseTimer, unit: str, channel: int) -> None:
        self._board = board
        self._timer = timer
        self.unit = unit
        self.channel = channel
        self.scale = "duty_u16"
        self._duty: int | None = None
        self._level = 0
        self._running = False
        self._config: PWMConfig | None = None
        self._since_ns = 0
        self._legs: list[Leg] = []
        timer.outputs.append(self)

    @property
    def active(self) -> bool:
        """Whether it has a frequency and a duty."""
        return self._timer.timing is not None and self._duty is not None

    def reset(self) -> None:
        """What a new PWM object forgets; the frequency stays the timer's, and pulses go on until there are others."""
        self._duty = None
        self.invert = 0

    def configure(self, values: dict[str, int], ref: str | None) -> None:
        """Set what is given, all of it before the output starts, then connect it to a pin."""
        timing = self._timing(values["freq"]) if "freq" in values else None
        if timing is not None:
            self._timer.timing = timing
        for name in ("duty", "duty_u16", "duty_ns"):
            if name in values:
                self._keep(name, values[name])
        self.invert = values.get("invert", self.invert)
        if ref is not None:
            leg = leg_of(self._board, ref)
            leg.take()
            if leg not in self._legs:
                self._legs.append(leg)
        self._start(timing is not None)

    def stop(self) -> None:
        if not self._board.port.pwm_freezes:
            self._hold(0)
            return
        for output in self._timer.outputs:
            output._hold(output._phase_level())

    # ---- numbers

    def get(self, name: str) -> int:
        timing = self._timer.timing
        if timing is None:
            return 0
        if name == "freq":
            return timing.freq
        if self._duty is None:
            return 0
        if name == "duty_ns":
            return timing.ns(self._level)
        u16 = (self._level * FULL + timing.ticks_a_period // 2) // timing.ticks_a_period
        return u16 >> 6 if name == "duty" else u16

    def set(self, name: str, value: int) -> None:
        if name == "freq":
            self._timer.timing = self._timing(value)
        else:
            self._keep(name, value)
        self._start(name == "freq")

    def _timing(self, freq: int) -> PulseTiming:
        return self._board.port.pwm_timing(freq, self.unit, frequency_of(self._board))

    def _keep(self, name: str, value: int) -> None:
        """Remember a duty; out of range it is the nearest there is."""
        self.scale = "duty_ns" if name == "duty_ns" else "duty_u16"
        if name == "duty":
            value = min(value, 1023) * FULL // 1023
        self._duty = max(0, value if name == "duty_ns" else min(value, FULL))

    # ---- pulses

    def _start(self, new_frequency: bool) -> None:
        """Put the pulses on the pins, if there is a frequency and a duty."""
        timing = self._timer.timing
        if timing is None:
            return
        whole_timer = new_frequency or (self._board.port.pwm_freezes and self._duty is not None)
        for output in self._timer.outputs if whole_timer else [self]:
            output._apply(timing)

    def _apply(self, timing: PulseTiming) -> None:
        if self._duty is not None:
            in_ns = self.scale == "duty_ns"
            ticks = timing.ticks(self._duty) if in_ns else (self._duty * timing.ticks_a_period + FULL // 2) // FULL
            self._level = min(ticks, timing.ticks_a_period)
            self._running = True
        if self._running:
            self._put(PWMConfig(timing.ns(timing.ticks_a_period), timing.ns(self._level), bool(self.invert)))

    def _phase_level(self) -> int:
        """Whether the pulse is high now."""
        timing = self._timer.timing
        if timing is None or not self._running:
            return 0
        phase = (self._board.clock.now_ns() - self._since_ns) % timing.ns(timing.ticks_a_period)
        return int(phase < timing.ns(self._level))

    def _hold(self, level: int) -> None:
        """End the pulses at a level."""
        timing = self._timer.timing
        if timing is not None and self._running:
            self._running = False
            period_ns = timing.ns(timing.ticks_a_period)
            self._put(PWMConfig(period_ns, period_ns * level, bool(self.invert)))

    def _put(self, config: PWMConfig) -> None:
        if config != self._config:
            self._config = config
            self._since_ns = self._board.clock.now_ns()
        for leg in self._legs:
            leg.put(config)


def output_of(board: Board, spot: Spot) -> TimerOutput:
    """The timer output behind a pin; ValueError, in the port's words, for a pin without."""
    functions = tuple(alternate.function for alternate in board.profile.alternates.get(spot.ref, ()))
    unit, channel = board.port.pwm_unit(spot.ref, spot.cpu, spot.number, functions)
    timer = board.singleton((PulseTimer, unit), PulseTimer)
    return board.singleton((TimerOutput, unit, channel), lambda: TimerOutput(board, timer, unit, channel))
