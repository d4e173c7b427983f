# struct packs the low bits, and takes text for a string.
import struct

print(struct.pack("BbHhIi", 300, 200, 70000, 40000, 1 << 33, -1))
print(struct.pack("<QqHB", -1, 1 << 64, -2, 256), struct.pack(">I", 0x123456789))
print(struct.pack("5s3s", b"ab", "xyzw"), struct.pack("<2H", 1, 2))
print(struct.unpack("<hHbB", b"\xfe\xff\xfe\xff\xff\xff"), struct.unpack(">f", b"\x3f\x80\x00\x00"))
print(struct.calcsize("<BHI"), struct.calcsize("BHI"), struct.calcsize("@BQ"), struct.calcsize("=bhi"))
b = bytearray(6)
struct.pack_into(">HH", b, 1, 0x11234, -1)
print(b, struct.unpack_from(">H", b, 1), struct.unpack_from("<H", b, -2))
print(struct.pack("<d", 0.1), struct.pack("<f", 1e10))
for bad in (lambda: struct.unpack("<I", b"abc"), lambda: struct.pack_into("I", bytearray(2), 0, 1)):
    try:
        bad()
    except ValueError:
        print("ValueError")
