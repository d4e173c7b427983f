"""Keeps calendar time in seven BCD registers, as Dallas/Maxim timekeepers do, and drives their square-wave legs."""

# Ref: Maxim DS1307 (rev. 3/15), "Clock and Calendar"; Maxim DS3231 (19-5170 rev. 10), "Clock and Calendar".

import datetime as dt
from typing import ClassVar, Unpack

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.register_chip import RegisterChip, RegisterOptions
from machine_compat.mock.nets import Terminal

SECOND = 1_000_000_000
SECONDS, MINUTES, HOURS, DAY, DATE, MONTH, YEAR = range(7)
TWELVE_HOURS = 0x40
AFTERNOON = 0x20
CENTURY = 0x80
POWER_ON = dt.datetime(2000, 1, 1)


def to_bcd(value: int) -> int:
    """Two decimal digits in a byte."""
    return value // 10 << 4 | value % 10


def from_bcd(byte: int) -> int:
    return (byte >> 4) * 10 + (byte & 0x0F)


def hour_byte(hour: int, twelve: bool) -> int:
    """The hours register for an hour 0..23, in 12-hour form or not."""
    if not twelve:
        return to_bcd(hour)
    return TWELVE_HOURS | (AFTERNOON if hour >= 12 else 0) | to_bcd(hour % 12 or 12)


def hour_of(byte: int) -> int:
    """The hour 0..23 that an hours register shows."""
    if byte & TWELVE_HOURS:
        return from_bcd(byte & 0x1F) % 12 + (12 if byte & AFTERNOON else 0)
    return from_bcd(byte & 0x3F)


class SquareWave:
    """A Wave of `frequency` Hz that is low in the first half of each period, counted from `start` ns."""

    __slots__ = ("frequency", "start")

    def __init__(self, frequency: int, start: int) -> None:
        self.frequency = frequency
        self.start = start

    def level(self, time: int) -> int:
        return (time - self.start) * 2 * self.frequency // SECOND & 1

    def next_change(self, time: int) -> int | None:
        halves = (time - self.start) * 2 * self.frequency // SECOND + 1
        return self.start - -halves * SECOND // (2 * self.frequency)


def sink_wave(leg: Terminal, wave: SquareWave | None) -> None:
    """Let an open-drain leg follow a wave: it holds its net low or lets go, and never drives high. None ends it."""
    leg.wave = wave
    leg.source = None if wave is None else lambda: None if wave.level(leg.world.now) else 0
    leg.net.settle()


class BCDClock(RegisterChip):
    """Registers 00h to 06h as a clock on the world's time: seconds, minutes, hours, day, date, month, year.

    The registers are the part's secondary ones: they take over the time at START and when the pointer comes back to
    00h, so that a read never sees a carry half done. Writing the seconds starts a new second. Option of all: datetime,
    the time at power-on (a datetime.datetime or ISO text); without it the clock begins as the silicon does.
    """

    default_address = 0x68
    has_century: ClassVar[bool] = False
    """Whether the month register has a century bit."""
    masks: ClassVar[bytes] = bytes((0x7F, 0x7F, 0x7F, 0x07, 0x3F, 0x1F, 0xFF))
    """The bits that exist in the first registers; the registers after have all."""

    def __init__(
        self,
        address: int | None = None,
        *,
        size: int,
        datetime: dt.datetime | str | None = None,
        **options: Unpack[RegisterOptions],
    ) -> None:
        super().__init__(address, size=size, **options)
        self.second_began = 0
        self._show(POWER_ON)
        self.registers[DAY] = 1
        if datetime is not None:
            self.datetime = self._parsed(datetime)

    def _parsed(self, moment: dt.datetime | str) -> dt.datetime:
        if isinstance(moment, dt.datetime):
            return moment
        try:
            return dt.datetime.fromisoformat(moment)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{self.name}: datetime={moment!r} is not like 2026-07-01T12:30:00") from error

    def installed(self) -> None:
        self.second_began = self.world.now
        self.retime()

    # ---- for tests

    @property
    def datetime(self) -> dt.datetime:
        """The clock's time, in whole seconds. Setting it also sets the day of the week (Monday is 1) and starts it."""
        self.catch_up()
        return self.shown()

    @datetime.setter
    def datetime(self, moment: dt.datetime) -> None:
        last = self._last_year()
        if not 2000 <= moment.year <= last:
            raise ConfigError(f"{self.name}: the year {moment.year} is not in 2000..{last}")
        self._show(moment.replace(microsecond=0, tzinfo=None))
        self.registers[DAY] = moment.isoweekday()
        self.registers[SECONDS] &= 0x7F
        self.new_second()

    # ---- time

    @property
    def running(self) -> bool:
        """Whether the oscillator runs."""
        return True

    def _last_year(self) -> int:
        return 2199 if self.has_century else 2099

    def catch_up(self) -> None:
        """Bring the registers up to the world's time."""
        if not self.attached or not self.running:
            return
        passed = (self.world.now - self.second_began) // SECOND
        if passed:
            self.second_began += passed * SECOND
            before = self.shown()
            after = before + dt.timedelta(seconds=passed)
            days = after.toordinal() - before.toordinal()
            self._show(after)
            self.registers[DAY] = (self.registers[DAY] - 1 + days) % 7 + 1

    def new_second(self) -> None:
        """A second begins now, as writing the seconds register resets the countdown chain."""
        if self.attached:
            self.second_began = self.world.now
            self.retime()

    def retime(self) -> None:
        """Hook: seconds begin at another time than before; restart what counts on them."""

    def shown(self) -> dt.datetime:
        """The time in the registers; entries that make no sense count as the nearest that do."""
        registers = self.registers
        century = 100 if self.has_century and registers[MONTH] & CENTURY else 0
        year = 2000 + century + min(from_bcd(registers[YEAR]), 99)
        month = min(max(from_bcd(registers[MONTH] & 0x1F), 1), 12)
        first_of_next = dt.date(year + month // 12, month % 12 + 1, 1)
        length = (first_of_next - dt.date(year, month, 1)).days
        date = min(max(from_bcd(registers[DATE] & 0x3F), 1), length)
        return dt.datetime(
            year,
            month,
            date,
            min(hour_of(registers[HOURS]), 23),
            min(from_bcd(registers[MINUTES] & 0x7F), 59),
            min(from_bcd(registers[SECONDS] & 0x7F), 59),
        )

    def _show(self, moment: dt.datetime) -> None:
        registers = self.registers
        registers[SECONDS] = registers[SECONDS] & 0x80 | to_bcd(moment.second)
        registers[MINUTES] = to_bcd(moment.minute)
        registers[HOURS] = hour_byte(moment.hour, bool(registers[HOURS] & TWELVE_HOURS))
        registers[DATE] = to_bcd(moment.day)
        registers[MONTH] = to_bcd(moment.month) | (CENTURY if self.has_century and moment.year % 200 >= 100 else 0)
        registers[YEAR] = to_bcd(moment.year % 100)

    # ---- on the wire

    def start(self, address: int, read: bool) -> bool:
        self.catch_up()
        return super().start(address, read)

    def on_write(self, register: int, value: int) -> int | None:
        if register < len(self.masks):
            value &= self.masks[register]
        if register <= YEAR:
            self.catch_up()
            self.registers[register] = value
            if register == SECONDS:
                self.new_second()
        return value

    def following(self, register: int) -> int:
        after = super().following(register)
        if after == 0:
            self.catch_up()
        return after
