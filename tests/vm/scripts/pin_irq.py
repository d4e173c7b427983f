# board: pico
# wire: GP2=GP3
# Edges call a handler with their pin, soft and hard.
from machine import Pin
import time

out, into = Pin(2, Pin.OUT, value=0), Pin(3, Pin.IN)
log = []
irq = into.irq(lambda pin: log.append((pin is into, pin(), irq.flags())))
for level in (1, 0, 1):
    out(level)
    time.sleep_ms(1)
print(log, irq.trigger())
del log[:]
into.irq(lambda pin: log.append("up"), Pin.IRQ_RISING, hard=True)
for level in (0, 1, 0, 1):
    out(level)
print(log)
irq.trigger(Pin.IRQ_FALLING)
out(0)
out(1)
print(log, into.irq() is irq)
into.irq(handler=None)
out(0)
print(log)


class Counter:
    def __init__(self, pin):
        self.n = 0
        pin.irq(self.edge, Pin.IRQ_RISING | Pin.IRQ_FALLING)

    def edge(self, pin):
        self.n += 1


counter = Counter(into)
while counter.n < 4:
    out.toggle()
print(counter.n)
try:
    into.irq(5)
except (TypeError, ValueError) as e:
    print(type(e).__name__)
