# board: pico
# attach: pcf8574@i2c0:0x20
# attach: mcp23017@i2c0:0x21
# Two expanders on one bus.
from machine import I2C, Pin

i2c = I2C(0, scl=Pin(5), sda=Pin(4))
print([hex(a) for a in i2c.scan()])
i2c.writeto(0x20, b"\x5a")
print(i2c.readfrom(0x20, 1))
i2c.writeto_mem(0x21, 0x00, b"\x00\xff")
i2c.writeto_mem(0x21, 0x14, bytes([0xA5]))
print(i2c.readfrom_mem(0x21, 0x00, 2), i2c.readfrom_mem(0x21, 0x14, 1), i2c.readfrom_mem(0x21, 0x12, 2))
state = 0
for bit in range(8):
    state ^= 1 << bit
    i2c.writeto(0x20, bytes((state,)))
    print(i2c.readfrom(0x20, 1)[0], end=" ")
print()
