# board: pico
# wire: GP19=GP16
# What goes out comes in, in every mode.
from array import array
from machine import Pin, SPI

for polarity in (0, 1):
    for phase in (0, 1):
        spi = SPI(0, 1_000_000, polarity=polarity, phase=phase, sck=Pin(18), mosi=Pin(19), miso=Pin(16))
        into = bytearray(4)
        spi.write_readinto(b"\x12\x34\x56\x78", into)
        print(polarity, phase, into, spi.read(2, 0xA5))
view = memoryview(into)
spi.write_readinto(b"zz", view[1:3])
print(into)
words = array("H", [0, 0])
spi.readinto(words, 0x3C)
print(list(words))
spi.init(baudrate=500_000)
print(spi)
spi.deinit()
