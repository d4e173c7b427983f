"""This file speaks to the rig's kernel module through /dev/rig; kernel/rig.h says the same in C."""

import errno
import os
import struct
from collections.abc import Sequence
from enum import IntEnum, IntFlag
from typing import NamedTuple

from machine_compat.errors import ConfigError
from tests.bench.plan import Plan

NODE = "/dev/rig"
LONGEST_EVENT = 1 << 20
LINES = 64
NAME = 32
BUSES = 4

EVENT = struct.Struct("<4I2Q")
COMMAND = struct.Struct("<2IiI")
MESSAGE = struct.Struct("<4H")
SETUP = struct.Struct(f"<{NAME}s{NAME}s{NAME}s{LINES * NAME}sQIiI{BUSES}i{BUSES}i5I")

I2C_M_READ = 0x0001
I2C_M_TEN_BITS = 0x0010


class Kind(IntEnum):
    """What an event is about."""

    LINE = 1
    SPI = 2
    I2C = 3
    PWM = 4
    ADC = 5


class LineState(IntFlag):
    """Flags of an event about a line."""

    HIGH = 1
    OUTPUT = 2
    PULL_UP = 4
    PULL_DOWN = 8


class PulseState(IntFlag):
    """Flags of an event about a PWM channel."""

    ENABLED = 1
    INVERTED = 2


class Event(NamedTuple):
    """What a driver wants of the far end; rig.h says what the numbers mean for each kind."""

    kind: Kind
    channel: int
    flags: int
    first: int
    second: int
    data: bytes


class Message(NamedTuple):
    """One message of an I2C transfer. data: what it writes, None to read; wanted: how many bytes it reads."""

    address: int
    data: bytes | None
    wanted: int


class Device:
    """A rig in the kernel, there until `close`."""

    def __init__(self, plan: Plan) -> None:
        self._file = os.open(NODE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.write(self._file, setup_of(plan))
        except OSError as error:
            os.close(self._file)
            if error.errno == errno.EBUSY:
                raise ConfigError("another rig is plugged in, or a program keeps a bus of the last one open") from error
            raise

    def fileno(self) -> int:
        return self._file

    def next_event(self) -> Event | None:
        """The event that waits to be answered, if there is one."""
        try:
            frame = os.read(self._file, LONGEST_EVENT)
        except BlockingIOError:
            return None
        kind, channel, flags, _, first, second = EVENT.unpack_from(frame)
        return Event(Kind(kind), channel, flags, first, second, frame[EVENT.size :])

    def answer(self, value: int, reply: bytes = b"") -> None:
        """Let the driver go on that caused the last event; a negative value is an errno."""
        try:
            os.write(self._file, COMMAND.pack(1, 0, value, len(reply)) + reply)
        except BrokenPipeError:
            # The driver has waited long enough, and gone on by itself.
            return

    def drive(self, offset: int, level: int) -> None:
        """Give an input line a level."""
        os.write(self._file, COMMAND.pack(2, offset, level, 0))

    def close(self) -> None:
        os.close(self._file)


def setup_of(plan: Plan) -> bytes:
    """What the module is told first: struct rig_setup."""
    names = b"".join(name.encode().ljust(NAME, b"\0") for name in plan.line_names)
    return SETUP.pack(
        plan.gpio_label.encode(),
        plan.pwm_label.encode(),
        plan.adc_label.encode(),
        names,
        sum(1 << offset for offset in plan.latches),
        len(plan.line_names),
        plan.spi_bus,
        plan.spi_modes,
        *filled(plan.spi_selects),
        *filled(plan.i2c_buses),
        plan.i2c_functions,
        plan.i2c_shortest,
        plan.i2c_longest,
        len(plan.pwm),
        len(plan.adc),
    )


def filled(numbers: Sequence[int]) -> list[int]:
    return [*numbers, *[-1] * (BUSES - len(numbers))]


def messages_of(event: Event) -> list[Message]:
    """The messages of an I2C event."""
    written = event.flags * MESSAGE.size
    messages = []
    for index in range(event.flags):
        address, flags, length, _ = MESSAGE.unpack_from(event.data, index * MESSAGE.size)
        if flags & I2C_M_TEN_BITS:
            address |= 0x400
        if flags & I2C_M_READ:
            messages.append(Message(address, None, length))
        else:
            messages.append(Message(address, event.data[written : written + length], 0))
            written += length
    return messages
