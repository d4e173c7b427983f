# Interrupts off: a scheduled function runs, an interrupt's handler waits.
from machine import Timer, disable_irq, enable_irq
import micropython
import time

log = []
timer = Timer(-1)
timer.init(mode=Timer.ONE_SHOT, period=5, callback=lambda timer: log.append("timer"))
state = disable_irq()
micropython.schedule(log.append, "scheduled")
turns = 0
while turns < 3:
    time.sleep_ms(5)
    turns += 1
log.append("enable")
enable_irq(state)
time.sleep_ms(5)
print(log)


def again(left):
    log.append(left)
    if left:
        micropython.schedule(again, left - 1)


del log[:]
micropython.schedule(again, 3)
time.sleep_ms(1)
time.sleep_ms(1)
time.sleep_ms(1)
time.sleep_ms(1)
print(log)
