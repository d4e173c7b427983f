"""`vfs`: file systems on block devices, and where they are mounted beside the board's flash.

# Ref: MicroPython extmod/modvfs.c, extmod/vfs.c
"""

from contextlib import suppress
from typing import Any, cast

from machine_compat.board import Board
from machine_compat.flash import FileSystem, Mount, mounted, noted, text_of
from machine_compat.machine.peripheral import made_for
from machine_compat.modules.vfs.device import BlockDevice
from machine_compat.modules.vfs.fat import VfsFat
from machine_compat.modules.vfs.littlefs import VfsLfs2
from machine_compat.modules.vfs.rom import VfsRom
from machine_compat.oserror import os_error

EPERM, ENODEV, EINVAL = 1, 19, 22
SIGNATURE = b"littlefs"
"""What a block of littlefs has after its beginning: version 2 after 8 bytes, version 1 after 40 (extmod/vfs.c)."""
SIGNED = 44
NOTHING: Any = object()


def names(board: Board) -> dict[str, object]:
    table = Mounts(board)
    every = {
        "VfsFat": table.fat,
        "VfsLfs2": table.littlefs,
        "VfsRom": made_for(board, VfsRom, "vfs"),
        "mount": table.mount,
        "umount": table.umount,
    }
    lacking = board.lacking("vfs")
    return {name: value for name, value in every.items() if name not in lacking}


class Mounts:
    """The functions of `vfs` for one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.fat = made_for(board, VfsFat, "vfs")
        self.littlefs = made_for(board, VfsLfs2, "vfs")

    def mount(
        self,
        fsobj: object = NOTHING,
        mount_point: object = NOTHING,
        /,
        *,
        readonly: object = False,
        mkfs: object = False,
    ) -> list[tuple[object, str]] | None:
        """Mount a file system, or the one that is on a block device; without arguments list what is mounted.

        Raises OSError: EPERM where something is mounted already, ENODEV for a device without a file system.
        """
        flash = mounted(self._board)
        if fsobj is NOTHING:
            return [(mount.system, mount.point) for mount in flash.mounts]
        if mount_point is NOTHING:
            raise TypeError("function missing 1 required positional arguments")
        point = flash.absolute(text_of(mount_point))
        found: object = fsobj if hasattr(fsobj, "mount") else self._detected(fsobj)
        # A class of the script's may have any methods; those it lacks are missed when they are used.
        system = cast(FileSystem, found)
        system.mount(readonly, mkfs)
        inside, _ = flash.find(point)
        if inside is not None and inside.point != "/":
            raise os_error(EPERM)
        # What is at the root is asked last.
        roots = [mount for mount in flash.mounts if mount.point == "/"]
        flash.mounts.insert(len(flash.mounts) - len(roots), Mount(point, system))
        return None

    def _detected(self, device: object) -> VfsFat | VfsLfs2:
        """The file system that a block device holds: littlefs by its signature, else FAT."""
        blocks = BlockDevice(device)
        blocks.start()
        for block in (0, 1):
            start = b""
            # Devices without littlefs need not read parts of a block.
            with suppress(Exception):
                start = blocks.read_part(block, 8, SIGNED)
            if start.startswith(SIGNATURE):
                with suppress(OSError):
                    return self.littlefs(device)
            elif start[32:].startswith(SIGNATURE):
                raise noted(ENODEV, "this is littlefs version 1: VfsLfs1 is not there; format the device with VfsLfs2")
        return self.fat(device)

    def umount(self, mount_point: object, /) -> None:
        """Take away what is mounted somewhere, or a file system wherever it is; OSError EINVAL for neither."""
        flash = mounted(self._board)
        point = flash.absolute(mount_point) if isinstance(mount_point, str) else None
        mount = next((mount for mount in flash.mounts if mount_point is mount.system or point == mount.point), None)
        if mount is not None:
            flash.mounts = [other for other in flash.mounts if other is not mount]
            if flash.current is mount:
                flash.current = None
            mount.system.umount()
        elif point == "/" and flash.has_root:
            flash.has_root = False
            flash.cwd = "/"
        else:
            raise os_error(EINVAL)
