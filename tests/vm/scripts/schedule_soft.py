# A scheduled function runs between bytecodes, with its argument; what it schedules runs after it.
import micropython
import time

log = []


def note(x):
    log.append(x)


micropython.schedule(note, 1)
time.sleep_ms(1)
print(log)


def outer(x):
    log.append(("begin", x))
    micropython.schedule(note, "later")
    log.append(("end", x))


micropython.schedule(outer, 2)
time.sleep_ms(1)
print(log)


class Driver:
    def __init__(self):
        self.count = 0
        self.ref = self.work

    def work(self, n):
        self.count += n


d = Driver()
for i in range(5):
    micropython.schedule(d.ref, i)
    time.sleep_ms(1)
print(d.count)
