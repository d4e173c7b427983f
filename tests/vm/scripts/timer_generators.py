# board: pico
# A handler may be any callable: a bound method, a closure, a class instance, a generator's send.
from machine import Timer
import time


class Beat:
    def __init__(self):
        self.beats = []

    def __call__(self, timer):
        self.beats.append(len(self.beats))

    def method(self, timer):
        self.beats.append("m")


def steps():
    n = 0
    while True:
        timer = yield n
        n += 1


beat, gen = Beat(), steps()
next(gen)
a = Timer(period=10, callback=beat)
b = Timer(period=25, callback=beat.method)
c = Timer(period=7, mode=Timer.ONE_SHOT, callback=gen.send)
time.sleep_ms(101)
for t in (a, b, c):
    t.deinit()
print(beat.beats, gen.send(None))
