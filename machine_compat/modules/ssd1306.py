"""The `ssd1306` driver that boards ship: OLED displays on I2C or SPI, drawn on as a FrameBuffer.

# Ref: Solomon Systech SSD1306 rev. 1.1: 8.1.3 and 8.1.5 interfaces, 8.9 reset, 9 command table, 10.1 commands.
"""

from typing import Protocol

from machine_compat.machine.pulses import board_of
from machine_compat.modules.binary import Exporter
from machine_compat.modules.framebuf import MONO_VLSB, FrameBuffer

SET_MEM_ADDR = 0x20
SET_COL_ADDR = 0x21
SET_PAGE_ADDR = 0x22
SET_DISP_START_LINE = 0x40
SET_CONTRAST = 0x81
SET_CHARGE_PUMP = 0x8D
SET_SEG_REMAP = 0xA0
SET_ENTIRE_ON = 0xA4
SET_NORM_INV = 0xA6
SET_MUX_RATIO = 0xA8
SET_IREF_SELECT = 0xAD
SET_DISP = 0xAE
SET_COM_OUT_DIR = 0xC0
SET_DISP_OFFSET = 0xD3
SET_DISP_CLK_DIV = 0xD5
SET_PRECHARGE = 0xD9
SET_COM_PIN_CFG = 0xDA
SET_VCOM_DESEL = 0xDB

__all__ = (
    "SET_CHARGE_PUMP",
    "SET_COL_ADDR",
    "SET_COM_OUT_DIR",
    "SET_COM_PIN_CFG",
    "SET_CONTRAST",
    "SET_DISP",
    "SET_DISP_CLK_DIV",
    "SET_DISP_OFFSET",
    "SET_DISP_START_LINE",
    "SET_ENTIRE_ON",
    "SET_IREF_SELECT",
    "SET_MEM_ADDR",
    "SET_MUX_RATIO",
    "SET_NORM_INV",
    "SET_PAGE_ADDR",
    "SET_PRECHARGE",
    "SET_SEG_REMAP",
    "SET_VCOM_DESEL",
    "SSD1306",
    "SSD1306_I2C",
    "SSD1306_SPI",
)

COLUMNS = 128
"""Of the controller; a narrower panel is in the middle of them."""
ONE_COMMAND, DATA = 0x80, 0x40
"""I2C control bytes: one command byte follows, only data follow."""
RATE = 10 * 1024 * 1024


class I2C(Protocol):
    def writeto(self, addr: int, buf: Exporter, /) -> object: ...

    def writevto(self, addr: int, vector: list[bytes | bytearray], /) -> object: ...


class SPI(Protocol):
    def init(self, *, baudrate: int, polarity: int, phase: int) -> object: ...

    def write(self, buf: Exporter, /) -> object: ...


class Output(Protocol):
    OUT: int

    def init(self, mode: int, /, *, value: int) -> object: ...

    def __call__(self, level: int, /) -> object: ...


