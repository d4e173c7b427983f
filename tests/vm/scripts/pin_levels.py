# board: pico
# wire: GP2=GP3
# Levels, pulls, open drain, reprs.
from machine import Pin

out, into = Pin(2, Pin.OUT, value=1), Pin(3, Pin.IN)
print(out, into, out.value(), into(), Pin(2) is out, Pin(out) is out, isinstance(into, Pin))
for level in (0, 1, True, False, 5, "", "x", None if False else 0):
    out.value(level)
    print(into.value(), end=" ")
print()
out.off()
print(into(), out.on(), into(), out.toggle(), into())
floating = Pin(5, Pin.IN, Pin.PULL_UP)
print(floating, floating())
floating.init(Pin.IN, Pin.PULL_DOWN)
print(floating, floating(), floating.init(pull=None))
drain = Pin(6, mode=Pin.OPEN_DRAIN, pull=Pin.PULL_UP, value=1)
print(drain, drain())
drain(0)
print(drain(), Pin("GP6") is drain, Pin("LED", Pin.OUT))
for wrong in (lambda: Pin(99), lambda: Pin("X99"), lambda: Pin(2, 77), lambda: Pin(2, Pin.OUT, foo=1), lambda: Pin()):
    try:
        wrong()
    except (ValueError, TypeError) as e:
        print(type(e).__name__)
print(Pin.OUT, Pin.IN, Pin.PULL_UP, Pin.IRQ_RISING, hasattr(Pin, "NO_SUCH"), hasattr(out, "on"))
try:
    out.no_such
except AttributeError as e:
    print(e)
