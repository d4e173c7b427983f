# OSError from a number, a text, and several; subclasses are caught by it.
import errno

for number in (errno.ENOENT, errno.ETIMEDOUT, 5, 19, 107, 12345, -5):
    e = OSError(number)
    print(e.errno, e.args, str(e), type(e).__name__)
print(str(OSError("text")), OSError("text").errno, OSError("a", "b").args, OSError().args, str(OSError()))


class Mine(OSError):
    pass


try:
    raise Mine(5)
except OSError as e:
    print(type(e).__name__, e.args)
print(errno.errorcode[5], errno.errorcode[19], errno.EAGAIN, errno.EINVAL)
try:
    raise OSError(errno.EIO) from None
except Exception as e:
    print(isinstance(e, OSError), e.errno == errno.EIO)
