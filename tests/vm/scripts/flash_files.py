# board: pico
# Files of the board's flash, with MicroPython's own json and print over them.
import json
import os

with open("settings.json", "w") as f:
    json.dump({"a": [1, 2]}, f)
with open("settings.json") as f:
    print(json.load(f))
with open("log.txt", "w") as f:
    for i in range(3):
        print("line", i, file=f)
    print(f.tell())
with open("log.txt") as f:
    print(f.readline(), [line for line in f])
with open("data.bin", "wb") as f:
    print(f.write(bytes(range(10))), f.write(bytearray(b"xyz")))
buf = bytearray(4)
with open("data.bin", "rb") as f:
    f.seek(8)
    print(f.readinto(buf), buf, f.read(), f.read())
print(os.stat("data.bin")[6], "log.txt" in os.listdir("/"), os.getcwd())
os.mkdir("sub")
with open("sub/module_of_mine.py", "w") as f:
    f.write("VALUE = 5\ndef twice(x):\n    while x < 10:\n        x += x\n    return x\n")
import sys

sys.path.append("/sub")
import module_of_mine

print(module_of_mine.VALUE, module_of_mine.twice(3), module_of_mine.__name__)
for bad in (lambda: open("missing"), lambda: os.remove("missing"), lambda: os.mkdir("sub"), lambda: os.chdir("nowhere")):
    try:
        bad()
    except OSError as e:
        print(e.errno)
os.remove("log.txt")
print("log.txt" in os.listdir())
