"""Speaks the target's end of a 1-Wire bus: reset and presence, bit slots, and the ROM commands, on one open-drain wire.

A device subclasses OneWireTarget and writes `function`, what follows once it is addressed, as a generator that goes
through the bit slots in order: it yields a bit to answer the next slot with it, and None to be given the master's bit.

Drawn on the wire, a read slot that is answered with 0 (the target holds on when the master has let go):

    master  ‾‾\\_/‾‾‾‾‾‾‾‾‾‾‾‾     target  ‾‾\\_____/‾‾‾‾‾‾‾‾
"""

# Ref: Maxim DS18B20, 19-7487, "1-Wire Bus System" and "1-Wire Signaling"; Maxim application notes 27 (CRC), 187.

from collections.abc import Callable, Generator, Iterable
from typing import ClassVar
from zlib import crc32

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import Chip

US = 1_000
RESET = 480 * US
"""The shortest low that is a reset."""
PRESENCE_AFTER = 30 * US
PRESENCE = 120 * US
SAMPLE = 30 * US
"""From the falling edge to where the target looks at a write slot, and to where it lets go of a read slot."""

READ_ROM, MATCH_ROM, SKIP_ROM, SEARCH_ROM, ALARM_SEARCH = 0x33, 0x55, 0xCC, 0xF0, 0xEC

Slot = int | Callable[[], int] | None
"""What a target does with a bit slot: answer a bit, or one worked out as the slot begins; None: take the master's."""
Slots = Generator[Slot, int, None]


def crc8(data: Iterable[int]) -> int:
    """The 1-Wire CRC, x^8 + x^5 + x^4 + 1, lowest bit first; over data with its CRC it is 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
    return crc


def receive_byte() -> Generator[Slot, int, int]:
    """Take the master's next eight bits, lowest first."""
    byte = 0
    for index in range(8):
        byte |= (yield None) << index
    return byte


def send(data: Iterable[int]) -> Slots:
    """Answer the next read slots with bytes, lowest bit first."""
    for byte in data:
        for index in range(8):
            yield byte >> index & 1


def status(read: Callable[[], int]) -> Slots:
    """Answer every read slot until the next reset with what `read()` says then."""
    while True:
        yield read


def bits_of(data: Iterable[int]) -> list[int]:
    return [byte >> index & 1 for byte in data for index in range(8)]


class OneWireTarget(Chip):
    """A device on a 1-Wire bus. It brings the bus's pull-up of 4.7 kΩ.

    rom: its 64-bit code as the wire carries it, family code first: 8 bytes, or 7 without the CRC, as bytes or in hex
    ("28-1d39310200-00"; dashes, colons and spaces do not count), or an int, the 48-bit serial number alone. Left out,
    the device gets a code of its own, the same in every run.
    """

    pins = ("dq",)
    family: ClassVar[int]

    def __init__(self, rom: bytes | str | int | None = None) -> None:
        super().__init__()
        self._rom = None if rom is None else self._checked(rom)
        self._session: Slots | None = None
        self._slot: Slot = None
        self._listening = False
        self._fell: int | None = None
        self._deaf_until = 0

    @property
    def rom(self) -> bytes:
        """The 8 bytes of its ROM code. Raises ConfigError when it was given none and is not attached yet."""
        if self._rom is None:
            if not self.attached:
                raise ConfigError(f"{self.name} gets its rom when it is attached; give it one, as in rom=0x123")
            # Names do not tell devices on one wire apart; their order along the wire does.
            wire = self.legs["dq"].net.terminals
            peers = [terminal.owner for terminal in wire if isinstance(terminal.owner, OneWireTarget)]
            self._rom = self._checked(crc32(self.name.encode()) + peers.index(self))
        return self._rom

    def _checked(self, rom: bytes | str | int) -> bytes:
        if isinstance(rom, int):
            if not 0 <= rom < 1 << 48:
                raise ConfigError(f"{self.name}: rom={rom} is no 48-bit serial number; write a whole code as 28-...")
            code = bytes([self.family]) + rom.to_bytes(6, "little")
        else:
            code = self._parsed(rom) if isinstance(rom, str) else bytes(rom)
        if len(code) == 7:
            code += bytes([crc8(code)])
        if len(code) != 8 or crc8(code) or code[0] != self.family:
            raise ConfigError(
                f"{self.name}: rom={rom!r} is not 7 bytes and a CRC, or 7 bytes, that begin with {self.family:02x}"
            )
        return code

    def _parsed(self, text: str) -> bytes:
        digits = "".join(sign for sign in text if sign not in "-: ")
        try:
            return bytes.fromhex(digits)
        except ValueError:
            raise ConfigError(f"{self.name}: rom={text!r} is not in hex") from None

    # ---- what a device adds

    @property
    def alarmed(self) -> bool:
        """Whether it answers an ALARM SEARCH."""
        return False

    def function(self) -> Slots:
        """The slots after the device was addressed, up to the next reset."""
        raise NotImplementedError(f"{type(self).__name__}.function")

    # ---- the wire

    def installed(self) -> None:
        self.legs["dq"].pull(1)
        self.watch("dq", self._edge)

    def _edge(self, level: int, time: int) -> None:
        if level:
            self._rise(time)
        else:
            self._fall(time)

    def _fall(self, time: int) -> None:
        self._fell = time
        if self._session is None or time < self._deaf_until:
            return
        slot = self._slot
        if slot is None:
            self._listening = True
            return
        bit = slot() if callable(slot) else slot
        if not bit:
            self._hold(SAMPLE)
        self._go_on(bit)

    def _rise(self, time: int) -> None:
        fell, self._fell = self._fell, None
        if fell is None:
            return
        low = time - fell
        listening, self._listening = self._listening, False
        if low >= RESET:
            self._reset(time)
        elif listening:
            self._go_on(int(low < SAMPLE))

    def _reset(self, time: int) -> None:
        # Until then the wire carries presence pulses, its own and those of the other devices.
        self._deaf_until = time + PRESENCE_AFTER + PRESENCE
        self._session = self._rom_commands()
        self._slot = next(self._session)
        self.after(PRESENCE_AFTER, lambda: self._hold(PRESENCE))

    def _hold(self, ns: int) -> None:
        leg = self.legs["dq"]
        leg.pull_low(True)
        self.after(ns, lambda: leg.pull_low(False))

    def _go_on(self, bit: int) -> None:
        if self._session is not None:
            try:
                self._slot = self._session.send(bit)
            except StopIteration:
                self._session = None

    # ---- ROM commands

    def _rom_commands(self) -> Slots:
        command = yield from receive_byte()
        if command == READ_ROM:
            yield from send(self.rom)
        elif command == MATCH_ROM:
            for bit in bits_of(self.rom):
                if (yield None) != bit:
                    return
        elif command == SEARCH_ROM or (command == ALARM_SEARCH and self.alarmed):
            for bit in bits_of(self.rom):
                yield bit
                yield 1 - bit
                if (yield None) != bit:
                    return
        elif command != SKIP_ROM:
            return
        yield from self.function()
