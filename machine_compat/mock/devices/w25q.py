"""This file simulates the Winbond W25Q family of serial NOR flash memories, on a single-wire SPI bus.

Ref: Winbond W25Q128JV, revision F: 7.1 (status registers, protection), 8.1 and 8.2 (instructions), 9.6 (times).
Ref: Winbond W25Q256JV, revision I: the same sections, for 4-byte addresses and four BP bits.
Ref: JEDEC JESD216, section 6 (SFDP header, and the basic parameter table of nine words).

The parts are the -IQ ones, whose QE bit is 1 for good: /WP and /HOLD do not exist. Not modelled: dual and quad
instructions (the SFDP table names none), security registers, individual block locks (WPS stays 0).
"""

from collections import Counter
from functools import partial

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.nor_array import SECTOR, NORArray
from machine_compat.mock.devices.spi_instruction import ANY, BY_MODE, Instruction, InstructionChip, cycle

US, MS = 1_000, 1_000_000
KIB = 1024
MANUFACTURER, MEMORY_TYPE = 0xEF, 0x40
LARGE = 16 * 1024 * KIB
"""The most that three address bytes reach."""

# Typical times.
STATUS_WRITE_NS = 10 * MS
PAGE_PROGRAM_NS = 400 * US
ERASE_NS = {SECTOR: 45 * MS, 32 * KIB: 120 * MS, 64 * KIB: 150 * MS}
CHIP_ERASE_NS = {8: 2_000 * MS, 16: 5_000 * MS, 32: 10_000 * MS, 64: 20_000 * MS, 128: 40_000 * MS, 256: 80_000 * MS}
SUSPEND_NS = 20 * US
POWER_DOWN_NS = RELEASE_NS = 3 * US
RESET_NS = 30 * US

BUSY, WEL = 0x01, 0x02
SUSPENDED, COMPLEMENT, LOCK_BITS, QUAD, STATUS_LOCK = 0x80, 0x40, 0x38, 0x02, 0x01
DRIVE_QUARTER, POWER_UP_4, ADDRESS_4 = 0x60, 0x02, 0x01

RELEASE, RESET_ENABLE, VOLATILE_ENABLE = 0xAB, 0x66, 0x50


def parameter_table(size: int) -> bytes:
    """The 256 bytes of the SFDP space: a header, one parameter header, nine words at 0x80."""
    # 4 KiB erase is 0x20, page writes, no dual or quad reads; 3-byte addresses, or 3 and 4.
    first = 0xFF8020E5 | (0x020000 if size > LARGE else 0)
    words = (first, size * 8 - 1, 0, 0, 0xFFFFFFEE, 0x0000FFFF, 0x0000FFFF, 0x520F200C, 0x0000D810)
    header = b"SFDP\x00\x01\x00\xff" + bytes((0x00, 0x00, 0x01, len(words), 0x80, 0x00, 0x00, 0xFF))
    table = b"".join(word.to_bytes(4, "little") for word in words)
    return (header.ljust(0x80, b"\xff") + table).ljust(256, b"\xff")


