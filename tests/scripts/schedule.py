# board: pico
# micropython.schedule: first come, first served, never one inside another, eight of them wait at most.
import micropython, time

micropython.alloc_emergency_exception_buf(100)
seen = []


def note(n):
    seen.append(n)


def nested(n):
    seen.append(("in", n))
    micropython.schedule(note, "nested")
    seen.append(("out", n))


micropython.schedule(nested, 1)
micropython.schedule(note, 2)
time.sleep_ms(1)
print(seen)

# With interrupts off nothing runs, and the queue fills up.
import machine

state = machine.disable_irq()
count = 0
try:
    while True:
        micropython.schedule(note, count)
        count += 1
except RuntimeError as e:
    print(count, e)
del seen[:]
machine.enable_irq(state)
time.sleep_ms(1)
print(seen)

for wrong in (1, None):
    try:
        micropython.schedule(wrong, 0)
    except TypeError:
        print("TypeError")
