"""This file confines a board's scripts to its flash, a folder of this computer, and gives errors a board's numbers.

`/` is that folder, and so is `/flash` on boards that mount it there. Paths are put together by their text alone: `..`
takes a name off and stops at the root. A link is followed as long as it stays inside the folder. Whatever opens or
looks at a file of the board's asks here first.

# Ref: MicroPython extmod/vfs.c, extmod/vfs_lfsx.c (the file system of rp2 and esp32), lib/littlefs/lfs2.h
"""

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeVar

from machine_compat.oserror import NAMES, os_error

EPERM, ENOENT, EIO, EBADF, EACCES, ENODEV, EINVAL, ENAMETOOLONG = 1, 2, 5, 9, 13, 19, 22, 36

NAME_MAX = 255
"""The longest name of a file or folder in bytes (LFS2_NAME_MAX)."""

NUMBERS: Final = {name: number for number, name in NAMES.items()} | {
    "EBUSY": 16,
    "EXDEV": 18,
    "ENOTDIR": 20,
    "ENFILE": 23,
    "EMFILE": 24,
    "EFBIG": 27,
    "ENOSPC": 28,
    "EROFS": 30,
    "ENAMETOOLONG": ENAMETOOLONG,
    "ENOTEMPTY": 39,
    "ELOOP": 40,
}
"""A board's errno by name: Linux's, also where MicroPython has no name for it."""
OF_THIS_COMPUTER: Final = {getattr(errno, name): number for name, number in NUMBERS.items() if hasattr(errno, name)}
"""A board's errno by this computer's own, which differ on macOS and Windows."""

T = TypeVar("T")
BoardPath = str | bytes
Entry = tuple[BoardPath, int, int] | tuple[BoardPath, int, int, int]
"""What a folder holds: name, kind, 0, size in bytes. A mounted file system has no size."""


class FileSystem(Protocol):
    """What can be mounted beside the flash: `VfsFat`, or a class of the script's.

    Paths begin with a slash, or in the file system's own current directory.
    """

    def mount(self, readonly: object, mkfs: object, /) -> object: ...
    def umount(self) -> object: ...
    def open(self, path: BoardPath, mode: str, /) -> object: ...
    def chdir(self, path: BoardPath, /) -> object: ...
    def getcwd(self) -> str: ...
    def ilistdir(self, path: BoardPath, /) -> Iterator[Entry]: ...
    def mkdir(self, path: BoardPath, /) -> object: ...
    def remove(self, path: BoardPath, /) -> object: ...
    def rmdir(self, path: BoardPath, /) -> object: ...
    def rename(self, old: BoardPath, new: BoardPath, /) -> object: ...
    def stat(self, path: BoardPath, /) -> tuple[int, ...]: ...
    def statvfs(self, path: BoardPath, /) -> tuple[int, ...]: ...


class Mount(NamedTuple):
    """A file system, and where it is: a full path."""

    point: str
    system: FileSystem


class Owner(Protocol):
    """The board, as far as its flash is concerned."""

    @property
    def flash(self) -> Path | Callable[[], Path] | None: ...
    @property
    def flash_point(self) -> str: ...

    def singleton(self, key: tuple[object, ...], make: Callable[[], T], /) -> T: ...


