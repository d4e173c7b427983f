# Streams in memory.
import io

b = io.BytesIO(b"hello\nworld")
print(b.read(3), b.readline(), b.tell(), b.read(), b.read(), b.seek(1), b.read(2), b.getvalue())
b = io.BytesIO()
print(b.write(b"abc"), b.write(bytearray(b"de")), b.getvalue(), b.seek(-2, 2), b.read())
b.seek(5)
b.write(b"!")
print(b.getvalue())
buf = bytearray(4)
b.seek(0)
print(b.readinto(buf), buf, b.readinto(buf), buf[:2])
s = io.StringIO("text\nmore")
print(s.readline(), s.read(2), s.read(), s.getvalue())
s = io.StringIO()
print(s.write("abc"), s.getvalue(), s.seek(0), s.read(1))
print("to stream", 1, file=s, end="|")
print(s.getvalue())
with io.BytesIO(b"x") as f:
    print(f.read())
print([line for line in io.StringIO("a\nb\n")])
