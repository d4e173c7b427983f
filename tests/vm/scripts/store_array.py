# Elements of an array are stored in their own width.
from array import array

for code in "bBhHiIlLqQ":
    a = array(code, [0, 0, 0])
    a[0] = (1 << 63) + 0x1FF
    a[1] = -1
    a[2] = 127
    print(code, list(a))
for code in "fd":
    a = array(code, [1.5, 2])
    a[0] = 3
    print(code, list(a))
a = array("H", [1, 2])
a.append(0x12345)
a.extend(array("H", [7]))
print(list(a), len(a), a[-1], list(a[1:3]))
print(array("B", b"\x01\xff"), array("h"), array("B", [300, -1]))
b = array("B", [1, 2, 3])
b += array("B", [4])
print(b, b == array("B", [1, 2, 3, 4]))
