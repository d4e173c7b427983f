# board: pico
# wire: GP2=GP3
# Edges on one pin interrupt a loop; hard handlers run at once, soft ones one after the other.
from machine import Pin, Timer, disable_irq, enable_irq
import time

out = Pin(2, Pin.OUT, value=0)
into = Pin(3, Pin.IN)
log = []

irq = into.irq(lambda pin: log.append((pin is into, irq.flags(), pin.value())), Pin.IRQ_RISING | Pin.IRQ_FALLING)
out.on()
print(log)
out.off()
print(log[-1])

count = 0


def rise(pin):
    global count
    count += 1


into.irq(handler=rise, trigger=Pin.IRQ_RISING, hard=True)
Timer(period=5, callback=lambda t: out.toggle())
while count < 3:
    pass
print(count)

state = disable_irq()
time.sleep_ms(50)
print(count)
enable_irq(state)
print(count > 3)
into.irq(None)
