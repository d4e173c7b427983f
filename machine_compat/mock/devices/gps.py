"""Simulates a GPS receiver on a serial line, which reports position and time as NMEA sentences, every second."""

# Ref: NMEA 0183 version 3.01, sentences GGA and RMC; u-blox NEO-6 receiver description, "NMEA protocol".

from datetime import UTC, datetime, timedelta

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import UARTPeer
from machine_compat.mock.options import within

UNITS = 600_000
"""Ten-thousandths of a minute in a degree: the last digit of a position."""


def sentence(body: str) -> bytes:
    """A sentence on the wire: `$`, body, `*` and the checksum (all characters between them, XORed), CR LF."""
    checksum = 0
    for byte in body.encode("ascii"):
        checksum ^= byte
    return f"${body}*{checksum:02X}\r\n".encode("ascii")


def position(value: float, digits: int, hemispheres: str) -> str:
    """Degrees as NMEA writes them: ``48.1173`` with two digits and "NS" is ``4807.0380,N``."""
    degrees, rest = divmod(round(abs(value) * UNITS), UNITS)
    return f"{degrees:0{digits}d}{rest // 10_000:02d}.{rest % 10_000:04d},{hemispheres[value < 0]}"


class GPS(UARTPeer):
    """GPS receiver: GGA and RMC as each period of its time begins.

    latitude, longitude: degrees, south and west negative. altitude: m. speed: knots. course: degrees from north.
    utc: the time of the board's start, ISO 8601. fix: False, and it has found no satellites yet. period_ms: between
    reports.
    """

    def __init__(
        self,
        latitude: float = 48.1173,
        longitude: float = 11.5167,
        *,
        altitude: float = 545.4,
        speed: float = 0.0,
        course: float = 0.0,
        utc: str = "2024-01-01T00:00:00",
        fix: int = 1,
        period_ms: float = 1000,
        baudrate: int = 9600,
    ) -> None:
        super().__init__(baudrate)
        self.latitude = latitude
        self.longitude = longitude
        self.altitude = within(self, "altitude", altitude, -1000, 100_000, unit="m")
        self.speed = within(self, "speed", speed, 0, 1e5, unit="knots")
        self.course = within(self, "course", course, 0, 360, unit="°")
        self.fix = bool(fix)
        self._period = round(within(self, "period_ms", period_ms, 1, 1e6, unit="ms") * 1e6)
        try:
            start = datetime.fromisoformat(utc)
        except (ValueError, TypeError):
            raise ConfigError(f"{self.name}: utc={utc!r} is no time such as 2024-05-17T12:35:19") from None
        self._start = start.replace(tzinfo=start.tzinfo or UTC).astimezone(UTC)

    @property
    def latitude(self) -> float:
        return self._latitude

    @latitude.setter
    def latitude(self, degrees: float) -> None:
        self._latitude = within(self, "latitude", degrees, -90, 90, unit="°")

    @property
    def longitude(self) -> float:
        return self._longitude

    @longitude.setter
    def longitude(self, degrees: float) -> None:
        self._longitude = within(self, "longitude", degrees, -180, 180, unit="°")

    @property
    def time(self) -> datetime:
        """The time it reports, UTC."""
        return self._start + timedelta(microseconds=self.world.now // 1000)

    def gga(self) -> bytes:
        """Time, position, quality, satellites, dilution, altitude."""
        if not self.fix:
            return sentence(f"GPGGA,{self._clock()},,,,,0,00,99.99,,,,,,")
        return sentence(f"GPGGA,{self._clock()},{self._place()},1,08,0.90,{self.altitude:.1f},M,46.9,M,,")

    def rmc(self) -> bytes:
        """Time, validity, position, speed, course, date."""
        date = f"{self.time:%d%m%y}"
        if not self.fix:
            return sentence(f"GPRMC,{self._clock()},V,,,,,,,{date},,,N")
        return sentence(f"GPRMC,{self._clock()},A,{self._place()},{self.speed:.3f},{self.course:.2f},{date},,,A")

    def receive(self, data: bytes) -> None:
        """It hears configuration messages and keeps its own ways."""

    def installed(self) -> None:
        self._plan()

    def _plan(self) -> None:
        # Receivers report as their second begins, whenever they were switched on.
        self.after(self._period - self.world.now % self._period, self._report)

    def _report(self) -> None:
        self._plan()
        if self.transmit is not None:
            self.send(self.gga() + self.rmc())

    def _clock(self) -> str:
        time = self.time
        return f"{time:%H%M%S}.{time.microsecond // 10_000:02d}"

    def _place(self) -> str:
        return f"{position(self.latitude, 2, 'NS')},{position(self.longitude, 3, 'EW')}"


PARTS = {"gps": GPS, "neo-6m": GPS}