class SSD1306(FrameBuffer):
    """A display of width x height pixels, whatever the bus; a subclass has `write_cmd` and `write_data`.

    external_vcc: whether the panel is supplied from outside and needs no charge pump.
    """

    def __init__(self, width: int, height: int, external_vcc: bool) -> None:
        self.width = width
        self.height = height
        self.external_vcc = external_vcc
        self.pages = height // 8
        self.buffer = bytearray(self.pages * width)
        super().__init__(self.buffer, width, height, MONO_VLSB)
        self.init_display()

    def write_cmd(self, cmd: int) -> None:
        """Send one byte of a command."""
        raise NotImplementedError(f"{type(self).__name__}.write_cmd")

    def write_data(self, buf: bytearray) -> None:
        """Send pixels."""
        raise NotImplementedError(f"{type(self).__name__}.write_data")

    def init_display(self) -> None:
        """Set the controller up for the panel, upright, and clear it."""
        sequential_com = self.width > 2 * self.height
        self._commands(SET_DISP, SET_MEM_ADDR, 0x00)
        self._commands(SET_DISP_START_LINE, SET_SEG_REMAP | 1, SET_MUX_RATIO, self.height - 1)
        self._commands(SET_COM_OUT_DIR | 8, SET_DISP_OFFSET, 0, SET_COM_PIN_CFG, 0x02 if sequential_com else 0x12)
        self._commands(SET_DISP_CLK_DIV, 0x80, SET_PRECHARGE, 0x22 if self.external_vcc else 0xF1)
        self._commands(SET_VCOM_DESEL, 0x30, SET_CONTRAST, 0xFF, SET_ENTIRE_ON, SET_NORM_INV, SET_IREF_SELECT, 0x30)
        self._commands(SET_CHARGE_PUMP, 0x10 if self.external_vcc else 0x14, SET_DISP | 1)
        self.fill(0)
        self.show()

    def _commands(self, *codes: int) -> None:
        for code in codes:
            self.write_cmd(code)

    def poweroff(self) -> None:
        self.write_cmd(SET_DISP)

    def poweron(self) -> None:
        self.write_cmd(SET_DISP | 1)

    def contrast(self, contrast: int) -> None:
        """Brightness, 0..255."""
        self._commands(SET_CONTRAST, contrast)

    def invert(self, invert: int) -> None:
        """Exchange lit and dark for 1, back for 0."""
        self.write_cmd(SET_NORM_INV | invert & 1)

    def rotate(self, rotate: int) -> None:
        """Upright for 1, upside down for 0, from the next `show` on."""
        self._commands(SET_COM_OUT_DIR | (rotate & 1) << 3, SET_SEG_REMAP | rotate & 1)

    def show(self) -> None:
        """Send the pixels to the display."""
        first = (COLUMNS - self.width) // 2
        self._commands(SET_COL_ADDR, first, first + self.width - 1, SET_PAGE_ADDR, 0, self.pages - 1)
        self.write_data(self.buffer)


class SSD1306_I2C(SSD1306):
    """A display on I2C at an address, 0x3C or 0x3D."""

    def __init__(self, width: int, height: int, i2c: I2C, addr: int = 0x3C, external_vcc: bool = False) -> None:
        self.i2c = i2c
        self.addr = addr
        self.temp = bytearray((ONE_COMMAND, 0))
        self.write_list: list[bytes | bytearray] = [bytes((DATA,)), b""]
        super().__init__(width, height, external_vcc)

    def write_cmd(self, cmd: int) -> None:
        self.temp[1] = cmd & 0xFF
        self.i2c.writeto(self.addr, self.temp)

    def write_data(self, buf: bytearray) -> None:
        self.write_list[1] = buf
        self.i2c.writevto(self.addr, self.write_list)


class SSD1306_SPI(SSD1306):
    """A display on 4-wire SPI: pins for data/command, reset and chip select."""

    def __init__(
        self, width: int, height: int, spi: SPI, dc: Output, res: Output, cs: Output, external_vcc: bool = False
    ) -> None:
        self.rate = RATE
        self.spi = spi
        self.dc = dc
        self.res = res
        self.cs = cs
        dc.init(dc.OUT, value=0)
        res.init(res.OUT, value=0)
        cs.init(cs.OUT, value=1)
        board = board_of(res)
        res(1)
        board.sleep_ns(1_000_000)
        res(0)
        board.sleep_ns(10_000_000)
        res(1)
        super().__init__(width, height, external_vcc)

    def write_cmd(self, cmd: int) -> None:
        self._send(0, bytes((cmd & 0xFF,)))

    def write_data(self, buf: bytearray) -> None:
        self._send(1, buf)

    def _send(self, data: int, buf: bytes | bytearray) -> None:
        self.spi.init(baudrate=self.rate, polarity=0, phase=0)
        self.cs(1)
        self.dc(data)
        self.cs(0)
        self.spi.write(buf)
        self.cs(1)
