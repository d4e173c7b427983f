# Bytes of an int, in all the ways MicroPython takes them.
print((5).to_bytes(2, "little"), (5).to_bytes(2, "big"))
print((-2).to_bytes(2, "little", True), (200).to_bytes(2, "big", False))
n = -3
print(n.to_bytes(1, "little", True))
print(int.from_bytes(b"\xfe\xff", "little"), int.from_bytes(b"\xfe\xff", "little", True))
print(int.to_bytes(-1, 2, "big", True))
lo, hi = 0x12, 0x34
print(int.from_bytes(bytes([lo, hi]), "big") == 0x1234)
