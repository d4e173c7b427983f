# One forced measurement of a BME280, by its registers.
# attach: bme280@{i2c}:0x76
# Formulas: BST-BME280-DS002 4.2.3.

import struct
import time

import wiring
from machine import I2C

ADDRESS = 0x76
i2c = I2C(wiring.I2C, freq=100_000)

print("id", hex(i2c.readfrom_mem(ADDRESS, 0xD0, 1)[0]))
i2c.writeto_mem(ADDRESS, 0xE0, b"\xb6")
time.sleep_ms(5)

trimming = i2c.readfrom_mem(ADDRESS, 0x88, 26)
t1, t2, t3 = struct.unpack_from("<Hhh", trimming)
p1, p2, p3, p4, p5, p6, p7, p8, p9 = struct.unpack_from("<H8h", trimming, 6)
print("trimming", t1, t2, t3, p1, p9, trimming[25])

print("after reset", i2c.readfrom_mem(ADDRESS, 0xF7, 8))
i2c.writeto_mem(ADDRESS, 0xF2, b"\x01")
i2c.writeto_mem(ADDRESS, 0xF4, b"\x25")
time.sleep_ms(20)
print("measuring", i2c.readfrom_mem(ADDRESS, 0xF3, 1)[0] >> 3 & 1, "mode", i2c.readfrom_mem(ADDRESS, 0xF4, 1)[0] & 3)

data = i2c.readfrom_mem(ADDRESS, 0xF7, 8)
raw_p = data[0] << 12 | data[1] << 4 | data[2] >> 4
raw_t = data[3] << 12 | data[4] << 4 | data[5] >> 4
print("raw", raw_t, raw_p, data[6] << 8 | data[7])

near = (raw_t / 16384 - t1 / 1024) * t2
fine = near + (raw_t / 131072 - t1 / 8192) ** 2 * t3
print("%.2f C" % (fine / 5120))

half = fine / 2 - 64000
offset = (half * half * p6 / 32768 + half * p5 * 2) / 4 + p4 * 65536
slope = (1 + (p3 * half * half / 524288 + p2 * half) / 524288 / 32768) * p1
pascal = (1048576 - raw_p - offset / 4096) * 6250 / slope
pascal += (p9 * pascal * pascal / 2147483648 + pascal * p8 / 32768 + p7) / 16
print("%.1f hPa" % (pascal / 100))
