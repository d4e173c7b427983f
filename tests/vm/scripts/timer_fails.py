# board: pico
# seconds: 1
# An exception in a handler ends no script.
from machine import Timer
import time

Timer(period=10, mode=Timer.ONE_SHOT, callback=lambda t: 1 + None)
time.sleep_ms(50)
print("still here")
