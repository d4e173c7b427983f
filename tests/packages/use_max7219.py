# board: pico
# package: micropython-max7219
# attach: max7219@spi0:GP17,count=4
# seconds: 10
from machine import SPI, Pin

from max7219 import Matrix8x8

spi = SPI(0, sck=Pin(18), mosi=Pin(19), baudrate=10000000)
display = Matrix8x8(spi, Pin(17), 4)
display.brightness(9)
display.test(True)
display.test(False)
display.zero()
display.text("1234", 0, 0, 1)
display.pixel(31, 7, 1)
display.show()
display.shutdown()
display.wake()
try:
    display.brightness(16)
except ValueError as error:
    print(error)
