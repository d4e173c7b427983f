"""This file copies the modules on a mounted file system to this computer, from where they are loaded."""

import weakref
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from machine_compat.flash import FileSystem

FOLDER = 0x4000
DEEPEST = 8
"""How many folders are in one another at most, so that a file system that is broken does not go on for ever."""


class Mirror:
    """Copies of folders of mounted file systems, as they were when they were last asked for."""

    def __init__(self) -> None:
        self._root: Path | None = None

    def of(self, system: FileSystem, path: str) -> Path:
        """A folder of this computer's with the Python files of a folder."""
        import shutil
        import tempfile

        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix="machine-compat-modules-"))
            weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)
        folder = self._root / f"{id(system):x}" / path.strip("/")
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # there is no such folder, or no such device any more
            copy(system, path.rstrip("/"), folder, DEEPEST)
        return folder


def copy(system: FileSystem, path: str, folder: Path, deep: int) -> None:
    for name, kind, *_ in system.ilistdir(path or "/"):
        if not isinstance(name, str):
            continue
        if kind == FOLDER and deep:
            copy(system, f"{path}/{name}", folder / name, deep - 1)
        elif name.endswith(".py"):
            # Of a class of the script's it may be anything that can be read.
            file = cast(BinaryIO, system.open(f"{path}/{name}", "rb"))
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(file.read())
            file.close()
