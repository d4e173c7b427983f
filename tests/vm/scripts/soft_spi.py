# board: pico
# wire: GP3=GP4
# Bits moved by hand.
from machine import Pin, SoftSPI

spi = SoftSPI(baudrate=100_000, polarity=0, phase=0, sck=Pin(2), mosi=Pin(3), miso=Pin(4))
into = bytearray(3)
spi.write_readinto(b"\x81\x42\x24", into)
print(spi, into, spi.read(2, 0x0F))
spi.write(b"x")
