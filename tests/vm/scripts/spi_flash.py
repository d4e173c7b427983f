# board: pico
# attach: w25q16@spi0:GP17
# Commands, dummy bytes and pages of a flash chip.
from machine import Pin, SPI
import time

spi = SPI(0, baudrate=10_000_000, sck=Pin(18), mosi=Pin(19), miso=Pin(16))
cs = Pin(17, Pin.OUT, value=1)
print(spi)


def command(out, count=0):
    cs(0)
    spi.write(out)
    data = spi.read(count) if count else b""
    cs(1)
    return data


def wait():
    while command(b"\x05", 1)[0] & 1:
        time.sleep_ms(1)


print(command(b"\x9f", 3))
command(b"\x06")
command(b"\x20\x00\x10\x00")
wait()
command(b"\x06")
command(b"\x02\x00\x10\x00" + b"page data" + bytes(range(8)))
wait()
print(command(b"\x03\x00\x10\x00", 17))
buf = bytearray(4)
cs(0)
spi.write(b"\x0b\x00\x10\x02\x00")
spi.readinto(buf, 0xFF)
cs(1)
print(buf)
out, into = bytearray(b"\x9f\x00\x00\x00"), bytearray(4)
cs(0)
spi.write_readinto(out, into)
cs(1)
print(into, out)
for wrong in (lambda: spi.write_readinto(b"ab", bytearray(1)), lambda: spi.readinto(b"ro"), lambda: spi.write(5), lambda: SPI(9)):
    try:
        wrong()
    except (ValueError, TypeError) as e:
        print(type(e).__name__)
