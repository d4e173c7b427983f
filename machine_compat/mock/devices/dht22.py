"""Simulates the DHT22 (AM2302) and DHT11, thermometers and hygrometers that answer on one wire in 40 timed bits."""

# Ref: Aosong AM2302 product manual, "Single-bus communication", table 6;
#      DHT11 Humidity & Temperature Sensor data sheet, "Detailed Specifications", 5.1-5.3; the DHT11 of Aosong's manual
#      V1.3 (2017) also tells tenths and temperatures below 0, and wants 2 s.

from collections.abc import Iterator
from typing import ClassVar

from machine_compat.mock.chip import Chip
from machine_compat.mock.options import within

US = 1_000
WAIT, RESPONSE = 30 * US, 80 * US
BIT_LOW, HIGH_0, HIGH_1 = 50 * US, 26 * US, 70 * US


class DHT(Chip):
    """What the sensors share. It brings the wire's pull-up.

    temperature: °C. humidity: %RH. corrupt: True makes it answer with a wrong checksum.
    Asked again before its minimal interval has passed, it does not answer.
    """

    pins = ("data",)
    start_ns: ClassVar[int]
    """The shortest low of the master that it answers."""
    interval_ns: ClassVar[int]
    temperatures: ClassVar[tuple[float, float]]
    humidities: ClassVar[tuple[float, float]]

    def __init__(self, temperature: float = 21.0, humidity: float = 50.0) -> None:
        super().__init__()
        self.temperature = temperature
        self.humidity = humidity
        self.corrupt = False
        self._fell: int | None = None
        self._answering = False
        self._next_at = 0

    @property
    def temperature(self) -> float:
        return self._temperature

    @temperature.setter
    def temperature(self, celsius: float) -> None:
        self._temperature = within(self, "temperature", celsius, *self.temperatures, unit="°C")

    @property
    def humidity(self) -> float:
        return self._humidity

    @humidity.setter
    def humidity(self, percent: float) -> None:
        self._humidity = within(self, "humidity", percent, *self.humidities, unit="%")

    def reading(self) -> bytes:
        """The four bytes of a measurement: humidity, then temperature."""
        raise NotImplementedError(f"{type(self).__name__}.reading")

    def installed(self) -> None:
        self.legs["data"].pull(1)
        self.watch("data", self._edge)

    def _edge(self, level: int, time: int) -> None:
        if self._answering:
            return
        if not level:
            self._fell = time
            return
        fell, self._fell = self._fell, None
        if fell is not None and time - fell >= self.start_ns and time >= self._next_at:
            self._next_at = time + self.interval_ns
            self._answering = True
            data = self.reading()
            checksum = sum(data) & 0xFF ^ (0xFF if self.corrupt else 0)
            widths = self._widths(data + bytes([checksum]))
            self.after(WAIT, lambda: self._half(widths, True))

    @staticmethod
    def _widths(data: bytes) -> Iterator[int]:
        """How long the answer is low, high, low, ..., in ns; the last is the low after the last bit."""
        yield from (RESPONSE, RESPONSE)
        for byte in data:
            for place in range(7, -1, -1):
                yield from (BIT_LOW, HIGH_1 if byte >> place & 1 else HIGH_0)
        yield BIT_LOW

    def _half(self, widths: Iterator[int], low: bool) -> None:
        width = next(widths, None)
        self.legs["data"].pull_low(low and width is not None)
        if width is None:
            self._answering = False
        else:
            self.after(width, lambda: self._half(widths, not low))


class DHT22(DHT):
    """DHT22 or AM2302: -40..80 °C and 0..100 %RH in tenths, every 2 s."""

    start_ns = 800 * US
    interval_ns = 2_000_000 * US
    temperatures = (-40, 80)
    humidities = (0, 100)

    def reading(self) -> bytes:
        tenths = round(self.temperature * 10)
        sign = 0x8000 if tenths < 0 else 0
        return round(self.humidity * 10).to_bytes(2, "big") + (abs(tenths) | sign).to_bytes(2, "big")


class DHT11(DHT):
    """DHT11: 0..50 °C and 20..90 %RH in whole numbers, every second."""

    start_ns = 18_000 * US
    interval_ns = 1_000_000 * US
    temperatures = (0, 50)
    humidities = (20, 90)

    def reading(self) -> bytes:
        return bytes((round(self.humidity), 0, round(self.temperature), 0))


PARTS = {"dht22": DHT22, "am2302": DHT22, "dht11": DHT11}
