# board: pico
# wire: GP2=GP4
# wire: GP3=GP5
# Quadrature, decoded in a handler.
from machine import Pin

a_out, b_out = Pin(2, Pin.OUT, value=0), Pin(3, Pin.OUT, value=0)
a, b = Pin(4, Pin.IN), Pin(5, Pin.IN)
TABLE = (0, -1, 1, 0, 1, 0, 0, -1, -1, 0, 0, 1, 0, 1, -1, 0)
position = state = 0


def turned(pin):
    global position, state
    state = (state << 2 | a() << 1 | b()) & 0x0F
    position += TABLE[state]


for pin in (a, b):
    pin.irq(turned, Pin.IRQ_RISING | Pin.IRQ_FALLING, hard=True)
for _ in range(3):
    for x, y in ((1, 0), (1, 1), (0, 1), (0, 0)):
        a_out(x)
        b_out(y)
print(position)
for x, y in ((0, 1), (1, 1)):
    a_out(x)
    b_out(y)
print(position)
