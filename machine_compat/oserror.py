"""This file makes OSErrors that look as they do on a board: one argument, an errno and MicroPython's name for it.

CPython's own ``OSError(19)`` has errno None and reads "19"; two arguments would pick a subclass (``FileNotFoundError``)
and show in ``args``.
"""

from __future__ import annotations

from typing import Final

EPERM, ENOENT, EIO, EBADF, EAGAIN, ENOMEM, EACCES, EBUSY, EEXIST, ENODEV = 1, 2, 5, 9, 11, 12, 13, 16, 17, 19
ENOTDIR, EISDIR, EINVAL, ENOSPC, EROFS, ENAMETOOLONG, EOPNOTSUPP = 20, 21, 22, 28, 30, 36, 95
EADDRINUSE, ECONNABORTED, ECONNRESET, ENOBUFS, ENOTCONN, ETIMEDOUT = 98, 103, 104, 105, 107, 110
ECONNREFUSED, EHOSTUNREACH, EALREADY, EINPROGRESS = 111, 113, 114, 115
"""Linux's numbers on every port, whatever this computer's own are (py/mperrno.h)."""

NAMES: Final = {
    EPERM: "EPERM",
    ENOENT: "ENOENT",
    EIO: "EIO",
    EBADF: "EBADF",
    EAGAIN: "EAGAIN",
    ENOMEM: "ENOMEM",
    EACCES: "EACCES",
    EEXIST: "EEXIST",
    ENODEV: "ENODEV",
    EISDIR: "EISDIR",
    EINVAL: "EINVAL",
    EOPNOTSUPP: "EOPNOTSUPP",
    EADDRINUSE: "EADDRINUSE",
    ECONNABORTED: "ECONNABORTED",
    ECONNRESET: "ECONNRESET",
    ENOBUFS: "ENOBUFS",
    ENOTCONN: "ENOTCONN",
    ETIMEDOUT: "ETIMEDOUT",
    ECONNREFUSED: "ECONNREFUSED",
    EHOSTUNREACH: "EHOSTUNREACH",
    EALREADY: "EALREADY",
    EINPROGRESS: "EINPROGRESS",
}
"""The numbers that MicroPython can name (py/moderrno.c)."""


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
