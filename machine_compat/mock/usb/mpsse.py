"""The multi-protocol synchronous serial engine (MPSSE) of FTDI's chips: executes command bytes, edge by edge.

# Ref: FTDI AN_108 Command Processor for MPSSE and MCU Host Bus Emulation Modes, v1.5; AN_135 MPSSE Basics, v1.1.
"""

from collections.abc import Callable, Generator
from typing import Protocol

from machine_compat.mock.usb.pins import Bank
from machine_compat.mock.usb.sequencer import Program

CLK, DO, DI, TMS, GPIOL1, RTCK = 0, 1, 2, 3, 5, 7
"""Pins of the low bank by what the engine uses them for."""
TICK_NS = (50, 3)
"""A period of the 60 MHz clock, as a fraction."""
GPIO_NS = 500
"""What setting a bank of pins takes (pyftdi measured an FT2232H); drivers repeat it where a bus wants a pause."""
WRITE_NEGATIVE, BITS, READ_NEGATIVE, LSB_FIRST, WRITE, READ, TO_TMS = 1, 2, 4, 8, 16, 32, 64
BAD_COMMAND = 0xFA

Taken = Generator[int | None, None, int]


class Pipes(Protocol):
    """The FIFOs between the engine and USB."""

    inbox: bytearray

    def consumed(self) -> None:
        """There is room in the inbox again."""

    def put(self, byte: int) -> bool:
        """A byte for the host; False while the FIFO is full."""

    def flush(self) -> None:
        """What is there goes to the host now."""


