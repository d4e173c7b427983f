# A memoryview writes through, with the width of what is below it.
from array import array

b = bytearray(range(8))
m = memoryview(b)
m[0] = 0x1FE
m[1:3] = b"\xaa\xbb"
print(b, len(m), m[-1], bytes(m[2:5]))
m[2:6][1] = 77
print(b)
h = memoryview(array("H", [1, 2, 3]))
h[0] = 0x1FFFF
h[1] = -2
print(list(h), h[1:][0], len(h))
s = memoryview(array("h", [0, 0]))
s[0] = 0x8000
s[1] = 65535
print(list(s))
try:
    memoryview(b"abc")[0] = 1
except TypeError:
    print("read only")
try:
    m[0:2] = b"abc"
except ValueError:
    print("ValueError")
print(m[1:3] == b"\xaa\x4d", bytes(m[::1])[:2])
