# board: pico
# attach: max7219@spi0:GP17
# Digits to a display driver.
from machine import Pin, SPI

spi, cs = SPI(0, 10_000_000, sck=Pin(18), mosi=Pin(19)), Pin(17, Pin.OUT, value=1)
buf = bytearray(2)


def write(register, value):
    buf[0] = register
    buf[1] = value
    cs.off()
    spi.write(buf)
    cs.on()


for register, value in ((9, 0), (10, 7), (11, 7), (12, 1), (15, 0)):
    write(register, value)
for row in range(1, 9):
    write(row, 1 << row - 1 | 0x100)
print(buf)