class MPSSE:
    """One engine on a bank of eight pins and, on chips that have them, a second bank."""

    def __init__(self, low: Bank, high: Bank | None, pipes: Pipes, wake: Callable[[], None]) -> None:
        self._low = low
        self._high = high
        self._pipes = pipes
        self._wake = wake
        self._divisor = 0
        self._by_five = True
        self._three_phase = False
        self._adaptive = False
        self._loopback = False
        self._ticks = 0
        self._plain: dict[int, Callable[[], Program]] = {
            0x80: lambda: self._set_bank(self._low),
            0x82: lambda: self._set_bank(self._high),
            0x81: lambda: self._read_bank(self._low),
            0x83: lambda: self._read_bank(self._high),
            0x86: self._set_divisor,
            0x88: lambda: self._wait_for(GPIOL1, 1),
            0x89: lambda: self._wait_for(GPIOL1, 0),
            0x8E: self._clock_bits,
            0x8F: self._clock_bytes,
            0x9E: self._drive_zero,
        }
        self._switches: dict[int, tuple[str, bool]] = {
            0x84: ("_loopback", True),
            0x85: ("_loopback", False),
            0x8A: ("_by_five", False),
            0x8B: ("_by_five", True),
            0x8C: ("_three_phase", True),
            0x8D: ("_three_phase", False),
            0x96: ("_adaptive", True),
            0x97: ("_adaptive", False),
        }

    def program(self) -> Program:
        """Execute what comes in, for ever."""
        while True:
            opcode = yield from self._next()
            if not opcode & 0x80 and opcode & (WRITE | READ | TO_TMS):
                yield from self._move(opcode)
            elif opcode in self._plain:
                yield from self._plain[opcode]()
            elif opcode in self._switches:
                setattr(self, *self._switches[opcode])
            elif opcode == 0x87:
                self._pipes.flush()
            else:
                yield from self._reply(BAD_COMMAND)
                yield from self._reply(opcode)

    # ---- bytes from and to the host

    def _next(self) -> Taken:
        inbox = self._pipes.inbox
        while not inbox:
            yield None
        byte = inbox.pop(0)
        self._pipes.consumed()
        return byte

    def _word(self) -> Taken:
        low = yield from self._next()
        high = yield from self._next()
        return low | high << 8

    def _reply(self, byte: int) -> Program:
        while not self._pipes.put(byte):
            yield None

    # ---- pins

    def _set_bank(self, bank: Bank | None) -> Program:
        value = yield from self._next()
        direction = yield from self._next()
        if bank is not None:
            bank.set(value, direction)
        yield GPIO_NS

    def _read_bank(self, bank: Bank | None) -> Program:
        yield GPIO_NS
        yield from self._reply(bank.read() if bank is not None else 0xFF)

    def _drive_zero(self) -> Program:
        low = yield from self._next()
        high = yield from self._next()
        self._low.set_open_drain(low)
        if self._high is not None:
            self._high.set_open_drain(high)

    def _wait_for(self, bit: int, level: int) -> Program:
        """Stand still until a pin has a level."""
        terminal = self._low[bit]

        def changed(new: int, time: int) -> None:
            if new == level:
                self._wake()

        terminal.watch(changed)
        try:
            while terminal.level != level:
                yield None
        finally:
            terminal.unwatch(changed)

    # ---- the clock

    def _set_divisor(self) -> Program:
        self._divisor = yield from self._word()

    def _half(self) -> int:
        """The ns of the next half period; their sum keeps to the 60 MHz clock."""
        numerator, denominator = TICK_NS
        before = self._ticks * numerator // denominator
        self._ticks += (1 + self._divisor) * (5 if self._by_five else 1)
        return self._ticks * numerator // denominator - before

    def _set_clock(self, level: int) -> Program:
        self._low.put(CLK, level)
        if self._adaptive and self._low[RTCK].level != level:
            yield from self._wait_for(RTCK, level)

    def _clock_bits(self) -> Program:
        count = 1 + (yield from self._next())
        yield from self._pulses(count)

    def _clock_bytes(self) -> Program:
        count = 1 + (yield from self._word())
        yield from self._pulses(8 * count)

    def _pulses(self, count: int) -> Program:
        idle = self._low.value >> CLK & 1
        for _ in range(count):
            yield self._half()
            yield from self._set_clock(1 - idle)
            yield self._half()
            yield from self._set_clock(idle)

    # ---- data

    def _move(self, opcode: int) -> Program:
        """A data command: its length, then bytes or up to eight bits, out, in or both at once."""
        if opcode & (BITS | TO_TMS):
            count = 1 + ((yield from self._next()) & 7)
            yield from self._exchange(opcode, count)
            return
        for _ in range(1 + (yield from self._word())):
            yield from self._exchange(opcode, 8)

    def _exchange(self, opcode: int, count: int) -> Program:
        out = (yield from self._next()) if opcode & (WRITE | TO_TMS) else 0
        received = yield from self._shift(opcode, out, count)
        if opcode & READ:
            yield from self._reply(received)

    def _shift(self, opcode: int, out: int, count: int) -> Taken:
        """Clock some bits; what is read stands where AN_108 has it: low end for MSB first, high end for LSB first.

        Each edge first latches what is to be read and then moves: a target reacts to the edge, later than that.
        """
        low = self._low
        idle = low.value >> CLK & 1
        writes = bool(opcode & (WRITE | TO_TMS))
        write_leading = bool(opcode & WRITE_NEGATIVE) == bool(idle)
        read_leading = bool(opcode & READ_NEGATIVE) == bool(idle)
        pin = DO
        if opcode & TO_TMS:
            pin = TMS
            low.put(DO, out >> 7)
        lsb_first = bool(opcode & LSB_FIRST)
        received = 0
        for index in range(count):
            bit = out >> (index if lsb_first else 7 - index) & 1
            if writes and not write_leading:
                low.put(pin, bit)
            yield self._half()
            if read_leading:
                received = self._latch(received, lsb_first)
            yield from self._set_clock(1 - idle)
            if writes and write_leading:
                low.put(pin, bit)
            yield self._half()
            if not read_leading:
                received = self._latch(received, lsb_first)
            yield from self._set_clock(idle)
            if self._three_phase:
                yield self._half()
        return received

    def _latch(self, received: int, lsb_first: bool) -> int:
        low = self._low
        level = low.value >> DO & 1 if self._loopback else low[DI].level
        return level << 7 | received >> 1 if lsb_first else (received << 1 | level) & 0xFF
