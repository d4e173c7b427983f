"""This file copies the modules on a mounted file system to this computer, from where they are loaded.

# Ref: MicroPython py/builtinimport.c (what is looked for), extmod/vfs_reader.c (how a file is read)
"""

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any, NamedTuple

from machine_compat.flash import Flash
from machine_compat.machine.peripheral import readable, to_int
from machine_compat.modules.io import IOBase

FOLDER = 0x4000
CLOSE, BUFFER_SIZE = 4, 11
"""What a stream's ioctl is asked for (py/stream.h)."""
SMALLEST, USUAL, LARGEST = 16, 32, 255
"""Bytes of the buffer that a file is read into."""
ENDINGS = (".py", ".mpy")


class Mirror:
    """Copies of folders of mounted file systems, with what was looked for there."""

    def __init__(self) -> None:
        self._root: Path | None = None
        self._folders: dict[str, Path] = {}

    def of(self, flash: Flash, path: str) -> "Copied":
        """The copy of a folder, which may be anything that is mounted at this moment."""
        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix="machine-compat-modules-"))
            weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)
        return Copied(flash, path, self._folders.setdefault(path, self._root / str(len(self._folders))))


class Copied(NamedTuple):
    """A folder of a mounted file system, by its path there, and where its modules are copied to."""

    flash: Flash
    path: str
    host: Path

    def inner(self, name: str) -> "Copied":
        return Copied(self.flash, self._of(name), self.host / name)

    def bring(self, name: str) -> None:
        """Have a module as it is now: a folder with its `__init__`, a file, or nothing."""
        host = self.host / name
        shutil.rmtree(host, ignore_errors=True)
        for ending in ENDINGS:
            host.with_name(name + ending).unlink(missing_ok=True)
        kind = self._kind(name)
        if kind == FOLDER:
            host.mkdir(parents=True)
            self._bring_file(f"{name}/__init__")
        elif kind is None:
            self._bring_file(name)

    def _bring_file(self, name: str) -> None:
        """The first of a module's files that is there. What is compiled for a board is not read."""
        for ending in ENDINGS:
            if self._kind(name + ending) is not None:
                there = self.host / (name + ending)
                there.parent.mkdir(parents=True, exist_ok=True)
                there.write_bytes(self._content(name + ending) if ending == ".py" else b"")
                return

    def _of(self, name: str) -> str:
        return f"{self.path}{'' if not self.path or self.path.endswith('/') else '/'}{name}"

    def _kind(self, name: str) -> int | None:
        """Whether there is a folder or something else; whatever fails, nothing is there."""
        system, inside = self.flash.split(self._of(name))
        try:
            return None if system is None else to_int(system.stat(inside)[0]) & FOLDER
        except Exception:
            return None

    def _content(self, name: str) -> bytes:
        system, inside = self.flash.split(self._of(name))
        # Of a class of the script's it may be anything that can be read.
        file: Any = None if system is None else system.open(inside, "rb")
        if isinstance(file, IOBase):
            return own_content(file)
        data = readable(file.read())
        file.close()
        return data


def own_content(file: Any) -> bytes:
    """All of a stream that a script wrote itself; a read that leaves room in the buffer was the last."""
    ioctl = getattr(file, "ioctl", lambda request, argument: 0)
    wanted = to_int(ioctl(BUFFER_SIZE, 0))
    buffer = bytearray(min(max(wanted, SMALLEST), LARGEST) if wanted > 0 else USUAL)
    data = bytearray()
    count = len(buffer)
    while count == len(buffer):
        count = to_int(file.readinto(buffer) or 0)
        data += buffer[:count]
    ioctl(CLOSE, 0)
    return bytes(data)
