"""VfsRom: files in a buffer, and buffers that are garbled."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.machine.peripheral import buffer_of


def counted(value: int) -> bytes:
    """A number, 7 bits a byte."""
    data = bytes((value & 0x7F,))
    while value := value >> 7:
        data = bytes((0x80 | value & 0x7F,)) + data
    return data


def record(kind: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return counted(kind) + counted(len(content)) + content


def file(name: str, *content: bytes) -> bytes:
    return record(5, counted(len(name.encode())), name.encode(), *content)


def folder(name: str, *content: bytes) -> bytes:
    return record(4, counted(len(name.encode())), name.encode(), *content)


def image(*content: bytes) -> bytes:
    return record(0x14A6B1, *content)


PADDING = record(1, b"nothing")
SHARED = record(2, b"shared text")
IMAGE = image(
    SHARED,
    file("hello.txt", PADDING, record(2, "grüß dich\n".encode() * 20)),
    PADDING,
    folder("lib", file("pointer.txt", record(3, counted(11), counted(2))), folder("empty")),
)


def number(action: Any, *arguments: object) -> int | None:
    with pytest.raises(OSError, match=r"\d") as caught:
        action(*arguments)
    return caught.value.errno


def test_files_and_folders(vfs: Any) -> None:
    rom = vfs.VfsRom(IMAGE)
    assert list(rom.ilistdir("")) == [("hello.txt", 0x8000, 0, 240), ("lib", 0x4000, 0, 26)]
    assert [entry[0] for entry in rom.ilistdir(b"/lib")] == [b"pointer.txt", b"empty"]
    assert rom.stat("/lib/pointer.txt") == (0x8000, 0, 0, 0, 0, 0, 11, 0, 0, 0)
    assert rom.stat("lib")[0] == rom.stat("/")[0] == 0x4000
    assert rom.statvfs("") == (1, 0, len(IMAGE) - 5, 0, 0, 0, 0, 0, 0, 32767)
    with rom.open("/hello.txt") as text:
        assert (text.readline(), text.seek(-3, 2), text.read()) == ("grüß dich\n", 237, "ch\n")
    with rom.open("lib/pointer.txt", "rb") as data:
        assert data.read() == b"shared text"
        assert (data.seek(99), data.read(), data.seek(-4, 1), number(data.seek, -1)) == (11, b"", 7, 22)
        assert (bytes(buffer_of(data)), number(data.write, b"x")) == (b"shared text", 9)
    # A file may be a file system itself.
    outer = vfs.VfsRom(image(file("inner.romfs", record(2, IMAGE))))
    assert vfs.VfsRom(outer.open("inner.romfs", "rb")).stat("lib")[0] == 0x4000


def test_refusals(vfs: Any) -> None:
    rom = vfs.VfsRom(bytearray(IMAGE))
    assert [number(rom.open, "hello.txt", mode) for mode in ("w", "a", "r+")] == [30, 30, 30]
    assert (number(rom.open, "lib"), number(rom.open, "none"), number(rom.open, "hello.txt/x")) == (21, 2, 2)
    assert (number(rom.ilistdir, "hello.txt"), number(rom.stat, "lib/none"), number(rom.chdir, "lib")) == (2, 2, 95)
    assert (number(rom.mount, True, True), rom.mount(True, False), rom.chdir("/"), rom.getcwd()) == (1, None, None, "")
    assert not hasattr(rom, "mkdir")
    for wrong in (b"", b"\xd2\xcd", b"no rom", IMAGE[:-1], image()[:3] + b"\xff"):
        assert number(vfs.VfsRom, wrong) == 19
    with pytest.raises(TypeError):
        vfs.VfsRom(5)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(5, len(IMAGE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_garbled_images_end(vfs: Any, changes: list[tuple[int, int]]) -> None:
    data = bytearray(IMAGE)
    for place, value in changes:
        data[place] = value
    rom = vfs.VfsRom(data)
    for path in (b"", b"lib", b"lib/empty"):
        entries = []
        with suppress(OSError):
            entries = list(rom.ilistdir(path))
        for name, kind, _, size in entries:
            assert 0 <= size <= len(data)
            if kind == 0x8000 and name and b"/" not in name and b"\0" not in name:
                with rom.open(path + b"/" + name, "rb") as inner:
                    assert len(inner.read()) <= len(data)


def test_only_ports_with_one_have_it() -> None:
    from machine_compat.board import Board
    from machine_compat.interpreter.table import from_file
    from machine_compat.mock.backend import MockBackend
    from machine_compat.profile import load

    for name, there in (("teensy41", True), ("pico", False), ("esp32", False), ("pyboard", False)):
        profile = load(name)
        board = Board(profile, MockBackend(profile.wiring()))
        assert hasattr(from_file(board, "vfs"), "VfsRom") == there
        assert not hasattr(from_file(board, "os"), "VfsRom")
        board.close()
