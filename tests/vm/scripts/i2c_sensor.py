# board: esp32
# attach: bme280@i2c0:0x76
# Compensation of a sensor's raw values, with its signed and unsigned words.
from machine import I2C, Pin
import struct
import time

i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=400000)
print(hex(i2c.readfrom_mem(0x76, 0xD0, 1)[0]))
t1, t2, t3 = struct.unpack("<Hhh", i2c.readfrom_mem(0x76, 0x88, 6))
i2c.writeto_mem(0x76, 0xF2, b"\x01")
i2c.writeto_mem(0x76, 0xF4, b"\x25")
time.sleep_ms(20)
data = i2c.readfrom_mem(0x76, 0xF7, 8)
raw = data[3] << 12 | data[4] << 4 | data[5] >> 4
var1 = ((raw >> 3) - (t1 << 1)) * t2 >> 11
var2 = (((raw >> 4) - t1) * ((raw >> 4) - t1) >> 12) * t3 >> 14
print(t1, t2, t3, raw, ((var1 + var2) * 5 + 128) >> 8)
