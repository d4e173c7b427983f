"""This file is what littlefs does with the blocks of a device, and the errors that come of it.

# Ref: MicroPython extmod/vfs_lfsx.c (dev_read, dev_prog, dev_erase, dev_sync); littlefs lfs2.h (error codes)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.oserror import os_error

EIO = 5


class Context:
    """The functions that littlefs calls.

    The package can pass no error of a read on to littlefs, and no exception at all. So the first one is kept until the
    operation is over, and until then nothing is written: what littlefs makes of a block that could not be read is lost.
    """

    def __init__(self, device: BlockDevice) -> None:
        self._device = device
        self._failure: BaseException | None = None

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Around each use of littlefs: its errors, and those of the device, as a board raises them."""
        self._failure = None
        error: Exception | None = None
        try:
            yield
        except Exception as caught:
            error = caught
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        if error is not None:
            raise _of_littlefs(error) from error

    def read(self, cfg: object, block: int, off: int, size: int) -> bytearray:
        data = bytearray(size)

        def fill() -> None:
            data[:] = self._device.read_part(block, off, size)

        self._try(fill)
        return data

    def prog(self, cfg: object, block: int, off: int, data: bytes) -> int:
        return self._try(lambda: self._device.write_part(block, off, bytes(data)))

    def erase(self, cfg: object, block: int) -> int:
        return self._try(lambda: self._device.erase(block))

    def sync(self, cfg: object) -> int:
        return self._try(self._device.sync)

    def _try(self, action: Callable[[], None]) -> int:
        """littlefs's answer: 0, or an error below it."""
        if self._failure is None:
            try:
                action()
            except BaseException as error:
                self._failure = error
        return 0 if self._failure is None else -EIO


def _of_littlefs(error: Exception) -> Exception:
    """An error of the package's as a board's."""
    # Some are Python's, made from its own; its numbers are Linux's, below 0.
    code = getattr(error, "code", None) or getattr(error.__cause__, "code", None)
    return error if code is None else os_error(-int(code))
