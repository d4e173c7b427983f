"""The memory of an MCP2221A: flash that outlives a reset, and the SRAM copy that rules what the pins do.

# Ref: Microchip DS20005565 (MCP2221A), 1.4 and 1.8 (references), 3.1.2 to 3.1.4 (flash), 3.1.13 and 3.1.14 (SRAM).
"""

from dataclasses import dataclass, field

VENDOR, PRODUCT_ID = 0x04D8, 0x00DD
CHIP, PINS, MANUFACTURER, PRODUCT, SERIAL, FACTORY_SERIAL = range(6)
"""The sub-commands of the flash commands."""
SECURITY, CLOCK, DAC, INTERRUPT_ADC, POWER, MILLIAMPS = 0, 1, 2, 3, 8, 9
"""Bytes of the chip settings."""
GPIO, DEDICATED, ADC_FUNCTION, DAC_FUNCTION, INTERRUPT = 0, 1, 2, 3, 4
"""Functions of a GP pin, in the low three bits of its setting; which exist depends on the pin."""
OUTPUT_HIGH, IS_INPUT = 0x10, 0x08
LOAD = 0x80
FACTORY_CHIP = bytes((0x00, 0x12, 0x08, 0x6A))
"""Clock 12 MHz at 50 %, DAC at 8/32 of VDD, ADC against VDD, interrupts on both edges."""
FACTORY_PINS = bytes((0x02, 0x03, 0x01, 0x01))
"""GP0 and GP1: UART LEDs; GP2: USB configured; GP3: I2C LED."""
VRM_VOLTS = (0.0, 1.024, 2.048, 4.096)


def volts(reference: int, vdd: float) -> float:
    """A reference of three bits: VDD, or the internal one at a level (0: off)."""
    return VRM_VOLTS[reference >> 1 & 3] if reference & 1 else vdd


@dataclass
class Settings:
    """What the commands read and write."""

    serial: str
    chip: bytearray = field(default_factory=bytearray)
    pins: bytearray = field(default_factory=lambda: bytearray(FACTORY_PINS))
    manufacturer: str = "Microchip Technology Inc."
    product: str = "MCP2221 USB-I2C/UART Combo"
    password: bytes = bytes(8)
    sram_chip: bytearray = field(default_factory=bytearray)
    sram_pins: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        identity = VENDOR.to_bytes(2, "little") + PRODUCT_ID.to_bytes(2, "little")
        self.chip = bytearray(FACTORY_CHIP + identity + bytes((0x80, 50)))
        self.load()

    def load(self) -> None:
        """Copy flash to SRAM, as a reset does."""
        self.sram_chip = bytearray(self.chip)
        self.sram_pins = bytearray(self.pins)

    # ---- SRAM, as the pins use it

    @property
    def dac_reference(self) -> int:
        return self.sram_chip[DAC] >> 5

    @property
    def dac_value(self) -> int:
        return self.sram_chip[DAC] & 0x1F

    @property
    def adc_reference(self) -> int:
        return self.sram_chip[INTERRUPT_ADC] >> 2 & 7

    @property
    def edges(self) -> tuple[bool, bool]:
        """Whether a rising, a falling edge sets the interrupt flag."""
        return bool(self.sram_chip[INTERRUPT_ADC] & 0x20), bool(self.sram_chip[INTERRUPT_ADC] & 0x40)

    def set_sram(self, command: bytes) -> None:
        """Command 0x60. Loading the pins' settings puts both references back to VDD (1.8), whatever else it sets."""
        chip = self.sram_chip
        clock, dac_reference, dac_value, adc_reference, interrupt, pins = command[2:8]
        if clock & LOAD:
            chip[CLOCK] = clock & 0x1F
        if dac_reference & LOAD:
            chip[DAC] = chip[DAC] & 0x1F | (dac_reference & 7) << 5
        if dac_value & LOAD:
            chip[DAC] = chip[DAC] & 0xE0 | dac_value & 0x1F
        if adc_reference & LOAD:
            chip[INTERRUPT_ADC] = chip[INTERRUPT_ADC] & ~0x1C & 0xFF | (adc_reference & 7) << 2
        if interrupt & LOAD:
            for change, enable, bit in ((0x10, 0x08, 0x20), (0x04, 0x02, 0x40)):
                if interrupt & change:
                    chip[INTERRUPT_ADC] = chip[INTERRUPT_ADC] & ~bit & 0xFF | (bit if interrupt & enable else 0)
        if pins & LOAD:
            self.sram_pins = bytearray(command[8:12])
            chip[DAC] &= 0x1F
            chip[INTERRUPT_ADC] &= ~0x1C & 0xFF

    # ---- flash

    def read_flash(self, what: int) -> bytes | None:
        """What follows the status byte of the answer to 0xB0; None: no such section."""
        if what == CHIP:
            return bytes((len(self.chip), 0, *self.chip))
        if what == PINS:
            return bytes((len(self.pins), 0, *self.pins))
        if what == FACTORY_SERIAL:
            return bytes((8, 0)) + b"01234567"
        texts = {MANUFACTURER: self.manufacturer, PRODUCT: self.product, SERIAL: self.serial}
        if what not in texts:
            return None
        data = texts[what].encode("utf-16-le")
        return bytes((len(data) + 2, 3)) + data

    def write_flash(self, command: bytes) -> bool:
        """Command 0xB1; it takes effect at the next reset."""
        what = command[1]
        if what == CHIP:
            self.chip = bytearray(command[2:12])
            self.password = command[12:20]
        elif what == PINS:
            self.pins = bytearray(command[2:6])
        elif what in (MANUFACTURER, PRODUCT, SERIAL):
            text = command[4 : 2 + command[2]].decode("utf-16-le", "replace")
            if what == MANUFACTURER:
                self.manufacturer = text
            elif what == PRODUCT:
                self.product = text
            else:
                self.serial = text
        else:
            return False
        return True
