# binascii, hashlib and re, as scripts for boards use them.
import binascii
import hashlib
import re

print(binascii.hexlify(b"\x01\xab"), binascii.unhexlify("01ab"), binascii.b2a_base64(b"hello"), binascii.a2b_base64(b"aGVsbG8="))
print(binascii.hexlify(b"\x01\xab\xff", ":"), binascii.crc32(b"hello"))
h = hashlib.sha256(b"ab")
h.update(b"c")
print(binascii.hexlify(h.digest()))
m = re.match(r"(\w+)=(\d+)", "key=15;")
print(m.group(0), m.group(1), m.group(2))
print(re.search("b+", "aabbbc").group(0), re.match("x", "abc"), re.sub("a", "-", "banana"), re.compile(",").split("a,b,c"))
print(re.compile(r"[0-9]+").match("12ab").group(0))
for bad in (lambda: binascii.unhexlify("abc"), lambda: binascii.unhexlify("zz")):
    try:
        bad()
    except ValueError:
        print("ValueError")
