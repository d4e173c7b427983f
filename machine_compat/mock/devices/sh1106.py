"""This file simulates Sino Wealth's SH1106 and the 128x64 panel soldered to it, on I2C or 4-wire SPI.

Ref: SH1106 data sheet V2.3: display data RAM, column address circuit, commands 1 to 22.
"""

from typing import ClassVar

from machine_compat.mock.devices.ssd1306 import ALTERNATE, Controller, OnI2C, OnSPI, Panel


class SH1106Controller(Controller):
    """An SSD1306 with 132 columns and page addressing alone; the panel uses columns 2 to 129.

    Its DC-DC converter, which takes the charge pump's place, is on from reset (AD 8A, AD 8B).
    """

    columns = 132
    identity = 0x08
    panels: ClassVar = {(128, 64): Panel(2, ALTERNATE)}
    arguments: ClassVar = {0x81: 1, 0xA8: 1, 0xAD: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1}

    def reset(self) -> None:
        super().reset()
        self.contrast = 0x80
        self.charge_pump = True
        self._saved_column: int | None = None

    def store(self, data: bytes) -> None:
        """Write within the page: the column address stops at its end, where more bytes are lost."""
        ram = self._gddram
        run = data[: ram.columns - ram.column]
        ram.put(run)
        ram.column += len(run)

    def execute(self, opcode: int, given: bytes) -> None:
        if opcode == 0xE0:
            self._saved_column = self._gddram.column
        elif opcode == 0xEE and self._saved_column is not None:
            self._gddram.column = self._saved_column
            self._saved_column = None
        elif opcode == 0xAD:
            self.charge_pump = bool(given[0] & 1)
        elif not 0x20 <= opcode < 0x40:
            super().execute(opcode, given)


class SH1106(OnI2C, SH1106Controller):
    """An OLED module of 128x64 pixels on I2C."""

    def __init__(
        self, address: int | None = None, *, width: int = 128, height: int = 64, external_vcc: int = 0
    ) -> None:
        super().__init__(address)
        self._solder(width, height, external_vcc)


class SH1106SPI(OnSPI, SH1106Controller):
    """An OLED module of 128x64 pixels on 4-wire SPI."""

    def __init__(self, *, width: int = 128, height: int = 64, external_vcc: int = 0) -> None:
        super().__init__()
        self._solder(width, height, external_vcc)


PARTS = {"sh1106": SH1106, "sh1106_spi": SH1106SPI}
