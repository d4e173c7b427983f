"""The `ds18x20` driver that boards ship: DS18S20, DS1822 and DS18B20 thermometers on a 1-Wire bus.

# Ref: Maxim DS18B20, 19-7487 Rev 6: "Memory", "DS18B20 Function Commands"; Maxim DS18S20, 19-5474 Rev 8: "Operation -
#      Measuring Temperature" (extended resolution).
"""

from machine_compat.modules.onewire import OneWire

__all__ = ("DS18X20",)

DS18S20, DS1822, DS18B20 = 0x10, 0x22, 0x28
"""Family codes, the first byte of a ROM code."""
CONVERT_T, READ_SCRATCHPAD, WRITE_SCRATCHPAD = 0x44, 0xBE, 0x4E


class DS18X20:
    """DS18X20(onewire): the thermometers on a bus, by their ROM codes."""

    def __init__(self, onewire: OneWire) -> None:
        self.ow = onewire
        self.buf = bytearray(9)

    def scan(self) -> list[bytearray]:
        """The ROM codes of the thermometers."""
        return [rom for rom in self.ow.scan() if rom[0] in (DS18S20, DS1822, DS18B20)]

    def convert_temp(self) -> None:
        """Have all thermometers measure, which takes up to 750 ms; OneWireError when there is none."""
        self.ow.reset(True)
        self.ow.writebyte(self.ow.SKIP_ROM)
        self.ow.writebyte(CONVERT_T)

    def read_scratch(self, rom: bytes) -> bytearray:
        """The nine bytes of a thermometer's memory, in a buffer that the next reading fills; Exception("CRC error")."""
        self.ow.reset(True)
        self.ow.select_rom(rom)
        self.ow.writebyte(READ_SCRATCHPAD)
        self.ow.readinto(self.buf)
        if self.ow.crc8(self.buf):
            raise Exception("CRC error")
        return self.buf

    def write_scratch(self, rom: bytes, buf: bytes) -> None:
        """Set the alarm limits TH and TL and, but for a DS18S20, the configuration."""
        self.ow.reset(True)
        self.ow.select_rom(rom)
        self.ow.writebyte(WRITE_SCRATCHPAD)
        self.ow.write(buf)

    def read_temp(self, rom: bytes) -> float:
        """The last measured temperature in °C; Exception("CRC error")."""
        memory = self.read_scratch(rom)
        raw = int.from_bytes(memory[:2], "little", signed=True)
        if rom[0] != DS18S20:
            return raw / 16
        remain, per_degree = memory[6], memory[7]
        return (raw >> 1) - 0.25 + (per_degree - remain) / per_degree
