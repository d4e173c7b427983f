# board: pico
# attach: hcsr04@GP2,GP3
# The length of an echo.
from machine import Pin, time_pulse_us
import time

trigger, echo = Pin(2, Pin.OUT, value=0), Pin(3, Pin.IN)
trigger(1)
time.sleep_us(10)
trigger(0)
us = time_pulse_us(echo, 1, 30000)
print(us > 0, round(us / 58))
print(time_pulse_us(echo, 1, 1000), time_pulse_us(echo, 0, 100) < 0 or True)
