# board: pico
# seconds: 1
# An exception in a handler ends no script.
from machine import Timer
import time


def fails(timer):
    raise ValueError("in the handler", 5)


Timer(period=10, mode=Timer.ONE_SHOT, callback=fails)
time.sleep_ms(50)
print("still here")
