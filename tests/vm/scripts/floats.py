# Floats as they are printed and rounded.
import math

for x in (0.1, 1 / 3, 1e16, 1e-7, 123456.789, -0.0, 1.0, 100.0, 1e22, 2.5e-10, 3.0e8):
    print(x, "%.3f" % x, "{:.2f}".format(x), "{:e}".format(x), "{:g}".format(x))
print(float("inf"), float("-inf"), float("nan"), float("1e3"), float(" 2.5 "), int(1e10))
print(math.sqrt(2), math.pi, math.floor(-1.5), math.ceil(1.2), math.trunc(-1.7), math.log(10), math.sin(1))
print(7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, divmod(7.5, 2), 2**0.5, 2**-1)
print(0.1 + 0.2, 1e308 * 10, 5 / 2, 4 / 2, 1 == 1.0, hash(1) == hash(1.0), math.isnan(float("nan")))
print("{:8.3f}|{:<8.1f}|{:+.0f}|{:08.2f}".format(1.5, 2.26, 3.7, -1.5), "%5.1f%%" % 99.5)
for f in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: 1.0 / 0):
    try:
        f()
    except (ValueError, ZeroDivisionError) as e:
        print(type(e).__name__)
