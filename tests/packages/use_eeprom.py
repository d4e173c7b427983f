# board: pico
# package: micropython-eeprom
# attach: 24c32@i2c0:0x50
# seconds: 5
from machine import I2C, Pin
from time import ticks_diff, ticks_ms

from eeprom import EEPROM

eeprom = EEPROM(addr=0x50, at24x=32, i2c=I2C(0, scl=Pin(5), sda=Pin(4), freq=400000))
print(eeprom.addr, eeprom.capacity, eeprom.pages, eeprom.bpp, eeprom.length())
print(eeprom.read(0, 4))

# Pages are 32 bytes: this starts four bytes before a boundary and ends beyond the next one.
text = b"over the page boundary and on through the next page"
eeprom.write(28, text)
print(eeprom.read(28, len(text)))
# A write that ran past its page would have wrapped to the page's start.
print(eeprom.read(0, 4), eeprom.read(28 + len(text), 4))
eeprom.print_pages(28, 8)

eeprom.write(200, "text")
start = ticks_ms()
eeprom.update(200, b"tent")
print("one byte written:", 5 <= ticks_diff(ticks_ms(), start) < 10)
eeprom.update(204, "42")
print(eeprom.read(200, 6), eeprom.read(205))

eeprom.write(4095, b"z")
print(eeprom.read(4095))
for bad in (
    lambda: eeprom.read(4097),
    lambda: eeprom.read(4090, 8),
    lambda: eeprom.write(-1, b"a"),
    lambda: eeprom.write(4095, b"ab"),
):
    try:
        bad()
    except ValueError as error:
        print(error)

eeprom.wipe()
print(eeprom.read(28, 8), eeprom.read(4095))
