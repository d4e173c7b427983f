"""`os` for scripts: the board's name, and the files of its flash.

# Ref: MicroPython extmod/modos.c, extmod/vfs.c, extmod/vfs_lfsx.c
"""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from machine_compat.board import Board
from machine_compat.flash import NAME_MAX, BoardPath, Entry, Flash, board_errors, mounted, named, text_of
from machine_compat.machine.peripheral import to_int
from machine_compat.modules import vfs
from machine_compat.oserror import os_error

EPERM, EEXIST = 1, 17
RELEASE = "1.29.0"
BUILT = "2026-08-19"
"""The date of the MicroPython whose behaviour this library follows."""
FOLDER, FILE = 0x4000, 0x8000
"""The kinds in `stat` and `ilistdir` (MP_S_IFDIR, MP_S_IFREG)."""
BLOCK = 4096
"""Bytes of a flash sector, what `statvfs` counts in."""
PATH_MAX = 512
"""The longest path that `statvfs` tells where nothing is mounted (MICROPY_ALLOC_PATH_MAX)."""

OWN = (
    "chdir", "dupterm", "dupterm_notify", "getcwd", "ilistdir", "listdir", "mkdir", "remove", "rename", "rmdir", "stat",
    "statvfs", "sync", "uname", "urandom",
)  # fmt: skip


def names(board: Board) -> dict[str, object]:
    system = System(board)
    own: dict[str, object] = {name: getattr(system, name) for name in OWN}
    # Until 1.24 `vfs` was part of it, and its names are there still, but for a later one.
    of_vfs = {name: value for name, value in vfs.names(board).items() if name != "VfsRom"}
    return own | of_vfs | {"sep": "/", "unlink": system.remove}


class Uname(NamedTuple):
    """What `uname` returns."""

    sysname: str
    nodename: str
    release: str
    version: str
    machine: str

    def __repr__(self) -> str:
        return f"({', '.join(f'{name}={value!r}' for name, value in zip(self._fields, self, strict=True))})"


