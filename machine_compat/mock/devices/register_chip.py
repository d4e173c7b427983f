"""Models a chip that is a row of registers behind a pointer: on I2C, on SPI, and as the base to build one's own on."""

# Ref: NXP UM10204 (I2C-bus specification and user manual) rev. 7.0, section 3.1.10; the pointer is the first data byte.

from collections.abc import Callable, Iterable, Mapping
from typing import TypedDict, Unpack

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import I2CChip, SPIChip

ReadHook = Callable[[int], int | None]
"""Called with a register before it is read; returns what is read, or None for its contents."""
WriteHook = Callable[[int, int], int | None]
"""Called with a register and a byte written to it; returns what is stored instead, or None to store the byte."""


class RegisterOptions(TypedDict, total=False):
    """What RegisterChip and RegisterChipSPI take from Python besides what --attach can give; see RegisterFile."""

    initial: Mapping[int, int] | bytes
    read_only: Iterable[int]
    wrap: Mapping[int, int] | None
    on_write: WriteHook | None
    on_read: ReadHook | None


class RegisterFile:
    """The registers, the pointer and the hooks: what a register chip is, whatever its bus.

    size: how many registers; the pointer is taken modulo it. fill: their value at power-on, but for `initial`, which
    gives {register: value} or the first bytes. read_only: registers that writes do not change. increment: whether
    the pointer moves on after each byte. wrap: {last: first}, the registers after which the pointer goes elsewhere
    than one up; the last register of all goes to 0 unless it says otherwise. on_write, on_read: hooks, as functions
    here or as methods of a subclass. Raises ConfigError for a size, a register or a value that does not fit.
    """

    name: str

    def __init__(
        self,
        limit: int,
        *,
        size: int | None = None,
        fill: int = 0,
        increment: bool | int = True,
        initial: Mapping[int, int] | bytes = b"",
        read_only: Iterable[int] = (),
        wrap: Mapping[int, int] | None = None,
        on_write: WriteHook | None = None,
        on_read: ReadHook | None = None,
    ) -> None:
        self.size = limit if size is None else size
        if not 1 <= self.size <= limit:
            raise ConfigError(f"{self.name}: size={size} does not fit its pointer: 1..{limit} registers")
        if not 0 <= fill <= 255:
            raise ConfigError(f"{self.name}: fill={fill} is not a byte: 0..255")
        self.registers = bytearray([fill]) * self.size
        self.pointer = 0
        self.increment = bool(increment)
        self.read_only = frozenset(read_only)
        contents = initial if isinstance(initial, Mapping) else dict(enumerate(initial))
        for register, value in contents.items():
            if not (0 <= register < self.size and 0 <= value <= 255):
                raise ConfigError(f"{self.name}: initial {register:#x}: {value:#x} is no byte in 0..{self.size - 1:#x}")
            self.registers[register] = value
        self._wrap = {self.size - 1: 0, **(wrap or {})}
        self._breaks = sorted(self._wrap)
        own_read = type(self).on_read is not RegisterFile.on_read
        own_write = type(self).on_write is not RegisterFile.on_write
        self._read_hook = on_read or (self.on_read if own_read else None)
        self._write_hook = on_write or (self.on_write if own_write else None)

    def on_read(self, register: int) -> int | None:
        """Hook: the byte that is about to be read; None takes the register's contents."""
        return None

    def on_write(self, register: int, value: int) -> int | None:
        """Hook: a byte written, not stored yet; the result is stored in its place, None stores it as it is."""
        return None

    def following(self, register: int) -> int:
        """The register the pointer moves on to."""
        if not self.increment:
            return register
        return self._wrap.get(register, register + 1)

    def fetch(self, count: int) -> bytes:
        """Read `count` bytes from the pointer on, as the bus does."""
        start = self.pointer
        end = start + count
        if self._read_hook is None and end <= self._straight_to(start):
            self.pointer = end
            return bytes(self.registers[start:end])
        return bytes(self._fetch_one() for _ in range(count))

    def _straight_to(self, start: int) -> int:
        """The last register up to which the pointer moves on one by one."""
        if not self.increment:
            return start
        stop = self._breaks[0]
        return stop if stop >= start else next(last for last in self._breaks if last >= start)

    def peek(self) -> int:
        """The byte at the pointer, which stays."""
        value = self._read_hook(self.pointer) if self._read_hook else None
        return self.registers[self.pointer] if value is None else value & 0xFF

    def _fetch_one(self) -> int:
        value = self.peek()
        self.pointer = self.following(self.pointer)
        return value

    def store(self, data: bytes) -> None:
        """Write bytes from the pointer on, as the bus does."""
        hook = self._write_hook
        start = self.pointer
        end = start + len(data)
        if hook is None and not self.read_only and end <= self._straight_to(start):
            self.registers[start:end] = data
            self.pointer = end
            return
        for byte in data:
            register = self.pointer
            if register not in self.read_only:
                value = hook(register, byte) if hook else None
                self.registers[register] = byte if value is None else value & 0xFF
            self.pointer = self.following(register)


