# Dates: month and day carry over, leap years, the year's day.
import time

for seconds in (0, 86399, 86400, 951782400, 951868800, 1709208000, 1735689599, 4102444799, 2147483647):
    print(time.gmtime(seconds))
for parts in (
    (1970, 1, 1, 0, 0, 0, 0, 0),
    (2000, 2, 29, 12, 0, 0, 0, 0),
    (2001, 2, 29, 12, 0, 0, 0, 0),
    (2023, 14, 30, 25, 61, 61, 0, 0),
    (2024, 12, 31, 23, 59, 60, 0, 0),
    (2024, 3, 0, 0, 0, 0, 0, 0),
    (2024, 3, 1, 0, 0, -1, 0, 0),
    (2038, 1, 19, 3, 14, 8, 0, 0, 0),
    (2099, 12, 31, 23, 0, 0, 9, 9),
):
    print(time.mktime(parts), time.gmtime(time.mktime(parts))[:6])
for wrong in ((2024, 1), (2024, 1, 1, 0, 0, 0, 0, 0, 0, 0), 5):
    try:
        time.mktime(wrong)
    except TypeError:
        print("TypeError")
