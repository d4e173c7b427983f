# Keep a boot counter and a message in a 24C32 EEPROM.
#
#   machine-compat run --board pico --attach 24c32@i2c0:0x50 examples/eeprom.py

import time

from machine import I2C, Pin

ADDRESS = 0x50
PAGE = 32

i2c = I2C(0, scl=Pin(5), sda=Pin(4))


def wait_ready():
    """Poll until the chip answers again after its write cycle."""
    while True:
        try:
            i2c.writeto(ADDRESS, b"")
            return
        except OSError:
            time.sleep_ms(1)


def write(place, data):
    """Write bytes, page by page: a page write that runs over the end begins again at the page's start."""
    while data:
        room = PAGE - place % PAGE
        i2c.writeto_mem(ADDRESS, place, data[:room], addrsize=16)
        wait_ready()
        place, data = place + room, data[room:]


def read(place, count):
    return i2c.readfrom_mem(ADDRESS, place, count, addrsize=16)


boots = int.from_bytes(read(0, 2), "big")
boots = 1 if boots == 0xFFFF else boots + 1
write(0, boots.to_bytes(2, "big"))
print("boot number", int.from_bytes(read(0, 2), "big"))

message = b"Written across the borders of three pages, and read back in one go."
write(20, message)
print(read(20, len(message)).decode())
