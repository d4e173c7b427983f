# What is missing or too much for a format.
import struct

for fmt, values in (("HH", (1,)), ("B", (1, 2)), ("2s", (5,)), ("z", (1,)), ("f", ("x",)), ("i", (None,))):
    try:
        print(fmt, struct.pack(fmt, *values))
    except (ValueError, TypeError) as e:
        print(fmt, type(e).__name__)
print(struct.unpack("<BB", b"\x01\x02\x03"))
print(struct.unpack("3s", b"abc"), struct.pack("0s"), struct.calcsize(""))
print(struct.unpack_from("<B", b"\x01\x02", 1), struct.unpack("<2s1B", b"hi!"))
