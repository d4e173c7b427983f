# board: pico
# attach: ds3231@i2c1:0x68
# A driver as a class over a clock chip.
from machine import I2C, Pin


def bcd(n):
    return n // 10 << 4 | n % 10


def dec(b):
    return (b >> 4) * 10 + (b & 0x0F)


class Clock:
    def __init__(self, i2c, address=0x68):
        self.i2c = i2c
        self.address = address
        self._buf = bytearray(7)

    def set(self, y, mo, d, wd, h, mi, s):
        for i, v in enumerate((s, mi, h, wd, d, mo, y - 2000)):
            self._buf[i] = bcd(v)
        self.i2c.writeto_mem(self.address, 0, self._buf)

    def get(self):
        self.i2c.readfrom_mem_into(self.address, 0, self._buf)
        s, mi, h, wd, d, mo, y = [dec(b) for b in self._buf]
        return 2000 + y, mo & 0x1F, d, wd, h & 0x3F, mi, s

    @property
    def temperature(self):
        t = self.i2c.readfrom_mem(self.address, 0x11, 2)
        return t[0] + (t[1] >> 6) / 4


import time

clock = Clock(I2C(1, scl=Pin(7), sda=Pin(6)))
clock.set(2024, 2, 28, 3, 23, 59, 58)
print(clock.get(), clock.temperature)
time.sleep(3)
print(clock.get())
