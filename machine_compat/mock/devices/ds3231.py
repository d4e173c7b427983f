"""Models the DS3231: a clock in BCD registers, two alarms, an interrupt or square-wave leg, a thermometer."""

# Ref: Maxim DS3231 (19-5170 rev. 10): figure 1 "Timekeeping Registers", table 2 "Alarm Mask Bits", "Special-Purpose
# Registers", "Temperature Registers"; conversion time: "Electrical Characteristics".

import datetime as dt
from functools import partial
from typing import ClassVar

from machine_compat.mock.devices.bcd_clock import (
    DAY,
    HOURS,
    SECOND,
    TWELVE_HOURS,
    BCDClock,
    SquareWave,
    hour_byte,
    sink_wave,
    to_bcd,
)
from machine_compat.mock.options import within
from machine_compat.mock.world import Event

ALARM_1, ALARM_2 = 0x07, 0x0B
CONTROL, STATUS, AGING, TEMPERATURE = 0x0E, 0x0F, 0x10, 0x11
CONV = 0x20
INTCN = 0x04
OSF = 0x80
EN32KHZ = 0x08
BSY = 0x04
FLAGS = 0x03
"""A2F and A1F in the status register; A2IE and A1IE stand at the same bits of the control register."""
RATES = (1, 1_024, 4_096, 8_192)
"""Hz of the square wave by RS2, RS1."""
CONVERSION_NS = 125_000_000
IGNORED = 0x80
"""The bit of an alarm register that takes it out of the comparison."""
DAY_OF_WEEK = 0x40
HORIZON = dt.timedelta(days=63)
"""Every date there is comes again within it."""


class DS3231(BCDClock):
    """A DS3231 (address 0x68), on its main supply: EOSC and BBSQW, which matter on the battery, change nothing.

    It runs from 2000-01-01 00:00:00 with OSF set, as after a first power-up, unless the option datetime gives it a time
    that its battery kept. Option pins, open drain: int
    (INT/SQW) and 32k. Python face: ``datetime``; ``temperature`` in degrees Celsius, which the sensor is taken to have
    followed already: the registers show it at once, in steps of 0.25. Raises ConfigError outside -40..85 degrees.
    """

    option_pins = ("int", "32k")
    has_century = True
    masks: ClassVar[bytes] = bytes((0x7F, 0x7F, 0x7F, 0x07, 0x3F, 0x9F, 0xFF))

    def __init__(
        self, address: int | None = None, *, datetime: dt.datetime | str | None = None, temperature: float = 25.0
    ) -> None:
        self._alarms: list[Event] = []
        self._rearm = False
        super().__init__(
            address,
            size=0x13,
            initial={CONTROL: 0x1C, STATUS: OSF | EN32KHZ},
            read_only=(TEMPERATURE, TEMPERATURE + 1),
            datetime=datetime,
        )
        if datetime is not None:
            self.registers[STATUS] &= ~OSF & 0xFF
        self.temperature = temperature

    # ---- for tests

    @property
    def temperature(self) -> float:
        return self._temperature

    @temperature.setter
    def temperature(self, celsius: float) -> None:
        self._temperature = within(self, "temperature", celsius, -40, 85, unit="degrees Celsius")
        self._measure()

    @property
    def interrupting(self) -> bool:
        """Whether an alarm that is allowed to holds INT low."""
        return bool(self.registers[CONTROL] & self.registers[STATUS] & FLAGS)

    # ---- the thermometer

    def _measure(self) -> None:
        quarters = round(self._temperature * 4) & 0x3FF
        self.registers[TEMPERATURE] = quarters >> 2
        self.registers[TEMPERATURE + 1] = (quarters & 3) << 6

    def _converted(self) -> None:
        self._measure()
        self.registers[CONTROL] &= ~CONV & 0xFF
        self.registers[STATUS] &= ~BSY & 0xFF

    # ---- alarms and legs

    def retime(self) -> None:
        """Look ahead to the alarms, and set the legs."""
        self._rearm = False
        for event in self._alarms:
            event.cancel()
        self._alarms.clear()
        registers = self.registers
        for flag, alarm in ((1, registers[ALARM_1:ALARM_2]), (2, b"\x00" + registers[ALARM_2:CONTROL])):
            if not registers[STATUS] & flag:
                ahead = self._seconds_to(bytes(alarm))
                if ahead is not None:
                    delay = self.second_began + ahead * SECOND - self.world.now
                    self._alarms.append(self.after(delay, partial(self._ring, flag)))
        self._set_legs()

    def _ring(self, flag: int) -> None:
        self.catch_up()
        self.registers[STATUS] |= flag
        self._set_legs()

    def _seconds_to(self, alarm: bytes) -> int | None:
        """Seconds from the last tick to the next at which the four alarm registers (seconds first) match."""
        seconds, minutes, hours, day = alarm
        if not day & ~DAY_OF_WEEK:
            # As after power-up: there is no day 0.
            return None
        now = self.shown()
        twelve = bool(self.registers[HOURS] & TWELVE_HOURS)
        moment = now + dt.timedelta(seconds=1)
        while moment <= now + HORIZON:
            if not self._day_matches(day, moment, moment.toordinal() - now.toordinal()):
                moment = moment.replace(hour=0, minute=0, second=0) + dt.timedelta(days=1)
            elif not hours & IGNORED and hours != hour_byte(moment.hour, twelve):
                moment = moment.replace(minute=0, second=0) + dt.timedelta(hours=1)
            elif not minutes & IGNORED and minutes != to_bcd(moment.minute):
                moment = moment.replace(second=0) + dt.timedelta(minutes=1)
            elif not seconds & IGNORED and seconds != to_bcd(moment.second):
                moment += dt.timedelta(seconds=1)
            else:
                return round((moment - now).total_seconds())
        return None

    def _day_matches(self, day: int, moment: dt.datetime, days_ahead: int) -> bool:
        if day & IGNORED:
            return True
        if day & DAY_OF_WEEK:
            return day & 0x0F == (self.registers[DAY] - 1 + days_ahead) % 7 + 1
        return day & 0x3F == to_bcd(moment.day)

    def _set_legs(self) -> None:
        leg = self.legs["int"]
        control = self.registers[CONTROL]
        if control & INTCN:
            sink_wave(leg, None)
            leg.pull_low(self.interrupting)
        else:
            leg.pull_low(False)
            sink_wave(leg, SquareWave(RATES[control >> 3 & 3], self.second_began))
        on = self.registers[STATUS] & EN32KHZ
        sink_wave(self.legs["32k"], SquareWave(32_768, self.second_began) if on else None)

    # ---- on the wire

    def on_write(self, register: int, value: int) -> int | None:
        self._rearm = self._rearm or register <= STATUS
        if register == CONTROL:
            return self._control(value)
        if register == STATUS:
            # The flags can be cleared, not set; BSY is the part's own.
            old = self.registers[STATUS]
            return old & value & (OSF | FLAGS) | value & EN32KHZ | old & BSY
        return super().on_write(register, value)

    def _control(self, value: int) -> int:
        if self.registers[STATUS] & BSY:
            return value & ~CONV | self.registers[CONTROL] & CONV
        if value & CONV:
            self.registers[STATUS] |= BSY
            self.after(CONVERSION_NS, self._converted)
        return value

    def stop(self) -> None:
        if self._rearm:
            self.catch_up()
            self.retime()


PARTS = {"ds3231": DS3231}
