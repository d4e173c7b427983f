"""Models the DS1307: a clock in BCD registers that stands until it is started, 56 bytes of RAM, a square-wave leg."""

# Ref: Maxim DS1307 64 x 8, Serial, I2C Real-Time Clock, rev. 3/15: "RTC and RAM Address Map", "Clock and Calendar",
# "Control Register".

import datetime as dt
from typing import ClassVar

from machine_compat.mock.devices.bcd_clock import BCDClock, SquareWave, sink_wave

CONTROL = 0x07
OUT = 0x80
SQWE = 0x10
RATES = (1, 4_096, 8_192, 32_768)
"""Hz of the square wave by RS1, RS0."""
CLOCK_HALT = 0x80


class DS1307(BCDClock):
    """A DS1307 (address 0x68) with 64 registers: the time, the control register, RAM from 08h to 3Fh.

    At first power-up it shows 2000-01-01 00:00:00 and stands (CH is set), until a driver clears CH or the option
    datetime gave it a time. Option pin: sqw, open drain. Python face: ``datetime``, ``running``, ``ram``.
    """

    option_pins = ("sqw",)
    masks: ClassVar[bytes] = bytes((0xFF, 0x7F, 0x7F, 0x07, 0x3F, 0x1F, 0xFF, OUT | SQWE | 0x03))

    def __init__(self, address: int | None = None, *, datetime: dt.datetime | str | None = None) -> None:
        super().__init__(address, size=64, initial={0: CLOCK_HALT, CONTROL: 0x03}, datetime=datetime)

    @property
    def running(self) -> bool:
        return not self.registers[0] & CLOCK_HALT

    @property
    def ram(self) -> bytes:
        """A copy of the 56 bytes of battery-backed RAM."""
        return bytes(self.registers[CONTROL + 1 :])

    def retime(self) -> None:
        """Set the SQW/OUT leg: the square wave, or the level of OUT."""
        leg = self.legs["sqw"]
        control = self.registers[CONTROL]
        if control & SQWE:
            leg.pull_low(False)
            sink_wave(leg, SquareWave(RATES[control & 3], self.second_began) if self.running else None)
        else:
            sink_wave(leg, None)
            leg.pull_low(not control & OUT)

    def on_write(self, register: int, value: int) -> int | None:
        stored = super().on_write(register, value)
        if register == CONTROL and stored is not None:
            self.registers[CONTROL] = stored
            self.retime()
        return stored


PARTS = {"ds1307": DS1307}