def protected_range(size: int, first: int, second: int) -> range:
    """The addresses that the SEC, TB, BP and CMP bits of status registers 1 and 2 protect (7.1, protection tables)."""
    large = size > LARGE
    bottom = bool(first & (0x40 if large else 0x20))
    bp = first >> 2 & (0xF if large else 7)
    unit = 64 * KIB if large else max(64 * KIB, size // 64)
    span = min(unit << bp - 1, size) if bp else 0
    if bp == 7 and not large:
        span = size
    elif bp and first & 0x40 and not large and (bp < 6 or span < size):
        span = SECTOR << min(bp, 4) - 1
    if second & COMPLEMENT:
        span, bottom = size - span, not bottom
    return range(span) if bottom else range(size - span, size)


class W25Q(InstructionChip):
    """A W25Q of 8 to 256 Mbit.

    megabits: its size. unique_id: the 64-bit number that 0x4B reads. An instruction begins with the first byte after
    CS goes low; one that changes the chip is executed when CS goes high after just the bytes it takes, and ignored
    otherwise. Cells change when a program or erase begins; nobody can look before it ends, and a reset during it
    only ends the waiting. Raises ConfigError for a size there is none of and a number that has more than 64 bits.
    """

    def __init__(self, megabits: int = 128, unique_id: int = 0xD264_1851_E32B_0F26) -> None:
        super().__init__()
        if not isinstance(megabits, int) or megabits not in CHIP_ERASE_NS:
            raise ConfigError(f"w25q: megabits={megabits!r} is none of {', '.join(map(str, CHIP_ERASE_NS))}")
        if not isinstance(unique_id, int) or not 0 <= unique_id < 1 << 64:
            raise ConfigError(f"w25q: unique_id={unique_id!r} is not a number of 64 bits")
        self.size = megabits * 128 * KIB
        self.asleep = False
        """Whether it is in power-down, where it obeys 0xAB alone."""
        self._array = NORArray(self.size)
        self._erase_ns = ERASE_NS | {self.size: CHIP_ERASE_NS[megabits]}
        self._stored = [0x00, QUAD, DRIVE_QUARTER]
        self._status = list(self._stored)
        self._bank = 0
        self._busy_until = self._deaf_until = 0
        self._suspended: tuple[bool, int] | None = None
        """Whether what was suspended is an erase, and how long it still takes."""
        self._erasing: bool | None = None
        self._writable = (0xFC, COMPLEMENT | LOCK_BITS | STATUS_LOCK, 0xE0 | (POWER_UP_4 if self.size > LARGE else 0))
        self.instructions = self._instruction_set(unique_id.to_bytes(8))

    # ---- the Python face

    def read(self, address: int, count: int) -> bytes:
        """What the cells hold, whatever the chip is doing."""
        return self._array.read(address, count)

    def program(self, address: int, data: bytes) -> None:
        """Have the cells hold `data`, as a programmer on the bench leaves them: any length, erased as needed.

        Raises ConfigError for data that does not lie within the chip.
        """
        if not 0 <= address <= self.size - len(data):
            raise ConfigError(f"{self.name}: {len(data)} bytes at {address:#x} reach beyond its {self.size:#x} bytes")
        self._array.store(address, data)

    @property
    def erases(self) -> Counter[int]:
        """How often the bus erased each sector of 4 KiB, by the sector's number."""
        return self._array.erases

    @property
    def busy(self) -> bool:
        """Whether a program, erase or status write goes on."""
        if not self._busy_until:
            return False
        if self.world.now < self._busy_until:
            return True
        self._busy_until = 0
        self._status[0] &= ~WEL
        return False

    def status(self, number: int) -> int:
        """Status register 1, 2 or 3."""
        busy = self.busy
        value = self._status[number - 1]
        if number == 1:
            return value | BUSY if busy else value
        return value | SUSPENDED if number == 2 and self._suspended else value

    @property
    def protected(self) -> range:
        """The addresses that can be neither programmed nor erased."""
        return protected_range(self.size, self._status[0], self._status[1])

    # ---- what the framing asks

    def accepts(self, opcode: int, instruction: Instruction) -> bool:
        if self.world.now < self._deaf_until or (self.asleep and opcode != RELEASE):
            return False
        return instruction.while_busy or not self.busy

    def address_length(self) -> int:
        return 4 if self._status[2] & ADDRESS_4 else 3

    def resolve(self, address: int, length: int, by_mode: bool) -> int:
        return (address | self._bank << 24 if by_mode and length == 3 else address) % self.size

    # ---- the instructions

    def _instruction_set(self, unique_id: bytes) -> dict[int, Instruction]:
        capacity = self.size.bit_length() - 1
        device = bytes((MANUFACTURER, capacity - 1))
        table = parameter_table(self.size)
        whole_chip = Instruction(action=partial(self._erase, self.size))
        instructions = {
            0x03: Instruction(BY_MODE, 0, self._cells),
            0x0B: Instruction(BY_MODE, 1, self._cells),
            0x9F: Instruction(reply=partial(cycle, bytes((MANUFACTURER, MEMORY_TYPE, capacity)))),
            0x90: Instruction(3, 0, lambda position, count: cycle(device, position + self.address, count)),
            0x5A: Instruction(3, 1, lambda position, count: cycle(table, position + self.address, count)),
            0x4B: Instruction(BY_MODE, 1, partial(cycle, unique_id)),
            0x06: Instruction(action=partial(self._latch, WEL)),
            0x04: Instruction(action=partial(self._latch, 0)),
            VOLATILE_ENABLE: Instruction(),
            0x02: Instruction(BY_MODE, action=self._program_page, data=(1, ANY)),
            0x20: Instruction(BY_MODE, action=partial(self._erase, SECTOR)),
            0x52: Instruction(BY_MODE, action=partial(self._erase, 32 * KIB)),
            0xD8: Instruction(BY_MODE, action=partial(self._erase, 64 * KIB)),
            0xC7: whole_chip,
            0x60: whole_chip,
            0x75: Instruction(action=self._suspend, while_busy=True),
            0x7A: Instruction(action=self._resume),
            0xB9: Instruction(action=self._power_down),
            RELEASE: Instruction(0, 3, partial(cycle, device[1:]), self._release, cut_short=True),
            RESET_ENABLE: Instruction(while_busy=True),
            0x99: Instruction(action=self._reset, while_busy=True),
        }
        for number, (read, write) in enumerate(((0x05, 0x01), (0x35, 0x31), (0x15, 0x11)), 1):
            instructions[read] = Instruction(reply=partial(self._report, number), while_busy=True)
            instructions[write] = Instruction(action=partial(self._write_status, number), data=(1, 1 + (number == 1)))
        return instructions | (self._large_set() if self.size > LARGE else {})

    def _large_set(self) -> dict[int, Instruction]:
        """What only a chip beyond 16 MiB has."""
        return {
            0x13: Instruction(4, 0, self._cells),
            0x0C: Instruction(4, 1, self._cells),
            0x12: Instruction(4, action=self._program_page, data=(1, ANY)),
            0x21: Instruction(4, action=partial(self._erase, SECTOR)),
            0xDC: Instruction(4, action=partial(self._erase, 64 * KIB)),
            0xB7: Instruction(action=partial(self._address_mode, ADDRESS_4)),
            0xE9: Instruction(action=partial(self._address_mode, 0)),
            0xC5: Instruction(action=self._write_bank, data=(1, 1)),
            0xC8: Instruction(reply=lambda position, count: bytes((self._bank,)) * count),
        }

    def _cells(self, position: int, count: int) -> bytes:
        return self._array.read(self.address + position, count)

    def _report(self, number: int, position: int, count: int) -> bytes:
        return bytes((self.status(number),)) * count

    def _latch(self, wel: int) -> None:
        self._status[0] = self._status[0] & ~WEL | wel

    def _start(self, ns: int, erases: bool | None = None) -> None:
        """Be busy from now on. erases: whether with an erase or a program; None: with what cannot be suspended."""
        self._busy_until = self.world.now + ns
        self._erasing = erases

    def _free(self, address: int, size: int) -> bool:
        """Whether cells may be changed now: write enabled, and none of them protected."""
        protected = self.protected
        return bool(self._status[0] & WEL) and (address + size <= protected.start or address >= protected.stop)

    def _program_page(self) -> None:
        """Data that goes beyond the end of the page goes round to its beginning, over what came before."""
        page = self.address // self.page * self.page
        if not self._free(page, self.page) or (self._suspended and not self._suspended[0]):
            return
        data = bytes(self.data)
        offset = (self.address + self.count - len(data)) % self.page
        room = self.page - offset
        self._array.program(page + offset, data[:room])
        self._array.program(page, data[room:])
        self._start(PAGE_PROGRAM_NS, False)

    def _erase(self, size: int) -> None:
        start = self.address // size * size
        if self._suspended or not self._free(start, size):
            return
        self._array.erase(start, size)
        self._start(self._erase_ns[size], None if size == self.size else True)

    def _write_status(self, number: int) -> None:
        volatile = self.previous == VOLATILE_ENABLE
        if not (volatile or self._status[0] & WEL) or self._suspended or self._status[1] & STATUS_LOCK:
            return
        for index, value in enumerate(self.data, number - 1):
            mask = self._writable[index]
            # The lock bits of the security registers are one-time programmable.
            kept = ~mask | (LOCK_BITS if index == 1 else 0)
            for register in (self._status,) if volatile else (self._status, self._stored):
                register[index] = register[index] & kept | value & mask
        if not volatile:
            self._start(STATUS_WRITE_NS)

    def _suspend(self) -> None:
        if self.busy and self._erasing is not None and not self._suspended:
            self._suspended = self._erasing, self._busy_until - self.world.now
            self._start(SUSPEND_NS)

    def _resume(self) -> None:
        if self._suspended:
            erases, left = self._suspended
            self._suspended = None
            self._start(left, erases)

    def _power_down(self) -> None:
        self.asleep = True
        self._deaf_until = self.world.now + POWER_DOWN_NS

    def _release(self) -> None:
        if self.asleep:
            self.asleep = False
            self._deaf_until = self.world.now + RELEASE_NS

    def _reset(self) -> None:
        """Back to what power-up gives: only cells and non-volatile status bits stay."""
        if self.previous != RESET_ENABLE:
            return
        self._status = list(self._stored)
        self._address_mode(ADDRESS_4 if self._status[2] & POWER_UP_4 else 0)
        self._bank = self._busy_until = 0
        self._suspended = None
        self._deaf_until = self.world.now + RESET_NS

    def _address_mode(self, bit: int) -> None:
        self._status[2] = self._status[2] & ~ADDRESS_4 | bit

    def _write_bank(self) -> None:
        if self._status[0] & WEL:
            self._bank = self.data[0] & (self.size - 1 >> 24)
            self._latch(0)


PARTS = {
    "w25q08": partial(W25Q, megabits=8),
    "w25q80": partial(W25Q, megabits=8),
    "w25q16": partial(W25Q, megabits=16),
    "w25q32": partial(W25Q, megabits=32),
    "w25q64": partial(W25Q, megabits=64),
    "w25q128": partial(W25Q, megabits=128),
    "w25q256": partial(W25Q, megabits=256),
}
