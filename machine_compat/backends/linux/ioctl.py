"""Names the kernel requests that this backend makes itself, and lays out what goes with them.

The numbering is asm-generic's, which arm, arm64, riscv and x86 have; mips, powerpc and sparc number otherwise.

# Ref: Linux include/uapi/asm-generic/ioctl.h, linux/gpio.h, linux/i2c.h, linux/i2c-dev.h, linux/spi/spidev.h,
# linux/watchdog.h
"""

from struct import Struct

_WRITE, _READ = 1, 2


def _request(direction: int, kind: int, index: int, size: int) -> int:
    return direction << 30 | size << 16 | kind << 8 | index


# ---- lines: struct gpio_v2_line_values, bits and mask of the lines of a request; struct gpio_v2_line_event, without
# what one line has no use for: time, id, number of the edge

GPIO_GET_VALUES = _request(_READ | _WRITE, 0xB4, 0x0E, 16)
GPIO_SET_VALUES = _request(_READ | _WRITE, 0xB4, 0x0F, 16)
LINE_VALUES = Struct("=QQ")
LINE_EVENT = Struct("=QI8xI24x")
LINE_EVENT_RISING = 1

# ---- I2C: struct i2c_msg, struct i2c_rdwr_ioctl_data

I2C_FUNCS = 0x0705
I2C_FUNC_I2C = 1
I2C_RDWR = 0x0707
I2C_M_RD = 1
I2C_MESSAGE = Struct("@HHHP")
I2C_MESSAGES = Struct("@PI")
I2C_MOST_MESSAGES = 42
I2C_LONGEST_MESSAGE = 8192

# ---- SPI: struct spi_ioc_transfer, modes

SPI_TRANSFER = Struct("=QQIIHBBBBBB")
SPI_WR_BITS = _request(_WRITE, ord("k"), 3, 1)
SPI_WR_SPEED = _request(_WRITE, ord("k"), 4, 4)
SPI_WR_MODE = _request(_WRITE, ord("k"), 5, 4)
SPI_RD_MODE = _request(_READ, ord("k"), 5, 4)
SPI_CPHA, SPI_CPOL, SPI_LSB_FIRST, SPI_NO_CS = 0x01, 0x02, 0x08, 0x40


def spi_message(transfers: int) -> int:
    """SPI_IOC_MESSAGE(n)."""
    return _request(_WRITE, ord("k"), 0, transfers * SPI_TRANSFER.size)


# ---- watchdog

WDIOC_KEEPALIVE = _request(_READ, ord("W"), 5, 4)
WDIOC_SETTIMEOUT = _request(_READ | _WRITE, ord("W"), 6, 4)
