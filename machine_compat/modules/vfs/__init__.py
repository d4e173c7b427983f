"""`vfs`: file systems on block devices, and where they are mounted beside the board's flash.

# Ref: MicroPython extmod/modvfs.c, extmod/vfs.c
"""

from typing import cast

from machine_compat.board import Board
from machine_compat.flash import FileSystem, mounted, text_of
from machine_compat.machine.peripheral import made_for
from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat import VfsFat
from machine_compat.modules.vfs.littlefs import VfsLfs2
from machine_compat.oserror import os_error

EPERM, EINVAL = 1, 22
SIGNATURE = b"littlefs"
"""What a block of littlefs has 8 bytes after its beginning (extmod/vfs.c, mp_vfs_autodetect)."""


def names(board: Board) -> dict[str, object]:
    table = Mounts(board)
    return {
        "VfsFat": table.fat,
        "VfsLfs2": table.littlefs,
        "mount": table.mount,
        "umount": table.umount,
    }


class Mounts:
    """The functions of `vfs` for one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.fat = made_for(board, VfsFat, "vfs")
        self.littlefs = made_for(board, VfsLfs2, "vfs")

    def mount(
        self, fsobj: object = None, mount_point: str | None = None, /, *, readonly: bool = False, mkfs: bool = False
    ) -> list[tuple[object, str]] | None:
        """Mount a file system, or the one that is on a block device; without arguments list what is mounted.

        Raises OSError: EPERM where something is mounted already, ENODEV for a device without a file system.
        """
        flash = mounted(self._board)
        if fsobj is None or mount_point is None:
            return [(system, point) for point, system in flash.mounts.items()]
        point = flash.absolute(text_of(mount_point))
        system = fsobj if hasattr(fsobj, "mount") else self._detected(fsobj)
        if point in flash.mounts or (point == "/" and flash.has_root):
            raise os_error(EPERM)
        # A class of the script's may have any methods; those it lacks are missed when they are used.
        system.mount(bool(readonly), bool(mkfs))
        flash.mounts[point] = cast(FileSystem, system)
        return None

    def _detected(self, device: object) -> VfsFat | VfsLfs2:
        """The file system that a block device holds."""
        blocks = BlockDevice(device)
        blocks.start()
        for block in (0, 1):
            if blocks.read(block)[8 : 8 + len(SIGNATURE)] == SIGNATURE:
                return self.littlefs(device)
        return self.fat(device)

    def umount(self, mount_point: object, /) -> None:
        """Take away what is mounted somewhere, or a file system wherever it is; OSError EINVAL for neither."""
        flash = mounted(self._board)
        if isinstance(mount_point, str):
            point: str | None = flash.absolute(mount_point)
        else:
            point = next((point for point, system in flash.mounts.items() if system is mount_point), None)
        if point == "/" and point not in flash.mounts and flash.has_root:
            flash.has_root = False
        elif point is None or point not in flash.mounts:
            raise os_error(EINVAL)
        else:
            system = flash.mounts.pop(point)
            getattr(system, "umount", lambda: None)()
        if point != "/" and (flash.cwd == point or flash.cwd.startswith(f"{point}/")):
            flash.cwd = "/"
