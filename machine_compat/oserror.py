"""This file makes OSErrors that look as they do on a board: one argument, an errno and MicroPython's name for it.

CPython's own ``OSError(19)`` has errno None and reads "19"; two arguments would pick a subclass (``FileNotFoundError``)
and show in ``args``.
"""

from __future__ import annotations

from typing import Final

NAMES: Final = {
    1: "EPERM",
    2: "ENOENT",
    5: "EIO",
    9: "EBADF",
    11: "EAGAIN",
    12: "ENOMEM",
    13: "EACCES",
    17: "EEXIST",
    19: "ENODEV",
    21: "EISDIR",
    22: "EINVAL",
    95: "EOPNOTSUPP",
    98: "EADDRINUSE",
    103: "ECONNABORTED",
    104: "ECONNRESET",
    105: "ENOBUFS",
    107: "ENOTCONN",
    110: "ETIMEDOUT",
    111: "ECONNREFUSED",
    113: "EHOSTUNREACH",
    114: "EALREADY",
    115: "EINPROGRESS",
}
"""The numbers MicroPython can name: Linux's on every port, whatever this computer's own are (py/moderrno.c)."""


def os_error(number: int) -> OSError:
    """An instance of exactly OSError with ``errno == args[0] == number``.

    Its text is "[Errno 19] ENODEV", or just the number where MicroPython has no name for it (py/objexcept.c).
    """
    error = OSError(number)
    error.errno = number
    name = NAMES.get(number)
    if name is not None:
        error.strerror = name
    return error
