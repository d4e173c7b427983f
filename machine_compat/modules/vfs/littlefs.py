"""`vfs.VfsLfs2`: littlefs version 2 on a block device, by the package littlefs-python, which is littlefs itself.

# Ref: MicroPython extmod/vfs_lfs.c, extmod/vfs_lfsx.c, extmod/vfs_lfsx_file.c
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from machine_compat.flash import Entry
from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.modules.opened_file import Opened, opened
from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.oserror import os_error

if TYPE_CHECKING:
    from littlefs.context import UserContext

ENOENT, EROFS = 2, 30
FOLDER, FILE = 0x4000, 0x8000
TIME = 1
"""The attribute in which MicroPython keeps when a file was changed: ns since 1970, 8 bytes."""


class VfsLfs2(Peripheral):
    """VfsLfs2(block_dev, readsize=32, progsize=32, lookahead=32, mtime=True)

    Raises OSError 84 (LFS2_ERR_CORRUPT) for a device without littlefs 2, ImportError without the package
    littlefs-python.
    """

    def __init__(
        self, block_dev: object, /, readsize: int = 32, progsize: int = 32, lookahead: int = 32, mtime: bool = True
    ) -> None:
        self._mtime = bool(mtime)
        self._readonly = False
        self._device, self._files = _filesystem(block_dev, readsize, progsize, lookahead)
        self._device.start()
        with lfs_errors():
            self._files.mount()

    @staticmethod
    def mkfs(block_dev: object, /, readsize: int = 32, progsize: int = 32, lookahead: int = 32) -> None:
        """Make an empty file system on a block device. What was on it is lost."""
        device, files = _filesystem(block_dev, readsize, progsize, lookahead)
        device.start()
        with lfs_errors():
            files.format()

    def mount(self, readonly: bool, mkfs: bool, /) -> None:
        self._readonly = bool(readonly)

    def umount(self) -> None:
        self._device.sync()

    def _writing(self) -> Any:
        if self._readonly:
            raise os_error(EROFS)
        return self._files

    # ---- files

    def open(self, path: str, mode: str = "r", /) -> Opened:
        """Open a file; OSError ENOENT, EEXIST, EISDIR, EROFS."""
        return opened(mode, lambda how: self._binary(path, how))

    def _binary(self, path: str, how: str) -> BinaryIO:
        files = self._files if how == "rb" else self._writing()
        with lfs_errors():
            if how[0] == "a" and not self._exists(path):
                files.open(path, "xb", buffering=0).close()  # the package's own "a" makes no file
            raw = files.open(path, how, buffering=0)
        written = None if how == "rb" or not self._mtime else lambda: self._touch(path)
        content = Content(raw, written)
        if "+" in how:
            return cast(BinaryIO, io.BufferedRandom(content))
        return cast(BinaryIO, io.BufferedReader(content) if how == "rb" else io.BufferedWriter(content))

    def _exists(self, path: str) -> bool:
        try:
            self._files.stat(path)
        except Exception as error:
            if getattr(error, "code", None) == -ENOENT:
                return False
            raise
        return True

    def _touch(self, path: str) -> None:
        now = self._board.backend.rtc().read()
        self._files.setattr(path, TIME, now.to_bytes(8, "little"))

    def remove(self, path: str, /) -> None:
        """Remove a file or an empty folder."""
        with lfs_errors():
            self._writing().remove(path)

    rmdir = remove

    def rename(self, old: str, new: str, /) -> None:
        with lfs_errors():
            self._writing().rename(old, new)

    # ---- folders

    def ilistdir(self, path: str = "/", /) -> Iterator[Entry]:
        """(name, kind, 0, size) of all in a folder."""
        with lfs_errors():
            found = list(self._files.scandir(path))
        return iter([(entry.name, FOLDER if entry.type == 2 else FILE, 0, entry.size) for entry in found])

    def mkdir(self, path: str, /) -> None:
        with lfs_errors():
            self._writing().mkdir(path)

    def stat(self, path: str, /) -> tuple[int, ...]:
        with lfs_errors():
            found = self._files.stat(path)
        if found.type == 2:
            return (FOLDER, *(0,) * 9)
        ns = 0
        with suppress(OSError), lfs_errors():  # it may have been written without a time
            ns = int.from_bytes(self._files.getattr(path, TIME), "little")
        changed = max(0, ns // 1_000_000_000 - _epoch_s(self._board.port.epoch_year))
        return (FILE, 0, 0, 0, 0, 0, found.size, changed, changed, changed)

    def statvfs(self, path: str = "/", /) -> tuple[int, ...]:
        """(block, block, blocks, free, free, 0, 0, 0, 0, longest name)"""
        with lfs_errors():
            free = self._files.block_count - self._files.used_block_count
        return (self._device.size, self._device.size, self._files.block_count, free, free, 0, 0, 0, 0, 255)


class Context:
    """What littlefs does with the blocks of a device."""

    def __init__(self, device: BlockDevice) -> None:
        self._device = device

    def read(self, cfg: object, block: int, off: int, size: int) -> bytearray:
        return bytearray(self._device.read_part(block, off, size))

    def prog(self, cfg: object, block: int, off: int, data: bytes) -> int:
        self._device.write_part(block, off, bytes(data))
        return 0

    def erase(self, cfg: object, block: int) -> int:
        self._device.erase(block)
        return 0

    def sync(self, cfg: object) -> int:
        self._device.sync()
        return 0


class Content(io.RawIOBase):
    """An open file of littlefs. written: called when it is closed after a change."""

    def __init__(self, raw: Any, written: Callable[[], None] | None) -> None:
        super().__init__()
        self._raw = raw
        self._written = written
        self._changed = False

    def readable(self) -> bool:
        return bool(self._raw.readable())

    def writable(self) -> bool:
        return bool(self._raw.writable())

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        with lfs_errors():
            return to_int(self._raw.readinto(buffer))

    def write(self, data: Any, /) -> int:
        self._changed = True
        with lfs_errors():
            return to_int(self._raw.write(bytes(data)))

    def seek(self, offset: int, whence: int = 0, /) -> int:
        with lfs_errors():
            return to_int(self._raw.seek(offset, whence))

    def tell(self) -> int:
        return to_int(self._raw.tell())

    def flush(self) -> None:
        super().flush()
        if self._changed:
            with lfs_errors():
                self._raw.flush()

    def close(self) -> None:
        if not self.closed:
            super().close()
            with lfs_errors():
                self._raw.close()
                if self._changed and self._written is not None:
                    self._written()


def _filesystem(block_dev: object, readsize: int, progsize: int, lookahead: int) -> tuple[BlockDevice, Any]:
    """A device, and littlefs on it, not mounted yet."""
    try:
        from littlefs import LittleFS
    except ImportError as error:
        raise ImportError(
            "VfsLfs2 needs littlefs-python: pip install machine-compat[littlefs]", name="littlefs"
        ) from error
    device = BlockDevice(block_dev)

    files = LittleFS(
        cast("UserContext", Context(device)),
        mount=False,
        block_size=device.size,
        block_count=device.count,
        read_size=readsize,
        prog_size=progsize,
        cache_size=min(device.size, 4 * max(readsize, progsize)),
        lookahead_size=lookahead,
    )
    return device, files


@contextmanager
def lfs_errors() -> Iterator[None]:
    """Turn littlefs's errors into a board's."""
    try:
        yield
    except Exception as error:
        # Some of the package's are Python's, made from its own; its numbers are Linux's, below 0 (lfs2.h).
        code = getattr(error, "code", None) or getattr(error.__cause__, "code", None)
        if code is None:
            raise
        raise os_error(-int(code)) from error


def _epoch_s(year: int) -> int:
    return int((datetime(year, 1, 1) - datetime(1970, 1, 1)).total_seconds())
