# board: esp32
# An OSError made from a number knows its errno and its name; `except OSError` is what it always was.
import errno
from machine import I2C, SoftI2C, Pin

for number in (errno.ENODEV, 5, 110, 16, 9999):
    try:
        raise OSError(number)
    except OSError as e:
        print(e.errno, e.args, str(e), type(e) is OSError)

e = OSError("text", 2)
print(e.args)
print(OSError(19).errno == 19, isinstance(OSError(2), OSError), issubclass(OSError, Exception))


class BusError(OSError):
    pass


try:
    raise BusError(5)
except OSError as e:
    print(type(e).__name__, e.args)

for bus in (I2C(0), SoftI2C(22, 21)):
    try:
        bus.writeto(0x50, b"x")
    except OSError as e:
        print(e.errno == errno.ENODEV, e.args[0], e)

try:
    open("/nowhere.txt")
except OSError as e:
    print(e.errno, e)
