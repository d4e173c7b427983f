# Interrupts of an input: one edge, the other, both, none. Slow enough for a bridge that polls its lines.
# wire: {out}={into}

import time

import wiring
from machine import Pin

finger = Pin(wiring.OUT, Pin.OUT, value=1)
button = Pin(wiring.INTO, Pin.IN)
log = []


def changed(pin):
    log.append(pin.value())


def press(times, heard=()):
    log.clear()
    for _ in range(times):
        for level in (0, 1):
            before = len(log)
            finger.value(level)
            time.sleep_ms(30)
            # A busy computer may take longer to tell of an edge.
            for _ in range(100):
                if level not in heard or len(log) > before:
                    break
                time.sleep_ms(20)
    return log


button.irq(changed, Pin.IRQ_FALLING)
print("falling", press(3, (0,)))
button.irq(changed, Pin.IRQ_RISING)
print("rising", press(3, (1,)))
button.irq(changed, Pin.IRQ_RISING | Pin.IRQ_FALLING)
print("both", press(2, (0, 1)))
button.irq(handler=None)
print("none", press(2))
