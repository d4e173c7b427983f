# A stream written in Python can be printed to and read from.
import io


class Log(io.IOBase):
    def __init__(self):
        self.data = b""

    def write(self, buf):
        self.data += bytes(buf)
        return len(buf)

    def readinto(self, buf):
        part, self.data = self.data[: len(buf)], self.data[len(buf) :]
        buf[: len(part)] = part
        return len(part)


log = Log()
print("hello", 5, file=log)
print(log.data)
import json

json.dump([1, 2], log)
print(log.data)
