# board: pico
# package: micropython-ds1307
# attach: ds1307@i2c0:0x68
# seconds: 20
from machine import I2C, Pin
from time import sleep, sleep_ms

from ds1307 import DS1307

i2c = I2C(0, scl=Pin(5), sda=Pin(4), freq=100000)
rtc = DS1307(addr=0x68, i2c=i2c)
print(hex(rtc.addr), rtc.weekday_start, rtc.halt)

# The chip counts weekdays from 1 to 7, the package from 0.
rtc.weekday_start = 1
rtc.datetime = (2023, 12, 31, 23, 59, 58, 6, 365)
sleep_ms(500)
print(rtc.datetime)
sleep(3)
print(rtc.datetime)
print(rtc.year, rtc.month, rtc.day, rtc.hour, rtc.minute, rtc.second, rtc.yearday)

rtc.datetime = (2024, 2, 28, 23, 59, 59, 2, 59)
sleep_ms(1500)
print(rtc.datetime[:7])

rtc.halt = True
stopped = rtc.datetime
sleep(5)
print(rtc.halt, hex(i2c.readfrom_mem(0x68, 0, 1)[0]), rtc.datetime == stopped)
rtc.halt = False
sleep_ms(1200)
print(rtc.halt, rtc.second)

for khz in (1, 4, 8, 32, 0):
    rtc.square_wave(khz)
    print(khz, hex(i2c.readfrom_mem(0x68, 7, 1)[0]))
rtc.square_wave(sqw=0, out=1)
print(hex(i2c.readfrom_mem(0x68, 7, 1)[0]))
try:
    rtc.square_wave(2)
except ValueError as error:
    print(error)

i2c.writeto_mem(0x68, 8, b"kept")
print(i2c.readfrom_mem(0x68, 8, 4))
