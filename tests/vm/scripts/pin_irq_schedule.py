# board: pico
# wire: GP2=GP3
# A hard handler leaves the long work to the scheduler; interrupts can be held back.
from machine import Pin, disable_irq, enable_irq
import micropython
import time

out, into = Pin(2, Pin.OUT, value=0), Pin(3, Pin.IN)
log = []


def work(n):
    log.append(("work", n))


def edge(pin):
    log.append("edge")
    micropython.schedule(work, len(log))
    log.append("edge over")


into.irq(edge, Pin.IRQ_RISING, hard=True)
out(1)
time.sleep_ms(1)
print(log)
del log[:]
state = disable_irq()
out(0)
out(1)
log.append("still off")
enable_irq(state)
time.sleep_ms(1)
print(log)
