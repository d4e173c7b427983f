# Who is there, and an EEPROM written across the borders of its pages.
# attach: 24c32@{i2c}:0x50
# attach: mcp23017@{i2c}:0x21

import time

import wiring
from machine import I2C

ADDRESS = 0x50
PAGE = 32

i2c = I2C(wiring.I2C, freq=400_000)
print([hex(address) for address in i2c.scan()])



def wait_ready():
    """Ask until the chip answers again after its write cycle."""
    while True:
        try:
            i2c.readfrom(ADDRESS, 1)
            return
        except OSError:
            time.sleep_ms(1)


message = b"Pages are 32 bytes long; what is written over the end of one begins again at its start."
place, rest = 20, message
while rest:
    room = PAGE - place % PAGE
    i2c.writeto_mem(ADDRESS, place, rest[:room], addrsize=16)
    wait_ready()
    place, rest = place + room, rest[room:]

print(i2c.readfrom_mem(ADDRESS, 20, len(message), addrsize=16).decode())

# Read on from where the chip stands, and in two messages of one transfer.
i2c.writeto(ADDRESS, b"\x00\x14", False)
print(i2c.readfrom(ADDRESS, 5))
print(i2c.readfrom(ADDRESS, 4))

buffer = bytearray(7)
i2c.readfrom_mem_into(ADDRESS, 44, buffer, addrsize=16)
print(buffer)

try:
    i2c.writeto(0x33, b"nobody")
except OSError:
    print("nobody at 0x33")
print(i2c.readfrom_mem(ADDRESS, 20, 5, addrsize=16))
