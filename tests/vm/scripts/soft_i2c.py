# board: esp32
# attach: 24c32@22,21:0x50
# A bus moved by hand, by whole transfers and step by step.
from machine import Pin, SoftI2C
import time

i2c = SoftI2C(scl=Pin(22), sda=Pin(21), freq=100000)
print(i2c, i2c.scan())
i2c.writeto(0x50, b"\x00\x00\x11\x22\x33")
time.sleep_ms(10)
i2c.start()
print(i2c.write(bytes([0xA0, 0, 0])))
i2c.stop()
i2c.start()
print(i2c.write(b"\xa1"))
buf = bytearray(3)
i2c.readinto(buf, True)
i2c.stop()
print(buf)
try:
    i2c.readfrom(0x51, 1)
except OSError as e:
    print(e)
