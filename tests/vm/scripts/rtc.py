# board: pico
# The calendar is set and goes on.
from machine import RTC
import time

rtc = RTC()
rtc.datetime((2024, 2, 28, 2, 23, 59, 58, 0))
print(rtc.datetime(), RTC() is rtc)
time.sleep(3)
print(rtc.datetime()[:7], time.localtime())
try:
    rtc.datetime((2024, 1))
except (ValueError, TypeError) as e:
    print(type(e).__name__)
