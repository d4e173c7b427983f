# A serial flash: identity, erase, program, read, and what a page does at its end.
# attach: w25q16@{spi}:{cs}

import wiring
from machine import SPI, Pin

cs = Pin(wiring.CS, Pin.OUT, value=1)
spi = SPI(wiring.SPI, baudrate=1_000_000, polarity=0, phase=0)


def command(*out, read=0):
    cs(0)
    spi.write(bytes(out))
    reply = spi.read(read) if read else b""
    cs(1)
    return reply


def finish():
    while command(0x05, read=1)[0] & 1:
        pass


print("id", command(0x9F, read=3).hex(), "unique", len(command(0x4B, 0, 0, 0, 0, read=8)))
print("status %02x" % command(0x05, read=1)[0])
command(0x06)
print("status %02x" % command(0x05, read=1)[0])
command(0x20, 0, 0x10, 0)
finish()
print(command(0x03, 0, 0x10, 0, read=4))

command(0x06)
command(0x02, 0, 0x10, 0xF0, *range(0xC0, 0xE0))
finish()
print("over the end:", command(0x03, 0, 0x10, 0xF0, read=16).hex(), command(0x03, 0, 0x10, 0, read=16).hex())

# Bits go from 1 to 0 only; a program without write enable changes nothing.
command(0x06)
command(0x02, 0, 0x10, 0xF0, 0x3F, 0x80)
finish()
command(0x02, 0, 0x10, 0xF2, 0)
finish()
print(command(0x03, 0, 0x10, 0xF0, read=3).hex())

# What goes out while it comes in.
frame = bytearray(b"\x0b\x00\x10\x00\x00" + bytes(8))
cs(0)
spi.write_readinto(frame, frame)
cs(1)
print(frame[5:].hex())
