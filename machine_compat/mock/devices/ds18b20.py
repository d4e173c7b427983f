"""Simulates the DS18B20 and the DS1822, 1-Wire digital thermometers."""

# Ref: Maxim DS18B20, 19-7487: "Operation - Measuring Temperature", "Operation - Alarm Signaling", "Memory",
#      "Configuration Register", "DS18B20 Function Commands"; Maxim DS1822 (family code 22h, the rest alike).

from machine_compat.mock.onewire import OneWireTarget, Slots, crc8, receive_byte, send, status
from machine_compat.mock.options import within

CONVERT_T, READ_SCRATCHPAD, WRITE_SCRATCHPAD = 0x44, 0xBE, 0x4E
COPY_SCRATCHPAD, RECALL_E2, READ_POWER_SUPPLY = 0x48, 0xB8, 0xB4

CONVERSION = 750_000_000
"""ns for 12 bits; each bit less halves it."""
EEPROM_WRITE = 10_000_000
POWER_ON = 85 * 16
FACTORY = bytes((0x4B, 0x46, 0x7F))
"""TH, TL and configuration as delivered: 75 °C, 70 °C, 12 bits."""


class DS18B20(OneWireTarget):
    """Thermometer; `temperature` in °C, -55..125, is what it stands in.

    rom: see OneWireTarget. parasite: 1 when it lives on the data line: it says so, and is silent while it converts.
    """

    family = 0x28

    def __init__(self, rom: bytes | str | int | None = None, temperature: float = 21.0, parasite: int = 0) -> None:
        super().__init__(rom)
        self.temperature = temperature
        self.parasite = bool(parasite)
        self.eeprom = bytearray(FACTORY)
        self._raw = POWER_ON
        self._registers = bytearray(FACTORY)
        self._busy_until = 0
        self._alarmed = False

    @property
    def temperature(self) -> float:
        return self._temperature

    @temperature.setter
    def temperature(self, celsius: float) -> None:
        self._temperature = within(self, "temperature", celsius, -55, 125, unit="°C")

    @property
    def resolution(self) -> int:
        """Bits of a conversion, 9..12, as the driver has set them."""
        return 9 + (self._registers[2] >> 5 & 3)

    @property
    def alarmed(self) -> bool:
        """Whether the last conversion was at or beyond TH or TL."""
        return self._alarmed

    @property
    def scratchpad(self) -> bytes:
        """The nine bytes a driver reads: temperature, TH, TL, configuration, three reserved, CRC."""
        content = self._raw.to_bytes(2, "little", signed=True) + self._registers + b"\xff\x0c\x10"
        return content + bytes([crc8(content)])

    def function(self) -> Slots:
        command = yield from receive_byte()
        if command == READ_SCRATCHPAD:
            yield from send(self.scratchpad)
        elif command == WRITE_SCRATCHPAD:
            for index in range(3):
                self._write(index, (yield from receive_byte()))
        elif command == CONVERT_T:
            self._convert()
            yield from status(self._ready)
        elif command == COPY_SCRATCHPAD:
            self.eeprom[:] = self._registers
            self._busy_until = self.world.now + EEPROM_WRITE
            yield from status(self._ready)
        elif command == RECALL_E2:
            self._registers[:] = self.eeprom
            yield from status(self._ready)
        elif command == READ_POWER_SUPPLY:
            yield from status(lambda: int(not self.parasite))

    def _ready(self) -> int:
        return int(self.parasite or self.world.now >= self._busy_until)

    def _write(self, index: int, byte: int) -> None:
        # Of the configuration only the two resolution bits can be written.
        self._registers[index] = byte & 0x60 | 0x1F if index == 2 else byte

    def _convert(self) -> None:
        if self.world.now < self._busy_until:
            return
        spare = 12 - self.resolution
        raw = round(self.temperature * 16) >> spare << spare
        duration = CONVERSION >> spare
        self._busy_until = self.world.now + duration
        self.after(duration, lambda: self._converted(raw))

    def _converted(self, raw: int) -> None:
        self._raw = raw
        high, low = (int.from_bytes([byte], signed=True) for byte in self._registers[:2])
        self._alarmed = not low < raw >> 4 < high


class DS1822(DS18B20):
    """The DS18B20's less accurate sister."""

    family = 0x22


PARTS = {"ds18b20": DS18B20, "ds1822": DS1822}
