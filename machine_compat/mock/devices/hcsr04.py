"""Simulates the HC-SR04, an ultrasonic distance meter: a pulse on trig asks, the width of a pulse on echo answers."""

# Ref: Elecfreaks HC-SR04 user's manual, "Timing diagram"; speed of sound in dry air, 331.3 m/s + 0.606 m/s per °C.

from machine_compat.mock.chip import Chip
from machine_compat.mock.options import within

TRIGGER = 10_000
BURST = 450_000
"""ns from the end of the trigger to the echo's rise: eight cycles of 40 kHz, and getting ready for them."""
NOTHING = 38_000_000
"""ns of the echo when nothing came back."""
NEAREST_CM, FARTHEST_CM = 2, 400


class HCSR04(Chip):
    """Distance meter. `distance`: cm to what stands before it, None for nothing there.

    It sees 2..400 cm: nearer reads as 2 cm, farther as nothing. temperature: of the air in °C, which sets the speed of
    sound: 58.2 µs of echo per cm at 20 °C.
    """

    pins = ("trig", "echo")

    def __init__(self, distance: float | None = 100.0, temperature: float = 20.0) -> None:
        super().__init__()
        self.distance = distance
        self.temperature = temperature
        self._rose: int | None = None
        self._measuring = False

    @property
    def distance(self) -> float | None:
        return self._distance

    @distance.setter
    def distance(self, cm: float | None) -> None:
        self._distance = None if cm is None else within(self, "distance", cm, 0, 100_000, unit="cm")

    @property
    def temperature(self) -> float:
        return self._temperature

    @temperature.setter
    def temperature(self, celsius: float) -> None:
        self._temperature = within(self, "temperature", celsius, -50, 100, unit="°C")

    @property
    def echo_ns(self) -> int:
        """How wide the echo is for this distance."""
        if self._distance is None or self._distance > FARTHEST_CM:
            return NOTHING
        cm_per_s = 100 * (331.3 + 0.606 * self._temperature)
        return round(2 * max(self._distance, NEAREST_CM) / cm_per_s * 1e9)

    def installed(self) -> None:
        self.legs["echo"].drive(0)
        self.watch("trig", self._trigger)

    def _trigger(self, level: int, time: int) -> None:
        if level:
            self._rose = time
            return
        rose, self._rose = self._rose, None
        if rose is not None and time - rose >= TRIGGER and not self._measuring:
            self._measuring = True
            self.after(BURST, self._begin)

    def _begin(self) -> None:
        self.legs["echo"].drive(1)
        self.after(self.echo_ns, self._end)

    def _end(self) -> None:
        self._measuring = False
        self.legs["echo"].drive(0)


PARTS = {"hcsr04": HCSR04, "hc-sr04": HCSR04}