class Flash:
    """The folder that stands for a board's flash, and the board's current directory.

    root: None is a board without flash, where every path raises OSError(ENODEV). The folder need not exist. point:
    another name for it, "/flash", under which the board knows it. mounts: the other file systems, in the order in which
    they are asked; one at "/" is the last and hides the folder. has_root: whether the folder is mounted. cwd: the
    current directory in the folder; current: the file system that it is on instead.
    """

    __slots__ = ("_root", "current", "cwd", "has_root", "mounts", "point")

    def __init__(self, root: Path | None, point: str = "") -> None:
        self._root = None if root is None else Path(os.path.realpath(root))
        self.point = point
        self.cwd = "/"
        self.has_root = True
        self.mounts: list[Mount] = []
        self.current: Mount | None = None

    def absolute(self, path: object) -> str:
        """The board's own full path, without `.` and `..`, of a str or bytes.

        Raises TypeError for any other type, OSError(EINVAL) for what no file system takes, OSError(ENAMETOOLONG).
        """
        text = text_of(path)
        parts: list[str] = []
        for part in (text if text.startswith("/") else f"{self.cwd}/{text}").split("/"):
            if part == "..":
                del parts[-1:]
            elif part not in ("", "."):
                parts.append(part)
        if self.point and self.has_root and text.startswith("/") and parts[:1] == [self.point[1:]]:
            del parts[0]
        for part in parts:
            if size_of(part) > NAME_MAX:
                raise os_error(ENAMETOOLONG)
        return "/" + "/".join(parts)

    def split(self, path: object) -> tuple[FileSystem | None, str]:
        """The file system that a path is on, and its path there: full, or from the file system's current directory.

        None: the folder, with the full path there, or the root, whatever is mounted there. Raises as `absolute`.
        """
        mount, inside = self.find(path)
        return (None if mount is None else mount.system), inside

    def find(self, path: object) -> tuple[Mount | None, str]:
        """As `split`, with where the file system is."""
        text = text_of(path)
        if self.current is not None and not text.startswith("/"):
            return self.current, text
        full = text if self.cwd == "/" or text.startswith("/") else ""
        if full.strip("/"):
            full = full if full.startswith("/") else f"/{full}"
            for mount in self.mounts:
                if mount.point == "/":
                    return mount, text
                if f"{full}/".startswith(f"{mount.point}/"):
                    return mount, full[len(mount.point) :] or "/"
        return None, self.absolute(text)

    @property
    def root(self) -> FileSystem | None:
        """What is mounted at "/" in place of the folder."""
        return next((mount.system for mount in self.mounts if mount.point == "/"), None)

    def resolve(self, path: object) -> Path:
        """Where a path of the board's is on this computer, whether it exists or not.

        Raises as `absolute` does, OSError(EACCES) for what a link leads out of the folder, OSError(ENODEV).
        """
        if self._root is None:
            raise noted(ENODEV, "this board has no flash: name a folder for it with --flash")
        inside = self.absolute(path)
        if not self.has_root:
            raise os_error(ENODEV)
        host = self._root / inside[1:]
        if not self.holds(host):
            raise noted(EACCES, f"{inside} leads out of the board's flash, {self._root}")
        return host

    def member(self, path: object) -> Path:
        """As `resolve`, for what can be made and removed: OSError(EPERM) for the root itself."""
        if self.absolute(path) == "/":
            raise os_error(EPERM)
        return self.resolve(path)

    def holds(self, host: Path) -> bool:
        """Whether a path of this computer's is in the folder, once its links are followed."""
        return self._root is not None and Path(os.path.realpath(host)).is_relative_to(self._root)

    def chdir(self, path: object) -> None:
        """Change the current directory; OSError(ENOENT) for anything but a folder."""
        mount, inside = self.find(path)
        if mount is not None:
            mount.system.chdir(inside)
        elif inside == "/" and self.root is not None:
            self.root.chdir(inside)
        elif inside != "/" and not os.path.isdir(self.resolve(inside)):
            raise os_error(ENOENT)
        self.cwd, self.current = ("/" if mount else inside), mount

    def getcwd(self) -> str:
        if self.current is None:
            return f"{self.point}{self.cwd}".rstrip("/") or "/"
        inside = self.current.system.getcwd()
        if self.current.point == "/":
            return inside
        return self.current.point + ("" if inside == "/" else inside)


def mounted(board: Owner) -> Flash:
    """The flash of a board; a reset begins again in its root."""
    return board.singleton(
        ("flash",), lambda: Flash(board.flash() if callable(board.flash) else board.flash, board.flash_point)
    )


@contextmanager
def board_errors() -> Iterator[None]:
    """Turn this computer's errors about files into those of a board."""
    try:
        yield
    except io.UnsupportedOperation as error:
        raise os_error(EBADF) from error
    except OSError as error:
        if error.args == (error.errno,):
            raise  # a board's already
        raise os_error(OF_THIS_COMPUTER.get(error.errno or 0, EIO)) from error


def text_of(path: object) -> str:
    """A path as str. Bytes that are no UTF-8 become lone surrogates, as in names that this computer lists."""
    if isinstance(path, bytes):
        path = path.decode("utf-8", "surrogateescape")
    if not isinstance(path, str):
        raise TypeError(f"can't convert '{type(path).__name__}' object to str implicitly")
    if "\0" in path:
        raise os_error(EINVAL)
    return path


def named(name: str, path: BoardPath) -> BoardPath:
    """A name that is listed, of the type of the path that was asked for."""
    return os.fsencode(name) if isinstance(path, bytes) else name


def size_of(name: str) -> int:
    try:
        return len(name.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        raise os_error(EINVAL) from None


def noted(number: int, note: str) -> OSError:
    error = os_error(number)
    error.add_note(note)
    return error
