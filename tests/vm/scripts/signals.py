# board: pico
# wire: GP2=GP3
# Signal turns a pin round.
from machine import Pin, Signal

out, into = Pin(2, Pin.OUT), Pin(3, Pin.IN)
led = Signal(out, invert=True)
led.on()
print(into(), led.value(), led())
led.off()
print(into(), led.value())
led(1)
print(into())
button = Signal(into, invert=False)
led.value(0)
print(button.value(), isinstance(led, Signal))
