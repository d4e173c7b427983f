# A port expander: a running light, inputs with pull-ups, and all its registers.
# attach: mcp23017@{i2c}:0x20

import wiring
from machine import I2C

ADDRESS = 0x20
IODIRA, IODIRB, IPOLB, GPPUB, GPIOA, GPIOB, OLATA = 0x00, 0x01, 0x03, 0x0D, 0x12, 0x13, 0x14

i2c = I2C(wiring.I2C)


def show():
    print(" ".join("%02x" % byte for byte in i2c.readfrom_mem(ADDRESS, 0, 22)))


show()
i2c.writeto_mem(ADDRESS, IODIRA, b"\x00")
for step in range(4):
    i2c.writeto_mem(ADDRESS, GPIOA, bytes([0x11 << step]))
    print(i2c.readfrom_mem(ADDRESS, GPIOA, 1), i2c.readfrom_mem(ADDRESS, OLATA, 1))

# Inputs with pull-ups, one of them turned round.
i2c.writeto_mem(ADDRESS, GPPUB, b"\xff")
i2c.writeto_mem(ADDRESS, IPOLB, b"\x80")
print(i2c.readfrom_mem(ADDRESS, GPIOB, 1))
show()
