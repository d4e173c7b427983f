"""Makes the MCP2221's 64-byte reports and reads their answers; does no I/O.

Every command is one report and has exactly one answer, which begins with the command's number.

# Ref: Microchip DS20005565B (MCP2221A), 3.1 (HID commands), 1.8 (references).
"""

from dataclasses import dataclass

REPORT = 64
STATUS, SET_GPIO, GET_GPIO, SET_SRAM, GET_SRAM = 0x10, 0x50, 0x51, 0x60, 0x61
CANCEL, SET_SPEED, SPEED_SET = 0x10, 0x20, 0x20
BASE_HZ = 12_000_000
FASTEST_HZ = 400_000
SLOWEST_HZ = BASE_HZ // 257 + 1
NOT_GPIO = 0xEE
PINS = 4
LOAD = 0x80
"""In a byte of SET_SRAM: what follows is to be taken."""

GPIO, ADC, DAC = 0, 2, 3
"""Functions of a pin."""
INPUT, HIGH = 0x08, 0x10
"""A GPIO pin's setting: direction, and level as an output."""

VDD = 0
REFERENCES_UV = {1_024_000: 0b011, 2_048_000: 0b101, 4_096_000: 0b111}
"""Settings of a reference by their voltage; `VDD` is the supply's."""


def padded(*octets: int) -> bytes:
    return bytes(octets).ljust(REPORT, b"\0")


# ---- I2C set-up and status


def divider(frequency: int) -> int:
    """The divider that comes nearest to an I2C frequency from below, at most 400 kHz."""
    return -(-BASE_HZ // min(frequency, FASTEST_HZ)) - 2


def frequency_of(divider: int) -> int:
    return BASE_HZ // (divider + 2)


def status(*, cancel: bool = False, divider: int | None = None) -> bytes:
    """Ask how things are; on the way give up the present I2C transfer, or set the I2C clock."""
    speed = (0, 0) if divider is None else (SET_SPEED, divider)
    return padded(STATUS, 0, CANCEL if cancel else 0, *speed)


@dataclass(frozen=True, slots=True)
class Status:
    """How things are. state: the I2C engine's. sent: data bytes of the last transfer. adc: three values of 10 bits.

    disturbed: whether SDA moved while the engine was idle, which spoils the next transfer unless it is cancelled
    before it begins. used: whether there has been a transfer; cancelling before the first can hang the engine. Both are
    undocumented, found by EasyMCP2221's author.
    """

    state: int
    sent: int
    refused: bool
    speed_set: bool
    scl: int
    sda: int
    disturbed: bool
    used: bool
    adc: tuple[int, int, int]

    @classmethod
    def of(cls, answer: bytes) -> "Status":
        first, second, third = (int.from_bytes(answer[at : at + 2], "little") for at in (50, 52, 54))
        return cls(
            state=answer[8],
            sent=int.from_bytes(answer[11:13], "little"),
            refused=bool(answer[20] & 0x40),
            speed_set=answer[3] == SPEED_SET,
            scl=answer[22],
            sda=answer[23],
            disturbed=answer[18] == 0x08,
            used=answer[21] != 0,
            adc=(first, second, third),
        )


# ---- pins


def set_gpio(pin: int, setting: int) -> bytes:
    """Level and direction of a pin that is GPIO."""
    before = bytes(4 * pin)
    change = bytes((1, bool(setting & HIGH), 1, bool(setting & INPUT)))
    return (bytes((SET_GPIO, 0)) + before + change).ljust(REPORT, b"\0")


def gpio_levels(answer: bytes) -> int:
    """The answer to GET_GPIO as a number with a bit for each pin; pins that are no GPIO read 0."""
    return sum((answer[2 + 2 * pin] == 1) << pin for pin in range(PINS))


def get_gpio() -> bytes:
    return padded(GET_GPIO)


def get_sram() -> bytes:
    return padded(GET_SRAM)


@dataclass(slots=True)
class Pins:
    """What the pins are: a setting each (function, INPUT, HIGH), the converters' references, the DAC's 5-bit value."""

    settings: list[int]
    adc_reference: int = VDD
    dac_reference: int = VDD
    dac_value: int = 0

    @classmethod
    def of(cls, answer: bytes) -> "Pins":
        """From the answer to GET_SRAM."""
        return cls(list(answer[22:26]), answer[7] >> 2 & 7, answer[6] >> 5, answer[6] & 0x1F)

    def load(self) -> list[bytes]:
        """The reports that bring the chip to this. Loading pins puts both references back to VDD: those come after."""
        reports = [padded(SET_SRAM, 0, 0, 0, LOAD | self.dac_value, 0, 0, LOAD, *self.settings)]
        return [*reports, self.load_references()] if self.adc_reference or self.dac_reference else reports

    def load_references(self) -> bytes:
        return padded(SET_SRAM, 0, 0, LOAD | self.dac_reference, LOAD | self.dac_value, LOAD | self.adc_reference, 0, 0)
