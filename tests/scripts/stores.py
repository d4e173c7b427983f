# Values that do not fit keep their low bits, wherever they are stored.
import struct
from array import array

b = bytearray(4)
b[0] = 0x1FF
b[1] = -1
b[2] = 256 + ord("a")
b[3] += 300
print(b)

m = memoryview(b)
m[0] = 0x180
m[1] |= 0xF00
print(b)

words = array("H", [0, 0])
words[0] = 0x12345
words[1] -= 1
signed = array("h", [0, 0])
signed[0] = 0x8000
signed[1] = 40000
print(list(words), list(signed))
print(list(array("B", [300, -2])), list(array("b", [200])))

print(struct.pack("B", 300), struct.pack(">H", 0x12345), struct.pack("<h", -40000), struct.pack("<I", -1))
buf = bytearray(4)
struct.pack_into(">HH", buf, 0, 70000, -1)
print(buf)


def fill(buffer, values):
    for index, value in enumerate(values):
        buffer[index] = value & 0xFFF
    return buffer


print(fill(bytearray(3), [0xABC, 0x100, 0x7F]))
b[0], b[1] = 0x101, 0x202
for b[2] in (0x303,):
    pass
print(b)

# What is no number, or nowhere, is still an error.
for wrong in ("x", None, 1.5):
    try:
        b[0] = wrong
    except TypeError:
        print("TypeError")
try:
    b[9] = 0x1FF
except IndexError:
    print("IndexError")
