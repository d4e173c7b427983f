# board: pico
# wire: GP2=GP3
# A button that bounces, and the time since its last edge.
from machine import Pin, Timer
import time

button, drive = Pin(3, Pin.IN), Pin(2, Pin.OUT, value=1)
presses, last = 0, time.ticks_ms()


def edge(pin):
    global presses, last
    now = time.ticks_ms()
    if time.ticks_diff(now, last) > 20:
        presses += 1
    last = now


button.irq(edge, Pin.IRQ_FALLING)
time.sleep_ms(50)
for press in range(3):
    for bounce in range(5):
        drive(0)
        time.sleep_ms(2)
        drive(1)
        time.sleep_ms(1)
    time.sleep_ms(100)
print(presses)
