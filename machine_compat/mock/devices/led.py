"""Simulates a light-emitting diode on one leg."""

from machine_compat.mock.chip import Chip
from machine_compat.mock.options import one_of
from machine_compat.mock.waves import measure, wave_on


class LED(Chip):
    """LED. It watches nothing, so that the pin keeps its full speed. active: the level at which it shines."""

    pins = ("anode",)

    def __init__(self, active: int = 1) -> None:
        super().__init__()
        self._active = one_of(self, "active", active, (0, 1))

    @property
    def lit(self) -> bool:
        """Whether it shines at all, be it with part of its brightness."""
        return self.brightness > 0

    @property
    def brightness(self) -> float:
        """0..1: the duty cycle of the wave on its wire, or whether the level there makes it shine."""
        if not self.attached:
            return 0.0
        leg = self.legs["anode"]
        wave = wave_on(leg)
        pulses = measure(wave, self.world.now) if wave else None
        high = pulses.high / pulses.period if pulses else leg.level
        return float(high if self._active else 1 - high)

    @property
    def blinks(self) -> list[tuple[float, float]]:
        """How it has blinked since the start: (ms on, ms off), as far as complete. A PWM's pulses are `brightness`."""
        if not self.attached:
            return []
        net = self.legs["anode"].net
        edges = net.edges if net.first != self._active else net.edges[1:]
        ons, offs, again = edges[0::2], edges[1::2], edges[2::2]
        return [((off - on) / 1e6, (on2 - off) / 1e6) for on, off, on2 in zip(ons, offs, again, strict=False)]


PARTS = {"led": LED}
