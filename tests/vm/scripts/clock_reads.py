# Sleeps take what they say, on every clock there is.
import time

start = time.ticks_ms(), time.ticks_us(), time.time_ns()
time.sleep_ms(10)
time.sleep(0.02)
time.sleep_us(3000)
print(time.ticks_diff(time.ticks_ms(), start[0]), time.ticks_diff(time.ticks_us(), start[1]))
print(time.time_ns() - start[2] > 33_000_000, isinstance(time.time(), int))
time.sleep_ms(-1)
time.sleep(0)
print(time.localtime() == time.localtime(time.time()), time.gmtime()[:3])
for wrong in ("1", None):
    try:
        time.sleep(wrong)
    except TypeError:
        print("TypeError")
try:
    time.sleep_ms(1.5)
    print("taken")
except TypeError:
    print("TypeError")
