"""`vfs.VfsRom`: files in a buffer, which are read where they lie.

# Ref: MicroPython extmod/vfs_rom.c, extmod/vfs_rom_file.c; docs/library/vfs.rst (ROM filesystems), "Format of records"
"""

import io
from collections.abc import Iterator
from typing import Final, NamedTuple, NoReturn

from machine_compat.flash import BoardPath, Entry, named, text_of
from machine_compat.machine.peripheral import Peripheral, buffer_of
from machine_compat.modules.opened_file import FileIO, Opened, TextIOWrapper
from machine_compat.oserror import os_error

EPERM, ENOENT, ENODEV, EISDIR, EINVAL, EROFS, EOPNOTSUPP = 1, 2, 19, 21, 22, 30, 95
FOLDER, FILE = 0x4000, 0x8000
HEADER: Final = b"\xd2\xcd\x31"
"""What a ROM file system begins with: its kind, as a number of 7 bits a byte."""
VERBATIM, POINTER, DIRECTORY, ORDINARY = 2, 3, 4, 5
"""Kinds of records: a file's data, where they are, a folder, a file."""
LONGEST_NAME = 32767


class Record(NamedTuple):
    """A record's kind, and from where to where its content is."""

    kind: int
    start: int
    end: int


class Member(NamedTuple):
    """A file or folder in a folder: where it has its data, or its records."""

    name: bytes
    kind: int
    start: int
    end: int


class Contents(io.BytesIO):
    """The bytes of a file."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place, at most the end; OSError EINVAL for one before the beginning."""
        size = len(self.getbuffer())
        place = (0, self.tell(), size)[whence] + offset
        if place < 0:
            raise os_error(EINVAL)
        return super().seek(min(place, size))

    def write(self, data: object, /) -> NoReturn:
        raise io.UnsupportedOperation("write")


class InPlace(FileIO):
    """A binary file that is a buffer, which CPython finds from 3.12 on alone."""

    def __init__(self, data: memoryview) -> None:
        super().__init__(Contents(data))
        self._data = data

    def __repr__(self) -> str:
        return "<io.FileIO>"

    def __buffer__(self, flags: int, /) -> memoryview:
        return self._data


class VfsRom(Peripheral):
    """VfsRom(buffer): what the buffer holds, as `mpremote romfs build` makes it; OSError ENODEV for anything else.

    Nothing can be changed: that raises AttributeError, as these methods are missing on a board, too.
    """

    def __init__(self, memory: object, /) -> None:
        self._memory = buffer_of(memory).cast("B")
        if bytes(self._memory[: len(HEADER)]) != HEADER:
            raise os_error(ENODEV)
        found = self._record(0, len(self._memory))
        if found is None:
            raise os_error(ENODEV)
        self._all = found

    def mount(self, readonly: object, mkfs: object, /) -> None:
        """OSError EPERM for a file system that is to be made."""
        if mkfs:
            raise os_error(EPERM)

    def umount(self) -> None:
        """Nothing to be done."""

    # ---- records

    def _number(self, place: int, end: int) -> tuple[int, int] | None:
        """A number of 7 bits a byte, and what follows it; None where it does not end."""
        value = 0
        while place < end:
            byte = self._memory[place]
            place += 1
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value, place
        return None

    def _record(self, place: int, end: int) -> Record | None:
        """The record at a place; None for a garbled one, or one that does not end in time: no more is there."""
        kind = self._number(place, end)
        length = kind and self._number(kind[1], end)
        if not kind or not kind[0] or not length or length[0] > end - length[1]:
            return None
        return Record(kind[0], length[1], length[1] + length[0])

    def _records(self, place: int, end: int) -> Iterator[Record]:
        while place < end and (record := self._record(place, end)) is not None:
            yield record
            place = record.end

    def _members(self, start: int, end: int) -> Iterator[Member]:
        """The files and folders in a folder, up to what is garbled."""
        for kind, place, last in self._records(start, end):
            if kind not in (DIRECTORY, ORDINARY):
                continue
            length = self._number(place, last)
            if length is None or length[0] > last - length[1]:
                return
            first = length[1] + length[0]
            content = (first, last) if kind == DIRECTORY else self._data(first, last)
            if content is None:
                return
            yield Member(bytes(self._memory[length[1] : first]), FOLDER if kind == DIRECTORY else FILE, *content)

    def _data(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a file's data are."""
        for kind, first, last in self._records(start, end):
            if kind == VERBATIM:
                return first, last
            if kind == POINTER:
                size = self._number(first, last)
                offset = size and self._number(size[1], last)
                if not size or not offset or offset[0] + size[0] > self._all.end - self._all.start:
                    return None
                return self._all.start + offset[0], self._all.start + offset[0] + size[0]
        return None

    def _find(self, path: BoardPath) -> Member:
        found = Member(b"", FOLDER, self._all.start, self._all.end)
        for name in text_of(path).removeprefix("/").encode("utf-8", "surrogateescape").split(b"/"):
            if name and found.kind == FOLDER:
                found = next((inner for inner in self._members(found.start, found.end) if inner.name == name), GONE)
            elif name or found.kind == FILE:
                found = GONE
        if found is GONE:
            raise os_error(ENOENT)
        return found

    # ---- what scripts call

    def open(self, path: BoardPath, mode: str = "r", /) -> Opened:
        """Open a file to read it; OSError ENOENT, EISDIR, EROFS for any other mode.

        A binary one is a buffer, too: of the bytes where they lie.
        """
        if set(mode) & set("wax+"):
            raise os_error(EROFS)
        found = self._find(path)
        if found.kind == FOLDER:
            raise os_error(EISDIR)
        data = self._memory[found.start : found.end].toreadonly()
        return TextIOWrapper(Contents(data)) if mode.rfind("b") <= mode.rfind("t") else InPlace(data)

    def chdir(self, path: BoardPath, /) -> None:
        """The root alone; OSError EOPNOTSUPP for another folder."""
        if path not in ("/", b"/"):
            raise os_error(EOPNOTSUPP)

    def getcwd(self) -> str:
        return ""

    def ilistdir(self, path: BoardPath, /) -> Iterator[Entry]:
        """(name, kind, 0, size) of all in a folder; OSError ENOENT."""
        folder = self._find(path)
        if folder.kind != FOLDER:
            raise os_error(ENOENT)
        members = self._members(folder.start, folder.end)
        return (
            (named(member.name.decode("utf-8", "surrogateescape"), path), member.kind, 0, member.end - member.start)
            for member in members
        )

    def stat(self, path: BoardPath, /) -> tuple[int, ...]:
        found = self._find(path)
        return (found.kind, 0, 0, 0, 0, 0, found.end - found.start, 0, 0, 0)

    def statvfs(self, path: BoardPath, /) -> tuple[int, ...]:
        """(1, 0, bytes, 0, 0, 0, 0, 0, 0, longest name)"""
        return (1, 0, self._all.end - self._all.start, 0, 0, 0, 0, 0, 0, LONGEST_NAME)


GONE: Final = Member(b"", 0, 0, 0)
"""What is not there."""
