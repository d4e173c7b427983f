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

# Interrupts off or on, a scheduled function runs.
import machine

del seen[:]
state = machine.disable_irq()
micropython.schedule(note, "while off")
time.sleep_us(10)
print(seen)
machine.enable_irq(state)


# In one of them no other runs, and the queue fills up.
def fill(_):
    count = 0
    try:
        while True:
            micropython.schedule(note, count)
            count += 1
    except RuntimeError as e:
        print(count, e)


del seen[:]
micropython.schedule(fill, None)
time.sleep_ms(1)
print(seen)

for wrong in (1, None):
    try:
        micropython.schedule(wrong, 0)
    except TypeError:
        print("TypeError")
