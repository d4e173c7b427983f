# board: pico
# wire: GP0=GP5
# wire: GP1=GP4
# Two serial ports, waited for by select.
import select
import time
from machine import Timer, UART

one, two = UART(0, 19200), UART(1, 19200)
poll = select.poll()
poll.register(two, select.POLLIN)
print(poll.poll(10))
Timer(period=40, mode=Timer.ONE_SHOT, callback=lambda t: one.write(b"now"))
start = time.ticks_ms()
ready = poll.poll(500)
print(len(ready), ready[0][0] is two, ready[0][1] == select.POLLIN, 40 <= time.ticks_diff(time.ticks_ms(), start) < 45)
time.sleep_ms(5)
print(two.read())