class RegisterChip(I2CChip, RegisterFile):
    """A register chip on I2C: ``S 42W 10 d0 d1 P`` writes from register 0x10 on, ``S 42W 10 Sr 42R d0 d1 P`` reads.

    bits: of the pointer, 8 or 16 (high byte first). mask: the bits of it that choose a register. increment_bit: a bit
    of it that switches auto-increment on for this access, where a chip has one (0x80 on many of ST's). The rest as in
    RegisterFile. ``registers`` is its contents, a bytearray that a test reads and writes. One's own chip::

        class Thermometer(RegisterChip):
            default_address = 0x48
            celsius = 21.5

            def on_read(self, register: int) -> int | None:
                return round(self.celsius * 2) & 0xFF if register == 0x05 else None
    """

    def __init__(
        self,
        address: int | None = None,
        *,
        bits: int = 8,
        mask: int | None = None,
        increment_bit: int = 0,
        size: int | None = None,
        fill: int = 0,
        increment: bool | int = True,
        **options: Unpack[RegisterOptions],
    ) -> None:
        I2CChip.__init__(self, address)
        if bits not in (8, 16):
            raise ConfigError(f"{self.name}: bits={bits} is no width of a register pointer: 8 or 16")
        RegisterFile.__init__(self, 1 << bits, size=size, fill=fill, increment=increment, **options)
        self._pointer_bytes = bits // 8
        self._mask = (1 << bits) - 1 - increment_bit if mask is None else mask
        self._increment_bit = increment_bit
        self._pending = 0
        self._partial = 0

    def start(self, address: int, read: bool) -> bool:
        self._pending = 0 if read else self._pointer_bytes
        self._partial = 0
        return True

    def write(self, byte: int) -> bool:
        if not self._pending:
            self.store(bytes((byte,)))
            return True
        self._partial = self._partial << 8 | byte
        self._pending -= 1
        if not self._pending:
            self.point(self._partial)
        return True

    def point(self, value: int) -> None:
        """Set the pointer to what arrived for it."""
        self.pointer = (value & self._mask) % self.size
        if self._increment_bit:
            self.increment = bool(value & self._increment_bit)

    def write_block(self, data: bytes) -> int:
        if not data:
            return 0
        if self._pending == 1 and not self._partial:
            self._pending = 0
            self.point(data[0])
            if len(data) > 1:
                self.store(data[1:])
        else:
            for byte in data:
                self.write(byte)
        return len(data)

    def read(self) -> int:
        return self._fetch_one()

    def read_block(self, count: int) -> bytes:
        return self.fetch(count)


class I2CMemory(RegisterChip):
    """A plain memory that is never busy, as FRAM and small SRAMs are; bits=16 for addresses of two bytes."""

    default_address = 0x50


class RegisterChipSPI(SPIChip, RegisterFile):
    """A register chip on SPI: while CS is low, a command byte that holds the pointer and the direction, then data.

    read_bit: the bit of the command that asks for a read (0: the chip is never read). read_level: the value of that bit
    in a read. increment_bit: as in RegisterChip. The rest as in RegisterFile, of up to 128 registers. Where a script
    moves the pins by hand, on_read is asked ahead, for the byte that would come next.
    """

    def __init__(
        self,
        *,
        read_bit: int = 0x80,
        read_level: int = 1,
        increment_bit: int = 0,
        size: int | None = None,
        fill: int = 0,
        increment: bool | int = True,
        **options: Unpack[RegisterOptions],
    ) -> None:
        SPIChip.__init__(self)
        limit = 128 if read_bit else 256
        RegisterFile.__init__(self, limit, size=size, fill=fill, increment=increment, **options)
        self._read_bit = read_bit
        self._read_level = read_level
        self._increment_bit = increment_bit
        self._command: int | None = None

    def select(self) -> None:
        self._command = None

    def exchange(self, data: bytes) -> bytes:
        """Answer 0xFF during the command and during writes: MISO is not driven then."""
        if not data:
            return b""
        idle = b""
        command = self._command
        if command is None:
            idle = b"\xff"
            command = self._command = data[0]
            data = data[1:]
            self.pointer = (command & ~(self._read_bit | self._increment_bit)) % self.size
            if self._increment_bit:
                self.increment = bool(command & self._increment_bit)
        if self._reads(command):
            return idle + self.fetch(len(data))
        self.store(data)
        return idle + b"\xff" * len(data)

    def preview(self) -> int:
        if self._command is None or not self._reads(self._command):
            return 0xFF
        return self.peek()

    def _reads(self, command: int) -> bool:
        return bool(self._read_bit) and bool(command & self._read_bit) == bool(self._read_level)


PARTS = {
    "registers": RegisterChip,
    "registers_spi": RegisterChipSPI,
    "memory": I2CMemory,
}
