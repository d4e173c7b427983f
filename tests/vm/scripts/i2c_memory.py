# board: pico
# attach: 24c32@i2c0:0x50
# Registers and plain transfers, buffers of all kinds.
from array import array
from machine import I2C, Pin
import time

i2c = I2C(0, scl=Pin(5), sda=Pin(4), freq=100_000)
print(i2c, i2c.scan())
i2c.writeto_mem(0x50, 0x10, b"hello", addrsize=16)
time.sleep_ms(10)
print(i2c.readfrom_mem(0x50, 0x10, 5, addrsize=16))
buf = bytearray(3)
i2c.readfrom_mem_into(0x50, 0x11, buf, addrsize=16)
print(buf)
print(i2c.writeto(0x50, b"\x00\x10", False), i2c.readfrom(0x50, 2))
view = memoryview(bytearray(6))
i2c.writeto(0x50, bytearray((0, 0x10)))
i2c.readfrom_into(0x50, view[2:5])
print(bytes(view))
words = array("H", [0x2000, 0x4241])
print(i2c.writevto(0x50, (b"\x00\x20", bytearray(b"AB"), memoryview(b"xCDx")[1:3])))
time.sleep_ms(10)
i2c.writeto(0x50, b"\x00\x20")
print(i2c.readfrom(0x50, 4))
i2c.writeto(0x50, b"\x00\x20")
i2c.readfrom_into(0x50, words)
print([hex(w) for w in words])
for address in (0x51, 0x08):
    try:
        i2c.writeto(address, b"x")
    except OSError as e:
        print(e.errno, e)
for wrong in (lambda: i2c.writeto(0x50), lambda: i2c.writeto("x", b""), lambda: i2c.readfrom_into(0x50, b"ro"), lambda: i2c.readfrom_mem(0x50, 0, 1, addrsize=7)):
    try:
        wrong()
    except (TypeError, ValueError) as e:
        print(type(e).__name__)
