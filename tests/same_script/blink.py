# A lamp's pin, read back through a jumper.
# wire: {out}={into}

import time

import wiring
from machine import Pin

lamp = Pin(wiring.OUT, Pin.OUT, value=0)
seen = Pin(wiring.INTO, Pin.IN)

for turn in range(4):
    lamp.value(not lamp.value())
    time.sleep_ms(5)
    print(turn, "on" if seen() else "off")

lamp.on()
print(lamp.value(), seen.value())
lamp.off()
print(lamp.value(), seen.value())

# The same pin the other way round: an input again, which the other end drives.
lamp.init(Pin.IN)
seen.init(Pin.OUT, value=1)
print("driven from the far end:", lamp.value())
seen.value(0)
print("driven from the far end:", lamp.value())
