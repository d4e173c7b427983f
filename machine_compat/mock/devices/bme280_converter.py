"""This file times and computes the measurements of the simulated BME280 and BMP280: modes, oversampling, IIR filter.

Nothing is scheduled: what has ended by now is worked out when somebody looks, so that normal mode costs nothing.

Ref: BME280 data sheet BST-BME280-DS002 rev. 1.6: 3.3 modes, 3.4 measurement flow, 5.4 registers, 9.1 measurement time.
Ref: BMP280 data sheet BST-BMP280-DS001 rev. 1.23: 3.3 filter and oversampling, 4.3.5 standby time.
"""

from dataclasses import dataclass

from machine_compat.mock.devices.bme280_trimming import fine_temperature, raw_humidity, raw_pressure, raw_temperature

MS = 1_000_000

SLEEP, NORMAL = 0, 3
OVERSAMPLING = (0, 1, 2, 4, 8, 16, 16, 16)
FILTER = (1, 2, 4, 8, 16, 16, 16, 16)
STANDBY_NS = tuple(round(ms * MS) for ms in (0.5, 62.5, 125, 250, 500, 1000, 10, 20))
STANDBY_BMP280_NS = (*STANDBY_NS[:6], 2000 * MS, 4000 * MS)

SKIPPED = 0x80000
SKIPPED_HUMIDITY = 0x8000


@dataclass(slots=True)
class Air:
    """What the sensor is exposed to: °C, hPa, % RH (None: it has no humidity cell)."""

    temperature: float = 25.0
    pressure: float = 1013.25
    humidity: float | None = None


class Converter:
    """The measuring half of the die. A measurement takes its typical time and reports the air at its end."""

    def __init__(self, air: Air, standby_ns: tuple[int, ...]) -> None:
        self.air = air
        self.config = 0
        self.raw = (SKIPPED, SKIPPED, SKIPPED_HUMIDITY)
        """Pressure and temperature in 20 bits, humidity in 16."""
        self.waiting = False
        """Whether a change of mode waits for the running measurement to end; no other is heard until then (3.3.1)."""
        self._standby_ns = standby_ns
        self._ctrl_meas = 0
        self._ctrl_hum = 0
        self._next = (0, 0)
        self._done_ns = 0
        self._smooth: dict[str, float] = {}

    @property
    def mode(self) -> int:
        return self._ctrl_meas & 3

    def measuring(self, now: int) -> bool:
        return self.mode != SLEEP and now >= self._done_ns - self._measurement_ns()

    def control(self, ctrl_meas: int, ctrl_hum: int, now: int) -> None:
        """Take on ctrl_meas, and with it ctrl_hum (5.4.3); in forced and normal mode a measurement starts."""
        self._next = (ctrl_meas, ctrl_hum)
        if self.measuring(now):
            self.waiting = True
        else:
            self._enter(now)

    def _enter(self, now: int) -> None:
        self._ctrl_meas, self._ctrl_hum = self._next
        self.waiting = False
        self._done_ns = now + self._measurement_ns()

    def _measurement_ns(self) -> int:
        temperature = OVERSAMPLING[self._ctrl_meas >> 5]
        others = (OVERSAMPLING[self._ctrl_meas >> 2 & 7], OVERSAMPLING[self._ctrl_hum])
        return round((1 + 2 * temperature + sum(2 * count + 0.5 for count in others if count)) * MS)

    def settle(self, now: int) -> None:
        """Let the measurements end that have ended by now."""
        while self.mode != SLEEP and now >= self._done_ns:
            before = self.raw, dict(self._smooth)
            self._convert()
            if self.waiting:
                self._enter(self._done_ns)
            elif self.mode != NORMAL:
                self._ctrl_meas &= ~3
            else:
                period = self._standby_ns[self.config >> 5] + self._measurement_ns()
                self._done_ns += period
                if (self.raw, self._smooth) == before and now >= self._done_ns:
                    # Nothing changes any more: hours of equal measurements are one step.
                    self._done_ns = now + period - (now - self._done_ns) % period

    def _convert(self) -> None:
        t_code, p_code = self._ctrl_meas >> 5, self._ctrl_meas >> 2 & 7
        air = self.air
        ideal = raw_temperature(air.temperature)
        temperature = self._result("t", ideal, t_code)
        # The other cells are compensated with the temperature that a driver will read.
        fine = fine_temperature(temperature if t_code else ideal)
        pressure = self._result("p", raw_pressure(air.pressure * 100, fine), p_code)
        humidity = SKIPPED_HUMIDITY
        if self._ctrl_hum and air.humidity is not None:
            humidity = min(max(round(raw_humidity(air.humidity, fine)), 0), 0xFFFF)
        self.raw = (pressure, temperature, humidity)

    def _result(self, cell: str, value: float, code: int) -> int:
        """What the data registers get: 16 to 20 bits by oversampling, 20 through the IIR filter (3.4.1 to 3.4.4)."""
        coefficient = FILTER[self.config >> 2 & 7]
        if coefficient == 1 or not code:
            self._smooth.pop(cell, None)
            unused = 5 - min(code, 5)
            return min(max(round(value / (1 << unused)) << unused, 0), 0xFFFFF & -1 << unused) if code else SKIPPED
        old = self._smooth.get(cell, value)
        new = old + (value - old) / coefficient
        self._smooth[cell] = value if abs(value - new) < 1 / 64 else new
        return min(max(round(self._smooth[cell]), 0), 0xFFFFF)
