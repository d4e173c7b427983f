# Text: formatting, searching, slicing, bytes beside it.
print("%d %5d|%-5d|%05d %x %X %o %c %s %r %%" % (1, 2, 3, 4, 255, 255, 8, "c", "s", "r"))
print("{} {0!r}".format("a") if False else "{} {}".format("a", 5), "{1}{0}".format("x", "y"), "{a:>5}|".format(a=3))
print("{:08b} {:#x} {:>8} {:<8}| {:^8} {:,}".format(5, 255, "r", "l", "c", 1234567))
n = 42
print(f"{n} {n:04d} {n:#06x} {'q'!r} {n + 1}")
s = "Hello, World"
print(s.upper(), s.lower(), s.find("o"), s.rfind("o"), s.find("z"), s.count("l"), s.replace("l", "L", 1))
print(s.split(", "), "a,b,,c".split(","), " a  b ".split(), "a.b.c".rsplit(".", 1), s.partition(","), s[-5:])
print("  x ".strip() + "|", "xxaxx".strip("x"), "a".join(["1", "2"]), s.startswith("He"), s.endswith(("d", "x")))
print("abc" < "abd", "a" in "cat", "é".encode(), b"\xc3\xa9".decode(), len("é"), ord("é"), chr(233), "é" == b"\xc3\xa9".decode())
print(b"ab" + b"c", b"a,b".split(b","), b"abc"[1], b"abc"[1:], b"%d" % 5 if False else b"5", b"ab".find(b"b"), bytes(3), bytes([1, 2]))
print(repr("it's"), repr('"'), repr("\x00\x7f\n"), repr(b"\x00a'"), "\u20ac", "tab\tend")
print("one\ntwo\r\nthree".splitlines(), "1".isdigit(), "a1".isalpha(), " ".isspace(), "A".isupper(), "a".islower())
print(int("7"), str(7) + "8", "3" * 3, "abc".center(7) + "|", bytearray(b"xy"), str(b"ab", "utf8"), bytes("é", "utf8"))
