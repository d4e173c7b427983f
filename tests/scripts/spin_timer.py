# board: pico
# A loop that touches nothing waits for a handler all the same.
from machine import Timer, Pin
import time

flag = False
ticks = 0


def fire(timer):
    global flag
    flag = True


Timer(period=100, mode=Timer.ONE_SHOT, callback=fire)
start = time.ticks_ms()
while not flag:
    pass
print(time.ticks_diff(time.ticks_ms(), start))


def tick(timer):
    global ticks
    ticks += 1
    if ticks == 5:
        timer.deinit()


timer = Timer()
timer.init(freq=100, mode=Timer.PERIODIC, callback=tick)
while ticks < 5:
    continue
time.sleep_ms(100)
print(ticks)

turns = 0
Timer(period=1, mode=Timer.ONE_SHOT, callback=lambda t: fire(t))
flag = False
while True:
    turns += 1
    if flag:
        break
print(turns > 10)