class System:
    """The functions of `os` for one board. Those that take a path raise OSError as `machine_compat.flash` says."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._epoch = int((datetime(board.port.epoch_year, 1, 1) - datetime(1970, 1, 1)).total_seconds())

    # ---- the board

    def uname(self) -> Uname:
        platform = self._board.port.platform
        return Uname(platform, platform, RELEASE, f"v{RELEASE} on {BUILT}", self._board.profile.machine)

    def urandom(self, size: int, /) -> bytes:
        """Random bytes, this computer's."""
        return os.urandom(to_int(size))

    def dupterm(self, stream: object, index: int = 0, /) -> None:
        """Accepted: the terminal stays this computer's alone."""

    def dupterm_notify(self, stream: object, /) -> None:
        """Accepted, as `dupterm` is."""

    # ---- folders

    def getcwd(self) -> str:
        return mounted(self._board).getcwd()

    def chdir(self, path: BoardPath, /) -> None:
        """Change the current directory; OSError(ENOENT) unless it is a folder."""
        mounted(self._board).chdir(path)

    def listdir(self, path: BoardPath = "", /) -> list[BoardPath]:
        """The names in a folder, in order; bytes when the path is bytes."""
        return [entry[0] for entry in self.ilistdir(path)]

    def ilistdir(self, path: BoardPath = "", /) -> Iterator[Entry]:
        """(name, kind, 0, size in bytes) of all in a folder, as of now; OSError(ENOENT), OSError(ENOTDIR).

        Mounted file systems come first in the root, with three items; this is an iterator of the file system's own.
        """
        flash = mounted(self._board)
        system, inside = flash.split(path)
        if system is not None:
            return system.ilistdir(like(inside, path))
        points = mount_points(flash, path) if inside == "/" else []
        if inside == "/" and flash.root is not None:
            return chain(points, flash.root.ilistdir("/"))
        if inside != "/" or flash.has_root:
            points += self._of_folder(flash, path)
        return iter(points)

    def _of_folder(self, flash: Flash, path: BoardPath) -> list[Entry]:
        folder = flash.resolve(path)
        entries: list[Entry] = []
        with board_errors():
            for name in sorted(os.listdir(folder), key=os.fsencode):
                host = folder / name
                # What leads out of the flash, or nowhere, cannot be opened: it is not there.
                if not (flash.holds(host) and host.exists()):
                    continue
                kind, size = kind_and_size(host.stat())
                entries.append((named(name, path), kind, 0, size))
        return entries

    def mkdir(self, path: BoardPath, /) -> None:
        """Make a folder; OSError(EEXIST) where there is something, OSError(ENOENT) where there is no parent."""
        flash = mounted(self._board)
        system, inside = flash.split(path)
        if inside == "/":
            raise os_error(EEXIST)
        if system is not None:
            system.mkdir(like(inside, path))
            return
        host = flash.resolve(path)
        with board_errors():
            host.mkdir()

    # ---- files

    def stat(self, path: BoardPath, /) -> tuple[int, ...]:
        """(kind, 0, 0, 0, 0, 0, size in bytes, and three times the last change in s since the port's epoch)"""
        flash = mounted(self._board)
        system, inside = flash.split(path)
        if system is not None:
            return system.stat(like(inside, path))
        if inside == "/":
            return (FOLDER, *(0,) * 9)
        host = flash.resolve(path)
        with board_errors():
            found = host.stat()
        kind, size = kind_and_size(found)
        changed = max(0, int(found.st_mtime) - self._epoch)
        return (kind, 0, 0, 0, 0, 0, size, changed, changed, changed)

    def statvfs(self, path: BoardPath, /) -> tuple[int, ...]:
        """(block, block, blocks, free, free, 0, 0, 0, 0, longest name) of the disk that the flash folder is on."""
        flash = mounted(self._board)
        system, inside = flash.split(path)
        if system is not None:
            return system.statvfs(like(inside, path))
        if inside == "/" and flash.root is not None:
            return flash.root.statvfs(inside)
        if inside == "/" and not flash.has_root:
            return (*(0,) * 9, PATH_MAX)
        root = flash.resolve("/")
        with board_errors():
            disk = shutil.disk_usage(root)
        free = disk.free // BLOCK
        return (BLOCK, BLOCK, disk.total // BLOCK, free, free, 0, 0, 0, 0, NAME_MAX)

    def remove(self, path: BoardPath, /) -> None:
        """Remove a file or an empty folder; OSError(ENOENT), errno 39 for a folder that is not empty."""
        flash = mounted(self._board)
        system, inside = flash.split(path)
        if system is None:
            remove_host(flash.member(path))
        else:
            system.remove(like(inside, path))

    def rmdir(self, path: BoardPath, /) -> None:
        """Remove an empty folder, and on littlefs a file as well."""
        flash = mounted(self._board)
        system, inside = flash.split(path)
        if system is None:
            remove_host(flash.member(path))
        else:
            system.rmdir(like(inside, path))

    def rename(self, old: BoardPath, new: BoardPath, /) -> None:
        """Move a file or folder, replacing a file or an empty folder of the new name."""
        flash = mounted(self._board)
        (system, inside), (other, there) = flash.split(old), flash.split(new)
        if system is not other:
            raise os_error(EPERM)
        if system is not None:
            system.rename(like(inside, old), like(there, new))
            return
        before, after = flash.member(old), flash.member(new)
        with board_errors():
            before.replace(after)

    def sync(self) -> None:
        """Nothing to do: what was flushed is with this computer already."""


def like(inside: str, path: BoardPath) -> BoardPath:
    """A path on a mounted file system, of the type of the script's."""
    return inside.encode("utf-8", "surrogateescape") if isinstance(path, bytes) else inside


def mount_points(flash: Flash, path: BoardPath) -> list[Entry]:
    """The mounted file systems, as the root lists them; the one that is the root has no name there."""
    # Of the root a board lists the flash as well; here that is also the root's own name.
    points = [flash.point] if flash.point and flash.has_root and text_of(path).rstrip("/") == "" and path else []
    points += [mount.point for mount in flash.mounts if mount.point != "/"]
    return [(named(point[1:], path), FOLDER, 0) for point in points]


def remove_host(host: Path) -> None:
    """Remove a file or an empty folder of this computer."""
    with board_errors():
        if host.is_dir() and not host.is_symlink():
            host.rmdir()
        else:
            host.unlink()


def kind_and_size(found: os.stat_result) -> tuple[int, int]:
    return (FOLDER, 0) if stat.S_ISDIR(found.st_mode) else (FILE, found.st_size)
