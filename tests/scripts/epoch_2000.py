# board: esp32
# The years of an ESP32 count from 2000.
import time
from machine import RTC

print(time.gmtime(0), time.mktime((2000, 1, 1, 0, 0, 0, 0, 0)), time.mktime((1970, 1, 1, 0, 0, 0, 0, 0)))
RTC().datetime((2024, 5, 6, 0, 7, 8, 9, 0))
print(time.localtime()[:6], time.time() == time.mktime((2024, 5, 6, 7, 8, 9, 0, 0)))
