"""The `onewire` driver that boards ship: a 1-Wire bus on a pin.

# Ref: Maxim application note 187 (search algorithm), DS18B20 19-7487 Rev 6, "1-Wire Bus System".
"""

from typing import Protocol

from machine_compat.modules import _onewire
from machine_compat.modules.binary import Exporter

__all__ = ("OneWire", "OneWireError")

ROM_BITS = 64


class OpenDrainPin(Protocol):
    OPEN_DRAIN: int
    PULL_UP: int

    def init(self, mode: int, pull: int, /) -> object: ...


class OneWireError(Exception):
    """No device answered a reset that needed one."""


class OneWire:
    """OneWire(pin): the bus on a pin, which becomes an open-drain output with a pull-up."""

    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin: OpenDrainPin) -> None:
        self.pin = pin
        pin.init(pin.OPEN_DRAIN, pin.PULL_UP)

    def reset(self, required: bool = False) -> bool:
        """Whether a device is there; OneWireError instead of False when one is required."""
        present = _onewire.reset(self.pin)
        if required and not present:
            raise OneWireError
        return present

    def readbit(self) -> int:
        return _onewire.readbit(self.pin)

    def readbyte(self) -> int:
        return _onewire.readbyte(self.pin)

    def readinto(self, buf: bytearray) -> None:
        """Fill a buffer."""
        for index in range(len(buf)):
            buf[index] = _onewire.readbyte(self.pin)

    def writebit(self, value: int) -> None:
        _onewire.writebit(self.pin, value)

    def writebyte(self, value: int) -> None:
        _onewire.writebyte(self.pin, value)

    def write(self, buf: bytes) -> None:
        """Send all bytes of a buffer."""
        for byte in buf:
            _onewire.writebyte(self.pin, byte)

    def select_rom(self, rom: bytes) -> None:
        """Reset, and address the device with that ROM code of 8 bytes."""
        self.reset()
        self.writebyte(self.MATCH_ROM)
        self.write(rom)

    def scan(self) -> list[bytearray]:
        """The ROM codes of all devices, of two that part the one with a 1 first."""
        found: list[bytearray] = []
        rom: bytearray | None = bytearray(b"\xff" * 8)
        branch = ROM_BITS
        while rom is not None and branch >= 0:
            rom, branch = self._search(rom, branch)
            if rom is not None:
                found.append(rom)
        return found

    def _search(self, last: bytearray, branch: int) -> tuple[bytearray | None, int]:
        """One pass: the code of a device, and the last place where it took a 1 though others have a 0; -1: none.

        The pass goes as the last one did up to its branch, and there the other way. None for the code: nobody answers.
        """
        if not self.reset():
            return None, -1
        self.writebyte(self.SEARCH_ROM)
        rom, next_branch = bytearray(8), -1
        for place in range(ROM_BITS):
            byte, shift = divmod(place, 8)
            bit, complement = self.readbit(), self.readbit()
            if bit and complement:
                return None, -1
            if not bit and not complement:
                bit = last[byte] >> shift & 1 if place < branch else int(place > branch)
                if bit:
                    next_branch = place
            self.writebit(bit)
            rom[byte] |= bit << shift
        return rom, next_branch

    def crc8(self, data: Exporter) -> int:
        """The checksum of a buffer; 0 for one that ends with its own."""
        return _onewire.crc8(data)
