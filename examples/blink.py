# Blink the board's own LED, and say so.
#
#   machine-compat run --board pico --for 5 examples/blink.py

import time

from machine import Pin

led = Pin("LED", Pin.OUT)

while True:
    led.toggle()
    print("LED is", "on" if led.value() else "off")
    time.sleep_ms(500)
