"""Simulated FTDI bridges with MPSSE: FT232H, FT2232H and FT4232H.

# Ref: FTDI DS_FT232H v2.0, DS_FT2232H v2.6, DS_FT4232H v2.5: pins, channels, FIFO sizes; AN_113 for I2C on MPSSE.
"""

from collections.abc import Mapping
from typing import ClassVar

from machine_compat.mock.chip import Chip, I2CChip
from machine_compat.mock.nets import connect, cut
from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.device import Handshake, Speed
from machine_compat.mock.usb.ftdi import Channel
from machine_compat.mock.usb.ftdi_eeprom import EEPROM, blank_image
from machine_compat.mock.usb.pins import Bank
from machine_compat.usbspec.descriptors import BULK, configuration, device_descriptor, endpoint, interface
from machine_compat.usbspec.requests import Setup

PACKET = 512
READ_EEPROM, WRITE_EEPROM, ERASE_EEPROM = 0x90, 0x91, 0x92
VENDOR_SPECIFIC = (0xFF, 0xFF, 0xFF)


def channel_pins(letter: str, banks: str = "DC") -> tuple[str, ...]:
    """The pin names of a channel: AD0..AD7, AC0..AC7."""
    return tuple(f"{letter}{bank}{bit}" for bank in banks for bit in range(8))


def channel_buses(letter: str, number: int) -> dict[str, dict[str, str]]:
    """Where the buses of a channel are."""
    low = [f"{letter}D{bit}" for bit in range(8)]
    return {
        f"i2c{number}": {"scl": low[0], "sda": low[1]},
        f"spi{number}": {"sck": low[0], "mosi": low[1], "miso": low[2]},
        f"uart{number}": {"tx": low[0], "rx": low[1]},
    }


class FT232H(Bridge):
    """One channel. Chips hang on "i2c0", "spi0:AD3", "uart0" or pins AD0..AD7, AC0..AC7.

    I2C needs AD1 and AD2 joined: `join_sda` is the switch that breakout boards have for it, closed by itself when a
    chip is attached to the I2C bus.
    """

    label: ClassVar[str] = "ft232h"
    pins: ClassVar[tuple[str, ...]] = channel_pins("A")
    buses: ClassVar[Mapping[str, Mapping[str, str]]] = channel_buses("A", 0)
    speed = Speed.HIGH
    letters: ClassVar[str] = "A"
    banks: ClassVar[str] = "DC"
    fifo: ClassVar[int] = 1024
    identity: ClassVar[tuple[int, int, int]] = (0x0403, 0x6014, 0x0900)
    product: ClassVar[str] = "FT232H"

    def __init__(self, serial: str = "FT1") -> None:
        super().__init__("FTDI", self.product, serial)
        self.device_bytes = device_descriptor(*self.identity)
        self.configuration_bytes = configuration(
            *(
                interface(
                    number,
                    VENDOR_SPECIFIC,
                    endpoint(0x81 + 2 * number, BULK, PACKET),
                    endpoint(0x02 + 2 * number, BULK, PACKET),
                    name=2,
                )
                for number in range(len(self.letters))
            )
        )
        self.eeprom = EEPROM(blank_image(self.identity, "FTDI", self.product, serial))
        self.channels: list[Channel] = []
        self._joined: set[str] = set()

    def powered(self) -> None:
        super().powered()
        for letter in self.letters:
            low, *more = (Bank([self.terminal(f"{letter}{bank}{bit}") for bit in range(8)]) for bank in self.banks)
            self.channels.append(Channel(self, low, more[0] if more else None, self.fifo, PACKET))

    @property
    def channel(self) -> Channel:
        """The first channel."""
        return self.channels[0]

    # ---- wires

    def attach(self, spec: str, **face: object) -> Chip:
        chip: Chip = super().attach(spec, **face)
        if isinstance(chip, I2CChip):
            for letter in self.letters:
                if chip.legs["scl"].net is self.terminal(f"{letter}D0").net:
                    self.join_sda(letter=letter)
        return chip

    def join_sda(self, on: bool = True, letter: str = "A") -> None:
        """Join the data output and input of a channel (AD1 and AD2), as I2C needs it, or part them, as SPI does."""
        out, back = self.terminal(f"{letter}D1"), self.terminal(f"{letter}D2")
        if on and letter not in self._joined:
            connect(out, back)
            self._joined.add(letter)
        elif not on and letter in self._joined:
            cut(out, back)
            self._joined.discard(letter)

    # ---- USB

    def settled(self) -> None:
        for channel in self.channels:
            channel.restart()

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        return self.channels[(endpoint - 2) // 2].accept(data)

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        return self.channels[(endpoint - 1) // 2].give()

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.bRequest == READ_EEPROM:
            return self.eeprom.read(setup.wIndex)
        if setup.bRequest == WRITE_EEPROM:
            return self.eeprom.write(setup.wIndex, setup.wValue)
        if setup.bRequest == ERASE_EEPROM:
            return self.eeprom.erase()
        number = max(1, setup.wIndex & 0xFF) - 1
        return self.channels[number].request(setup) if number < len(self.channels) else None


class FT2232H(FT232H):
    """Two channels, the second with pins BD0..BD7, BC0..BC7 and buses "i2c1", "spi1", "uart1"."""

    label = "ft2232h"
    pins = (*channel_pins("A"), *channel_pins("B"))
    buses: ClassVar[Mapping[str, Mapping[str, str]]] = {**channel_buses("A", 0), **channel_buses("B", 1)}
    letters = "AB"
    fifo = 4096
    identity = (0x0403, 0x6010, 0x0700)
    product = "FT2232H"


class FT4232H(FT232H):
    """Four channels of eight pins; the first two have MPSSE."""

    label = "ft4232h"
    pins = tuple(pin for letter in "ABCD" for pin in channel_pins(letter, "D"))
    buses: ClassVar[Mapping[str, Mapping[str, str]]] = {
        name: pins
        for number, letter in enumerate("ABCD")
        for name, pins in channel_buses(letter, number).items()
        if letter in "AB" or name.startswith("uart")
    }
    letters = "ABCD"
    banks = "D"
    fifo = 2048
    identity = (0x0403, 0x6011, 0x0800)
    product = "FT4232H"
