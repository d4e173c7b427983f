# Ticks wrap; differences and sums do not mind.
import time

period = time.ticks_add(0, -1) + 1
print(period == 1 << 30)
for end, start in ((10, 5), (5, 10), (3, period - 4), (period - 4, 3), (0, period // 2), (period // 2 - 1, 0), (7, 7)):
    print(time.ticks_diff(end, start), end=" ")
print()
for ticks, delta in ((0, 5), (period - 1, 1), (5, -10), (0, period // 2 - 1), (100, -(period // 2 - 1))):
    print(time.ticks_add(ticks, delta), end=" ")
print()
for delta in (period // 2, -period // 2, period):
    try:
        print(time.ticks_add(0, delta))
    except OverflowError as e:
        print("OverflowError", e)
