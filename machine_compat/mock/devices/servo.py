"""Simulates a hobby servo: the width of the pulses on its signal wire is the angle its arm goes to."""

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import Chip
from machine_compat.mock.options import within
from machine_compat.mock.waves import measure, wave_on

SHORTEST_NS, LONGEST_NS = 300_000, 3_000_000
"""Pulses outside of these are none that a servo's comparator takes for a command."""


class Servo(Chip):
    """Hobby servo. It goes at once to where it is sent, and stays there when the pulses end.

    min_us, max_us: the pulse widths of 0° and of `degrees`; beyond, the arm is at its stop. angle: where it
    stands before the first pulse.
    """

    pins = ("signal",)

    def __init__(self, min_us: float = 500, max_us: float = 2500, degrees: float = 180, angle: float = 90) -> None:
        super().__init__()
        within(self, "min_us", min_us, SHORTEST_NS / 1000, LONGEST_NS / 1000, unit="µs")
        within(self, "max_us", max_us, SHORTEST_NS / 1000, LONGEST_NS / 1000, unit="µs")
        if min_us >= max_us:
            raise ConfigError(f"{self.name}: min_us={min_us} is not below max_us={max_us}")
        self._min_us, self._max_us = min_us, max_us
        self._degrees = within(self, "degrees", degrees, 1, 3600, unit="°")
        self._rest = within(self, "angle", angle, 0, degrees, unit="°")
        self._rose: int | None = None
        self._width_ns: int | None = None

    @property
    def pulse_us(self) -> float:
        """Width of the pulses it follows, or followed last; 0 before the first."""
        wave = wave_on(self.legs["signal"]) if self.attached else None
        pulses = measure(wave, self.world.now) if wave else None
        if pulses:
            self._follow(pulses.high)
        return (self._width_ns or 0) / 1000

    @property
    def angle(self) -> float:
        """Where the arm stands, in degrees, 0..`degrees`."""
        width = self.pulse_us
        if not width:
            return self._rest
        turned = (width - self._min_us) / (self._max_us - self._min_us)
        return min(1.0, max(0.0, turned)) * self._degrees

    def installed(self) -> None:
        self.watch("signal", self._edge)

    def _edge(self, level: int, time: int) -> None:
        if level:
            self._rose = time
        elif self._rose is not None:
            self._follow(time - self._rose)
            self._rose = None

    def _follow(self, width_ns: int) -> None:
        if SHORTEST_NS <= width_ns <= LONGEST_NS:
            self._width_ns = width_ns


PARTS = {"servo": Servo}
