"""`vfs.VfsLfs2`: littlefs version 2 on a block device, by the package littlefs-python, which is littlefs itself.

# Ref: MicroPython extmod/vfs_lfs.c, extmod/vfs_lfsx.c, extmod/vfs_lfsx_file.c
"""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from machine_compat.flash import BoardPath, Entry, named, text_of
from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.modules.opened_file import Opened, opened
from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.littlefs_device import Context
from machine_compat.oserror import os_error

if TYPE_CHECKING:
    from littlefs.context import UserContext

ENOENT, EROFS = 2, 30
FOLDER, FILE = 0x4000, 0x8000
TIME = 1
"""The attribute in which MicroPython keeps when a file was changed: ns since 1970, 8 bytes."""
Operation = Callable[[], AbstractContextManager[None]]


class VfsLfs2(Peripheral):
    """VfsLfs2(block_dev, readsize=32, progsize=32, lookahead=32, mtime=True)

    Raises OSError 84 (LFS2_ERR_CORRUPT) for a device without littlefs 2, ValueError for blocks of less than 128 bytes,
    ImportError without the package littlefs-python.
    """

    def __init__(
        self, block_dev: object, /, *, readsize: int = 32, progsize: int = 32, lookahead: int = 32, mtime: bool = True
    ) -> None:
        self._mtime = bool(mtime)
        self._cwd = "/"
        self._device, self._files, self._operation = _filesystem(block_dev, readsize, progsize, lookahead)
        self._readonly = not self._device.writable
        self._device.start()
        with self._operation():
            self._files.mount()

    @staticmethod
    def mkfs(
        block_dev: object, /, *, readsize: int = 32, progsize: int = 32, lookahead: int = 32, mtime: bool = True
    ) -> None:
        """Make an empty file system on a block device. What was on it is lost."""
        device, files, operation = _filesystem(block_dev, readsize, progsize, lookahead)
        device.start()
        with operation():
            files.format()

    def mount(self, readonly: object, mkfs: object, /) -> None:
        if readonly:
            self._readonly = True

    def umount(self) -> None:
        self._device.sync()

    def _writing(self) -> Any:
        if self._readonly:
            raise os_error(EROFS)
        return self._files

    def _full(self, path: BoardPath) -> str:
        """A path from the root, without `.` and `..`."""
        text = text_of(path)
        names: list[str] = []
        for name in (text if text.startswith("/") else f"{self._cwd}/{text}").split("/"):
            if name == "..":
                del names[-1:]
            elif name not in ("", "."):
                names.append(name)
        return "/" + "/".join(names)

    # ---- files

    def open(self, path: BoardPath, mode: str = "r", /) -> Opened:
        """Open a file; OSError ENOENT, EEXIST, EISDIR, EROFS."""
        return opened(mode, lambda how: self._binary(self._full(path), how))

    def _binary(self, path: str, how: str) -> BinaryIO:
        files = self._files if how == "rb" else self._writing()
        with self._operation():
            new = how != "rb" and not self._exists(path)
            if how[0] == "a" and new:
                files.open(path, "xb", buffering=0).close()  # the package's own "a" makes no file
            raw = files.open(path, how, buffering=0)
        written = None if how == "rb" or not self._mtime else lambda: self._touch(path)
        content = Content(raw, self._operation, written, changed=new or how[0] == "w")
        # Lines are read a byte at a time otherwise.
        return cast(BinaryIO, io.BufferedReader(content) if how == "rb" else content)

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

    def remove(self, path: BoardPath, /) -> None:
        """Remove a file or an empty folder."""
        with self._operation():
            self._writing().remove(self._full(path))

    rmdir = remove

    def rename(self, old: BoardPath, new: BoardPath, /) -> None:
        with self._operation():
            self._writing().rename(self._full(old), self._full(new))

    # ---- folders

    def chdir(self, path: BoardPath, /) -> None:
        """The folder in which paths without a slash begin; OSError ENOENT for what is no folder."""
        full = self._full(path)
        if full != "/":
            with self._operation():
                found = self._files.stat(full)
            if found.type != 2:
                raise os_error(ENOENT)
        self._cwd = full

    def getcwd(self) -> str:
        return self._cwd

    def ilistdir(self, path: BoardPath = "", /) -> Iterator[Entry]:
        """(name, kind, 0, size) of all in a folder; names are bytes where the path is."""
        with self._operation():
            found = list(self._files.scandir(self._full(path)))
        kinds = [FOLDER if entry.type == 2 else FILE for entry in found]
        return iter([(named(entry.name, path), kind, 0, entry.size) for entry, kind in zip(found, kinds, strict=True)])

    def mkdir(self, path: BoardPath, /) -> None:
        with self._operation():
            self._writing().mkdir(self._full(path))

    def stat(self, path: BoardPath, /) -> tuple[int, ...]:
        """(kind, 0, 0, 0, 0, 0, size in bytes, and three times the last change in s since the port's epoch)"""
        full = self._full(path)
        with self._operation():
            found = self._files.stat(full)
        if found.type == 2:
            return (FOLDER, *(0,) * 9)
        ns = 0
        with suppress(OSError), self._operation():  # it may have been written without a time
            ns = int.from_bytes(self._files.getattr(full, TIME), "little")
        changed = max(0, ns // 1_000_000_000 - _epoch_s(self._board.port.epoch_year))
        return (FILE, 0, 0, 0, 0, 0, found.size, changed, changed, changed)

    def statvfs(self, path: BoardPath, /) -> tuple[int, ...]:
        """(block, block, blocks, free, free, 0, 0, 0, 0, longest name)"""
        with self._operation():
            free = self._files.block_count - self._files.used_block_count
        return (self._device.size, self._device.size, self._files.block_count, free, free, 0, 0, 0, 0, 255)


class Content(io.RawIOBase):
    """An open file of littlefs. written: called when it is closed after a change; changed: it is new."""

    def __init__(self, raw: Any, operation: Operation, written: Callable[[], None] | None, changed: bool) -> None:
        super().__init__()
        self._raw = raw
        self._operation = operation
        self._written = written
        self._changed = changed

    def readable(self) -> bool:
        return bool(self._raw.readable())

    def writable(self) -> bool:
        return bool(self._raw.writable())

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        with self._operation():
            return to_int(self._raw.readinto(buffer))

    def write(self, data: Any, /) -> int:
        self._changed = True
        with self._operation():
            return to_int(self._raw.write(bytes(data)))

    def seek(self, offset: int, whence: int = 0, /) -> int:
        with self._operation():
            return to_int(self._raw.seek(offset, whence))

    def tell(self) -> int:
        return to_int(self._raw.tell())

    def flush(self) -> None:
        super().flush()
        if self._changed:
            with self._operation():
                self._raw.flush()

    def close(self) -> None:
        if not self.closed:
            super().close()
            with self._operation():
                self._raw.close()
                if self._changed and self._written is not None:
                    self._written()


def _filesystem(block_dev: object, readsize: int, progsize: int, lookahead: int) -> tuple[BlockDevice, Any, Operation]:
    """A device, littlefs on it, not mounted yet, and what goes around its uses."""
    try:
        from littlefs import LittleFS
    except ImportError as error:
        raise ImportError(
            "VfsLfs2 needs littlefs-python: pip install machine-compat[littlefs]", name="littlefs"
        ) from error
    device = BlockDevice(block_dev)
    context = Context(device)
    files = LittleFS(
        cast("UserContext", context),
        mount=False,
        block_size=device.size,
        block_count=device.count,
        read_size=readsize,
        prog_size=progsize,
        cache_size=min(device.size, 4 * max(readsize, progsize)),
        lookahead_size=lookahead,
        block_cycles=100,
    )
    return device, files, context.operation


def _epoch_s(year: int) -> int:
    return int((datetime(year, 1, 1) - datetime(1970, 1, 1)).total_seconds())
