# board: pico
# attach: ws2812@GP22
# Colours in a strip.
from machine import Pin
from neopixel import NeoPixel

strip = NeoPixel(Pin(22, Pin.OUT), 4)
strip[0] = (255, 0, 0)
strip[1] = (0, 128, 300 & 0xFF)
strip[-1] = (1, 2, 3)
strip.write()
print(strip[0], strip[1], strip[3], len(strip))
strip.fill((9, 9, 9))
print(strip[2])
strip.write()
