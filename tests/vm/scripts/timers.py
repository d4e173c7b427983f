# board: pico
# One shot, periodic, stopped from the handler, several at once.
from machine import Timer
import time

start = time.ticks_ms()
log = []


def now():
    return time.ticks_diff(time.ticks_ms(), start)


def tick(timer):
    log.append(("tick", now(), timer is periodic))
    if len(log) > 6:
        timer.deinit()


periodic = Timer()
periodic.init(period=20, mode=Timer.PERIODIC, callback=tick)
Timer(period=50, mode=Timer.ONE_SHOT, callback=lambda t: log.append(("once", now())))
time.sleep_ms(300)
for line in log:
    print(line)
print(periodic, Timer.ONE_SHOT, Timer.PERIODIC)
count = 0


def fast(t):
    global count
    count += 1


t = Timer(freq=1000, callback=fast)
while count < 10:
    pass
t.deinit()
print(count, now() >= 300)
for wrong in (lambda: Timer(99), lambda: Timer(period="x", callback=fast)):
    try:
        wrong()
    except (ValueError, TypeError) as e:
        print(type(e).__name__)
