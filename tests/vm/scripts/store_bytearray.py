# Stores into a bytearray keep the low byte, by every kind of statement.
b = bytearray(8)
b[0] = 0x100
b[1] = -1
b[2] = 1 << 40 | 5
b[3] += 511
b[4] |= 0xF0F
b[5], b[6] = 300, -300
b[-1] = True
print(b)
for i, v in enumerate((256, 257, -129)):
    b[i] = v
print(list(b))
for wrong in ("a", 1.5, None, b"x"):
    try:
        b[0] = wrong
    except TypeError:
        print("TypeError")
for index in (8, -9):
    try:
        b[index] = 1
    except IndexError:
        print("IndexError")
b[1:3] = b"abcd"
print(b, len(b))
b.append(65)
b.extend(b"xyz")
print(b, b + b"!")
