# A lamp faded in and out: what the PWM says of itself, and the wire at both ends of the range.
# wire: {pwm}={into}

import time

import wiring
from machine import PWM, Pin

lamp = PWM(Pin(wiring.PWM), freq=1000, duty_u16=0)
seen = Pin(wiring.INTO, Pin.IN)
print(lamp.freq(), lamp.duty_u16())
for percent in (0, 25, 50, 75, 100, 50, 0):
    lamp.duty_u16(65535 * percent // 100)
    time.sleep_ms(5)
    print(percent, round(lamp.duty_u16() * 100 / 65535), seen() if percent in (0, 100) else "-")
lamp.freq(500)
lamp.duty_ns(1_500_000)
print(lamp.freq(), round(lamp.duty_ns() / 1000), "us")
lamp.deinit()
