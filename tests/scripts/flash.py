# board: pico
# Files are the board's own.
import os, uos

print(os.getcwd(), os is uos)
with open("log.txt", "w") as f:
    print(f.write("one\ntwo\n"))
with open("/log.txt", "a") as f:
    f.write("thrée\n")
with open("log.txt") as f:
    print([line.strip() for line in f])
with open("log.txt", "rb") as f:
    f.seek(8)
    print(f.read())
    buffer = bytearray(3)
    f.seek(0)
    print(f.readinto(buffer), buffer)
os.mkdir("data")
os.rename("log.txt", "data/old.txt")
print(sorted(name for name in os.listdir() if name in ("data", "log.txt")), os.listdir("/data"))
print(os.stat("data/old.txt")[6], [entry[:2] for entry in os.ilistdir("data")])
os.chdir("data")
print(os.getcwd(), open("old.txt").readline(), end="")
os.remove("old.txt")
os.chdir("/")
os.rmdir("data")
for path in ("data", "../../etc/passwd", "/etc/passwd"):
    try:
        open(path)
    except OSError as e:
        print(e)
print(os.uname().sysname, os.uname()[0] == os.uname().sysname)
