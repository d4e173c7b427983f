# board: pico
# Times are a board's: sleeps take what they say, ticks wrap, differences do not mind.
import time, utime

assert time is utime
start = time.ticks_ms()
time.sleep_ms(250)
time.sleep(0.25)
time.sleep_us(500000)
print(time.ticks_diff(time.ticks_ms(), start))

PERIOD = time.ticks_add(0, -1) + 1
print(hex(PERIOD))
late = time.ticks_add(0, -100)
print(late == PERIOD - 100, time.ticks_add(late, 250), time.ticks_diff(150, late), time.ticks_diff(late, 150))
print(time.ticks_diff(0, PERIOD // 2), time.ticks_diff(PERIOD // 2 - 1, 0))
for delta in (PERIOD // 2, -PERIOD // 2):
    try:
        time.ticks_add(0, delta)
    except OverflowError as e:
        print(e)
time.sleep_ms(-5)

start = time.ticks_us()
while time.ticks_diff(time.ticks_us(), start) < 1000:
    pass
print(1000 <= time.ticks_diff(time.ticks_us(), start) < 1100)

print(time.gmtime(0), time.localtime(86400 * 366))
print(time.mktime((2000, 1, 1, 0, 0, 0, 0, 0)), time.mktime((1970, 1, 1, 0, 0, 10, 3, 1, 0)))
print(time.mktime((2023, 14, 30, 25, 0, 0, 0, 0)) == time.mktime((2024, 3, 2, 1, 0, 0, 0, 0)))
print(time.localtime(time.mktime((2024, 2, 29, 12, 34, 56, 0, 0))))
print(type(time.time()), len(time.localtime()), time.time_ns() // 1000000000 - time.time())
try:
    time.mktime((2024, 1, 1))
except TypeError:
    print("TypeError")
