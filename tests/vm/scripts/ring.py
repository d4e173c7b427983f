# RingIO: a buffer between a handler and the script.
from micropython import RingIO

r = RingIO(8)
print(r.any(), r.write(b"abc"), r.any(), r.read(2), r.any(), r.write(b"0123456789"), r.any())
print(r.read(), r.read(1), r.any(), r.write(b""))
r.write(b"line\nrest")
print(r.readline(), r.readline(), r.readline())
b = bytearray(4)
r.write("text")
print(r.readinto(b, 2), b, r.readinto(b), b, r.readinto(b))
own = RingIO(bytearray(5))
print(own.write(b"123456789"), own.any(), own.read(3), own.read())
for wrong in (0, 1, -1):
    try:
        RingIO(wrong)
        print("taken", wrong)
    except (ValueError, MemoryError) as e:
        print(type(e).__name__)
try:
    RingIO("text")
    print("taken")
except TypeError:
    print("TypeError")
r.close()
