"""PWM by esp32's LED controller: any pin on any channel, timers handed out by frequency.

# Ref: MicroPython ports/esp32/machine_pwm.c; ESP32 technical reference manual, chapter 14 (LED PWM controller).
"""

from machine_compat.board import Board
from machine_compat.contract import PWMConfig
from machine_compat.machine.functions import frequency_of
from machine_compat.machine.pwm_leg import leg_of
from machine_compat.ports import PulseTiming

FULL = 65_536
FREQUENCY = 5_000
CHANNELS = 16
TIMERS = 8


class LedOutput:
    """One PWM object's output.

    The duty is 16 bits, of which the counter may have fewer. The highest value that scripts can write means always on.
    """

    unit = "LEDC"
    channel = 0

    def __init__(self, board: Board, ref: str) -> None:
        self._board = board
        self._ref = ref
        self._taken: dict[str, int] = board.singleton((LedOutput,), dict)
        self.reset()

    def reset(self) -> None:
        self._timing: PulseTiming | None = None
        self._freq = 0
        self.scale = "duty_u16"
        self._duty: int | None = None
        self.invert = 0

    @property
    def active(self) -> bool:
        return self._timing is not None

    def configure(self, values: dict[str, int], ref: str | None) -> None:
        freq = values.get("freq") or self._taken.get(self._ref, FREQUENCY)
        if "freq" in values:
            self._timer(values["freq"])
        for name in ("duty_u16", "duty_ns", "duty"):
            if values.get(name, -1) >= 0:
                self._keep(name, values[name], freq)
                break
        if self._duty is None:
            self._duty = FULL // 2
        self.invert = values.get("invert", self.invert)
        self._use(freq)

    def stop(self) -> None:
        if self._timing is not None:
            self._taken.pop(self._ref, None)
            period_ns = self._timing.ns(self._timing.ticks_a_period)
            leg_of(self._board, self._ref).put(PWMConfig(period_ns, period_ns if self.invert else 0))
        self.reset()

    # ---- numbers

    def get(self, name: str) -> int:
        timing = self._running()
        if name == "freq":
            return timing.freq
        u16 = min(self._level(timing) * (FULL // timing.ticks_a_period), FULL - 1)
        if name == "duty_ns":
            return self._ns(u16, self._freq)
        return u16 >> 6 if name == "duty" else u16

    def set(self, name: str, value: int) -> None:
        self._running()
        if name != "freq":
            self._keep(name, value, self._freq)
            self._put()
        elif value != self._freq:
            self._timer(value)
            self._use(value)

    def _running(self) -> PulseTiming:
        if self._timing is None:
            raise RuntimeError("PWM is inactive")
        return self._timing

    def _keep(self, name: str, value: int, freq: int) -> None:
        most = {"duty": 1023, "duty_u16": FULL - 1, "duty_ns": self._ns(FULL, freq)}[name]
        if not 0 <= value <= most:
            unit = " ns" if name == "duty_ns" else ""
            raise ValueError(f"{name} must be from 0 to {most}{unit}")
        self.scale = name
        self._duty = value + 1 if name != "duty_ns" and value == most else value

    @staticmethod
    def _ns(duty: int, freq: int) -> int:
        return (duty * 1_000_000_000 + freq * (FULL // 2)) // (freq * FULL)

    def _level(self, timing: PulseTiming) -> int:
        """The duty in the counter's own resolution."""
        duty = self._duty or 0
        if self.scale == "duty":
            duty <<= 6
        elif self.scale == "duty_ns" and duty:
            duty = min(max(1, (duty * FULL * self._freq + 500_000_000) // 1_000_000_000), FULL)
        return duty // (FULL // timing.ticks_a_period)

    # ---- timers and channels

    def _timer(self, freq: int) -> PulseTiming:
        return self._board.port.pwm_timing(freq, self.unit, frequency_of(self._board))

    def _use(self, freq: int) -> None:
        """Take a channel and a timer of that frequency; one timer serves all outputs of the same frequency."""
        others = {ref: taken for ref, taken in self._taken.items() if ref != self._ref}
        if len(others) >= CHANNELS:
            raise RuntimeError(f"out of PWM channels:{CHANNELS}")
        if freq not in others.values() and len(set(others.values())) >= TIMERS:
            raise RuntimeError(f"out of PWM timers:{TIMERS}")
        self._timing = self._timer(freq)
        self._freq = self._taken[self._ref] = freq
        leg_of(self._board, self._ref).take()
        self._put()

    def _put(self) -> None:
        timing = self._running()
        config = PWMConfig(timing.ns(timing.ticks_a_period), timing.ns(self._level(timing)), bool(self.invert))
        leg_of(self._board, self._ref).put(config)
