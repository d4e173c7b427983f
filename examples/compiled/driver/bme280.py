"""A driver for the BME280 in MicroPython's style; build.py compiles this very file."""

import struct
import time

from micropython import const

_CHIP_ID = const(0xD0)
_CTRL_HUM = const(0xF2)
_STATUS = const(0xF3)
_CTRL_MEAS = const(0xF4)
_DATA = const(0xF7)


class BME280:
    """Forced measurements, with the compensation formulas of the data sheet (BST-BME280-DS002, 4.2.3)."""

    def __init__(self, i2c, address=0x76):
        self.i2c = i2c
        self.address = address
        if i2c.readfrom_mem(address, _CHIP_ID, 1) != b"\x60":
            raise RuntimeError("no BME280 at 0x%02x" % address)
        self.t = struct.unpack("<Hhh", i2c.readfrom_mem(address, 0x88, 6))
        self.p = struct.unpack("<Hhhhhhhhh", i2c.readfrom_mem(address, 0x8E, 18))

    def read(self):
        """Temperature in C and pressure in hPa."""
        self.i2c.writeto_mem(self.address, _CTRL_HUM, b"\x01")
        self.i2c.writeto_mem(self.address, _CTRL_MEAS, b"\x25")
        while self.i2c.readfrom_mem(self.address, _STATUS, 1)[0] & 0x08:
            time.sleep_ms(1)
        raw = self.i2c.readfrom_mem(self.address, _DATA, 6)
        fine = self.fine_temperature((raw[3] << 16 | raw[4] << 8 | raw[5]) >> 4)
        return fine / 5120, self.pressure((raw[0] << 16 | raw[1] << 8 | raw[2]) >> 4, fine)

    def fine_temperature(self, adc):
        t1, t2, t3 = self.t
        return (adc / 16384 - t1 / 1024) * t2 + (adc / 131072 - t1 / 8192) ** 2 * t3

    def pressure(self, adc, fine):
        p1, p2, p3, p4, p5, p6, p7, p8, p9 = self.p
        a = fine / 2 - 64000
        b = (a * a * p6 / 32768 + a * p5 * 2) / 4 + p4 * 65536
        a = (1 + (p3 * a * a / 524288 + p2 * a) / 524288 / 32768) * p1
        p = (1048576 - adc - b / 4096) * 6250 / a
        return (p + (p9 * p * p / 2147483648 + p * p8 / 32768 + p7) / 16) / 100


def scan():
    """The addresses on the first bus; imports when it is called."""
    from machine import I2C

    return [hex(address) for address in I2C(0).scan()]
