# board: pico
# package: micropython-winbond
# attach: w25q16@spi0:GP17
# seconds: 10
from machine import SPI, Pin
from time import ticks_diff, ticks_ms

from winbond import W25QFlash

spi = SPI(0, sck=Pin(18), mosi=Pin(19), miso=Pin(16))
flash = W25QFlash(spi=spi, cs=Pin(17, Pin.OUT, value=1), baud=20000000, software_reset=True)
print(hex(flash.manufacturer), hex(flash.mem_type), hex(flash.device))
print(flash.capacity, flash.get_size(), flash.count())

erased = b"\xff" * 512
block = bytearray(512)
flash.readblocks(0, block)
print("erased:", block == erased)

pattern = bytearray((7 * i + 3) & 0xFF for i in range(512))
start = ticks_ms()
flash.writeblocks(3, pattern)
print("a sector's erase and programming take their time:", 30 < ticks_diff(ticks_ms(), start) < 500)
flash.readblocks(3, block)
print("written:", block == pattern)

flash.writeblocks(2, bytearray(512))
flash.readblocks(3, block)
print("neighbour kept:", block == pattern)
flash.writeblocks(2, pattern)
flash.readblocks(2, block)
print("zeros turned to ones:", block == pattern)

# Blocks 7 and 8 lie in two sectors.
pair = bytearray((i >> 2) & 0xFF for i in range(1024))
flash.writeblocks(7, pair)
four = bytearray(2048)
flash.readblocks(6, four)
print("over the sector's end:", four[:512] == erased, four[512:1536] == pair, four[1536:] == erased)

flash.writeblocks(20, b"short block")
flash.readblocks(20, block)
print(bytes(block[:13]))

last = flash.count() - 1
flash.writeblocks(last, pattern)
again = W25QFlash(spi, Pin(17), software_reset=False)
again.readblocks(last, block)
print("last block:", block == pattern)
try:
    again.readblocks(last + 1, block)
except AssertionError as error:
    print(error)
