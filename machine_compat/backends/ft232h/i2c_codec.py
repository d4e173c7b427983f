"""Turns I2C transfers into MPSSE commands and what came back into data or a fault; does no I/O.

The chip has no I2C of its own: a message is one stream of bits on SDA, nine for each byte, and the level of SDA is
recorded at every one. So the whole transfer, conditions and all, is sent ahead as one batch, and the acknowledges are
looked at when the record comes back. The chip cannot branch: bytes after one that was not acknowledged are still
clocked, to nobody after an address, before STOP follows.

SCL is ADBUS0. SDA is ADBUS1 (out) and ADBUS2 (in), joined outside the chip. The bus has pull-up resistors.

# Ref: NXP UM10204 rev. 7, 3.1 and table 10; FTDI AN_108 rev. 1.5, AN_255 rev. 1.0 (I2C on an FT232H), AN_113.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from machine_compat.backends.ft232h.codec import (
    BIT_MODE,
    CLOCK,
    GET_LOW,
    IN,
    OUT,
    OUT_FALLING,
    PIECE,
    SHIFT_IN,
    SHIFT_OUT,
    Step,
    clock_setup,
    divided,
    drive_zero,
    length,
    set_low,
)
from machine_compat.contract import I2CConfig, Op, Read, Write
from machine_compat.errors import BusError, ConfigError, Fault

THREE_PHASE_HZ = 20_000_000
"""30 MHz, of which three-phase clocking makes two thirds."""
SLOWEST_HZ = THREE_PHASE_HZ // 0x10000 + 1
FASTEST_HZ = 1_000_000
SET_PINS_NS = 150
"""The least one command that sets pins takes: AN_255 makes 600 ns out of four."""

CONDITION_NS = ((100_000, 4_700), (400_000, 600), (FASTEST_HZ, 260))
"""Up to which frequency START and STOP need how long before and after each edge of SDA."""

DUPLEX = SHIFT_OUT | SHIFT_IN | OUT_FALLING
NINE = tuple(f"{byte:08b}" for byte in range(256))
STRETCHING = (
    "SCL stays low: a target stretches the clock, which MPSSE does not wait for. Within bytes it does with SCL (D0) "
    "joined to D7 as well and ?stretch=yes in the URL"
)
NOT_JOINED = "SDA does not follow: D1 and D2 have to be joined for I2C"


@dataclass(frozen=True, slots=True)
class I2CWire:
    """How SCL and SDA are moved. frequency: what the divider gives, in Hz.

    open_drain: whether the chip lets go of a pin by itself to make it high; otherwise directions are turned. adaptive:
    whether SCL comes back on ADBUS7, so that shifts wait while it is stretched (AN_108, 3.9.3).
    """

    frequency: int
    setup: bytes
    hold: int
    open_drain: bool
    adaptive: bool = False

    @classmethod
    def of(cls, config: I2CConfig, open_drain: bool, adaptive: bool = False) -> "I2CWire":
        """The wire of a configuration; ConfigError for a frequency out of range."""
        if not SLOWEST_HZ <= config.frequency <= FASTEST_HZ:
            raise ConfigError(f"I2C at {config.frequency} Hz: this bridge does {SLOWEST_HZ} to {FASTEST_HZ} Hz")
        divisor = divided(THREE_PHASE_HZ, config.frequency)
        needed = next(ns for up_to, ns in CONDITION_NS if config.frequency <= up_to)
        setup = clock_setup(divisor, three_phase=True, adaptive=adaptive)
        if open_drain:
            setup += drive_zero(CLOCK | OUT)
        return cls(THREE_PHASE_HZ // (divisor + 1), setup, -(-needed // SET_PINS_NS), open_drain, adaptive)

    def pins(self, scl: int, sda: int) -> tuple[int, int]:
        """Value and direction of the serial pins for these levels; 1 is let go."""
        if self.open_drain:
            return scl * CLOCK | sda * OUT, CLOCK | OUT
        return 0, (1 - scl) * CLOCK | (1 - sda) * OUT


class Stuck(BusError):
    """A target holds SDA, as one does that was left in the middle of a byte."""

    def __init__(self, message: str = "SDA is held low") -> None:
        super().__init__(Fault.TIMEOUT, message=message)


class I2CStream:
    """Collects the commands of transfers. levels, direction: of the other five pins of ADBUS."""

    def __init__(self, wire: I2CWire, levels: int = 0, direction: int = 0) -> None:
        self._wire = wire
        self._levels = levels
        self._direction = direction

    def set(self, scl: int, sda: int, times: int = 1) -> bytes:
        value, direction = self._wire.pins(scl, sda)
        return set_low(self._levels | value, self._direction | direction) * times

    def start(self, repeated: bool) -> Step:
        """START; the levels are recorded before it, and while SDA is low."""
        hold = self._wire.hold
        before = self.set(0, 1) + self.set(1, 1, hold) if repeated else self.set(1, 1)
        look = bytes((GET_LOW,))
        return Step(before + look + self.set(1, 0, hold) + look + self.set(0, 0), 2)

    def stop(self) -> Step:
        """STOP; the levels are recorded before SDA rises, and after."""
        hold = self._wire.hold
        look = bytes((GET_LOW,))
        return Step(self.set(0, 0) + self.set(1, 0, hold) + look + self.set(1, 1, hold) + look, 2)

    def release(self) -> Step:
        """SDA let go and SCL low, as the bus is held between transfers."""
        return Step(self.set(0, 1))

    def first_bit(self, bit: int) -> Step:
        """One bit by hand, to look whether SCL does rise: most targets that stretch do it here."""
        return Step(
            self.set(0, bit) + self.set(1, bit, self._wire.hold) + bytes((GET_LOW,)) + self.set(0, bit),
            1,
        )

    def bits(self, bits: str, drive: bool) -> Iterator[Step]:
        """Bits that the chip shifts, at most PIECE bytes a step; drive: whether they may be driven high."""
        turn = b""
        if not self._wire.open_drain:
            turn = set_low(self._levels, self._direction | CLOCK | (OUT if drive else 0))
        for start in range(0, len(bits), 8 * PIECE):
            part = bits[start : start + 8 * PIECE]
            whole, rest = divmod(len(part), 8)
            packed = int(part.ljust(-(-len(part) // 8) * 8, "0"), 2).to_bytes(whole + bool(rest), "big")
            commands = turn
            if whole:
                commands += bytes((DUPLEX, *length(whole))) + packed[:whole]
            if rest:
                commands += bytes((DUPLEX | BIT_MODE, rest - 1, packed[whole]))
            yield Step(commands, whole + bool(rest))

    def unstick(self) -> Step:
        """Nine clocks and a STOP, for a target that was left in the middle of a byte (UM10204, 3.1.16)."""
        hold = self._wire.hold
        clocks = (self.set(0, 1, hold) + self.set(1, 1, hold)) * 9
        ending = self.set(0, 1, hold) + self.set(0, 0, hold) + self.set(1, 0, hold) + self.set(1, 1, hold)
        return Step(clocks + ending + bytes((GET_LOW,)), 1)


def spoken(address: int, op: Op) -> list[tuple[bool, str]]:
    """A message as runs of bits: whether the controller speaks, and what it puts on SDA (1 while it listens)."""
    if isinstance(op, Write):
        octets = (address << 1, *op.data)
        return [run for octet in octets for run in ((True, NINE[octet]), (False, "1"))]
    runs = [(True, NINE[address << 1 | 1]), (False, "1")]
    for _ in range(op.count - 1):
        runs += ((False, "11111111"), (True, "0"))
    if op.count:
        runs += ((False, "11111111"), (True, "1"))
    return runs


@dataclass(frozen=True, slots=True)
class Recorded:
    """A part of the reply. what: "begin" and "end" are two looks at the pins, "first" one, "bits" that many bits."""

    what: str
    message: int
    bits: int = 0

    @property
    def octets(self) -> int:
        return {"begin": 2, "end": 2, "first": 1}.get(self.what, -(-self.bits // 8))


class I2CTransfer:
    """One transfer: `steps` to send, and what their reply says.

    held: whether the bus was left without STOP, so that the transfer begins with a repeated START.
    """

    def __init__(
        self, stream: I2CStream, wire: I2CWire, address: int, ops: Sequence[Op], stop: bool = True, held: bool = False
    ) -> None:
        self.steps: list[Step] = []
        self._address = address
        self._ops = ops
        self._record: list[Recorded] = []
        self._stream = stream
        self._wire = wire
        for number, op in enumerate(ops):
            self._add(stream.start(held or number > 0), Recorded("begin", number))
            self._message(number, spoken(address, op))
        if stop:
            self._add(stream.stop(), Recorded("end", len(ops)))
        else:
            self.steps.append(stream.release())

    def _add(self, step: Step, record: Recorded) -> None:
        self.steps.append(step)
        self._record.append(record)

    def _message(self, number: int, runs: list[tuple[bool, str]]) -> None:
        if len(runs) == 2 or self._wire.adaptive:
            self._run(number, runs)
            return
        self._run(number, runs[:2])
        drive, bits = runs[2]
        self._add(self._stream.first_bit(int(bits[0])), Recorded("first", number))
        self._run(number, [(drive, bits[1:]), *runs[3:]])

    def _run(self, number: int, runs: list[tuple[bool, str]]) -> None:
        """Shift runs of bits; where no pin has to be turned between them, all in one."""
        if self._wire.open_drain:
            runs = [(True, "".join(bits for _, bits in runs))]
        for drive, bits in runs:
            left = len(bits)
            for step in self._stream.bits(bits, drive):
                self._add(step, Recorded("bits", number, min(left, 8 * PIECE)))
                left -= 8 * PIECE

    # ---- the reply

    def check(self, reply: bytes) -> bytes:
        """What was read, as far as the reply goes. Raises BusError for what went wrong, ConfigError for bad wiring."""
        heard = ["" for _ in self._ops]
        data = bytearray()
        position = done = 0
        for record in self._record:
            part = reply[position : position + record.octets]
            if len(part) < record.octets:
                break
            position += record.octets
            if record.what == "bits":
                heard[record.message] += bits_of(part, record.bits)
                continue
            if record.message > done and record.what != "first":
                data += self._heard(done, heard[done])
                done = record.message
            self._look(record, part, heard)
        if done < len(self._ops):
            data += self._heard(done, heard[done])
        return bytes(data)

    def _look(self, record: Recorded, levels: bytes, heard: list[str]) -> None:
        """What the pins' levels say at START, at a message's first bit, and at STOP."""
        if record.what == "first":
            if not levels[0] & CLOCK and heard[record.message][8] == "0":
                raise BusError(Fault.TIMEOUT, message=STRETCHING)
            heard[record.message] += "1" if levels[0] & IN else "0"
            return
        before, after = levels
        if not before & CLOCK:
            raise BusError(Fault.TIMEOUT, message="SCL is held low" if record == self._record[0] else STRETCHING)
        if record.what == "begin":
            if not before & IN:
                raise Stuck
            if after & IN:
                raise ConfigError(NOT_JOINED)
        elif not after & IN:
            raise Stuck("SDA is held low after STOP")

    def _heard(self, message: int, bits: str) -> bytes:
        """What a message's bits say, nine at a time; bytes for a Read."""
        words = [int(bits[at : at + 9], 2) for at in range(0, len(bits) - 8, 9)]
        if not words:
            return b""
        op = self._ops[message]
        same(words[0] >> 1, self._address << 1 | isinstance(op, Read))
        if words[0] & 1:
            raise BusError(Fault.NACK_ADDRESS)
        if isinstance(op, Read):
            return bytes(word >> 1 for word in words[1:])
        for acked, (word, octet) in enumerate(zip(words[1:], op.data, strict=False)):
            same(word >> 1, octet, acked)
            if word & 1:
                raise BusError(Fault.NACK_DATA, acked)
        return b""


def bits_of(octets: bytes, count: int) -> str:
    """A shift's record as bits; those of an unfinished byte come in its low end (AN_108, 3.3)."""
    whole, rest = divmod(count, 8)
    bits = "".join(map(NINE.__getitem__, octets[:whole]))
    return bits + NINE[octets[whole]][8 - rest :] if rest else bits


def same(heard: int, said: int, acked: int = 0) -> None:
    """Whether SDA was what the controller put there; a 0 for a 1 is somebody else's."""
    if heard != said:
        raise BusError(Fault.ARBITRATION, acked, f"SDA was {heard:#04x} while {said:#04x} was sent")
