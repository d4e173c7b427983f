# A weather station: a BME280 and an SSD1306 display on one I2C bus (GP4 = SDA, GP5 = SCL on a Pico).
#
#   machine-compat run --board pico --attach bme280@i2c0:0x76,temperature=21.5 --attach ssd1306@i2c0:0x3c \
#       --for 5 examples/weather_station.py

import struct
import time

import ssd1306
from machine import I2C, Pin


class BME280:
    """Forced measurements, with the compensation formulas of the data sheet (BST-BME280-DS002, 4.2.3)."""

    def __init__(self, i2c, address=0x76):
        self.i2c = i2c
        self.address = address
        if i2c.readfrom_mem(address, 0xD0, 1) != b"\x60":
            raise RuntimeError("no BME280 at 0x%02x" % address)
        self.t = struct.unpack("<Hhh", i2c.readfrom_mem(address, 0x88, 6))
        self.p = struct.unpack("<Hhhhhhhhh", i2c.readfrom_mem(address, 0x8E, 18))
        first, second = i2c.readfrom_mem(address, 0xA1, 1), i2c.readfrom_mem(address, 0xE1, 7)
        h2, h3, e4, e5, e6, h6 = struct.unpack("<hBbBbb", second)
        self.h = (first[0], h2, h3, e4 << 4 | e5 & 0xF, e6 << 4 | e5 >> 4, h6)

    def read(self):
        """Temperature in C, pressure in hPa, humidity in %."""
        self.i2c.writeto_mem(self.address, 0xF2, b"\x01")
        self.i2c.writeto_mem(self.address, 0xF4, b"\x25")
        while self.i2c.readfrom_mem(self.address, 0xF3, 1)[0] & 0x08:
            time.sleep_ms(1)
        raw = self.i2c.readfrom_mem(self.address, 0xF7, 8)
        adc_p = (raw[0] << 16 | raw[1] << 8 | raw[2]) >> 4
        adc_t = (raw[3] << 16 | raw[4] << 8 | raw[5]) >> 4
        adc_h = raw[6] << 8 | raw[7]
        fine = self.fine_temperature(adc_t)
        return fine / 5120, self.pressure(adc_p, fine), self.humidity(adc_h, fine)

    def fine_temperature(self, adc):
        t1, t2, t3 = self.t
        a = (adc / 16384 - t1 / 1024) * t2
        b = (adc / 131072 - t1 / 8192) ** 2 * t3
        return a + b

    def pressure(self, adc, fine):
        p1, p2, p3, p4, p5, p6, p7, p8, p9 = self.p
        a = fine / 2 - 64000
        b = a * a * p6 / 32768 + a * p5 * 2
        b = b / 4 + p4 * 65536
        a = (p3 * a * a / 524288 + p2 * a) / 524288
        a = (1 + a / 32768) * p1
        p = (1048576 - adc - b / 4096) * 6250 / a
        return (p + (p9 * p * p / 2147483648 + p * p8 / 32768 + p7) / 16) / 100

    def humidity(self, adc, fine):
        h1, h2, h3, h4, h5, h6 = self.h
        h = fine - 76800
        h = (adc - (h4 * 64 + h5 / 16384 * h)) * (h2 / 65536 * (1 + h6 / 67108864 * h * (1 + h3 / 67108864 * h)))
        return min(100, max(0, h * (1 - h1 * h / 524288)))


i2c = I2C(0, scl=Pin(5), sda=Pin(4), freq=400_000)
sensor = BME280(i2c)
display = ssd1306.SSD1306_I2C(128, 64, i2c)

while True:
    temperature, pressure, humidity = sensor.read()
    lines = ("%.1f C" % temperature, "%.1f hPa" % pressure, "%.1f %%" % humidity)
    print(*lines, sep="  ")
    display.fill(0)
    display.text("Weather", 36, 2)
    display.hline(0, 13, 128, 1)
    for row, line in enumerate(lines):
        display.text(line, 8, 20 + 14 * row)
    display.show()
    time.sleep(1)
