# Whole numbers of any size, their division, shifts and bytes.
for a, b in ((7, 2), (-7, 2), (7, -2), (-7, -2), (1 << 70, 3), (-(1 << 70), 7)):
    print(a // b, a % b, divmod(a, b))
print(1 << 65, -1 >> 70, (1 << 70) >> 68, ~5, -5 & 0xFF, 0x1234 ^ -1, -1 >> 1, 5 & ~1)
print((300).to_bytes(2, "big"), (300).to_bytes(4, "little"), int.from_bytes(b"\x01\x02", "big"))
print(int.from_bytes(b"\xff\xfe", "little"), (0).to_bytes(0, "big"), (1 << 64).to_bytes(9, "big"))
for n, size in ((256, 1), (-1, 1), (1 << 64, 8)):
    try:
        print(n.to_bytes(size, "big"))
    except OverflowError:
        print("OverflowError")
print(int("0x1f", 16), int("1010", 2), int("-12"), int(" 5 "), int("0b11", 0), int(3.99), int(-3.99))
print(hex(255), hex(-255), bin(5), oct(8), abs(-3), pow(2, 10), pow(3, 20, 7), -(2**31), 2**31 - 1)
print(round(2.5), round(3.5), round(-2.5), round(1234.567, 1), round(7), sum([1, 2, 3]), max(3, 9, 2), min([4, 1]))
print(True + 1, isinstance(5, int), 10**20, -(10**20) // 10**18, 12345678901234567890 % 97)
for size in (1, 2, 4):
    print(int.from_bytes((-2 & (1 << 8 * size) - 1).to_bytes(size, "little"), "little"))
