"""VfsFat as FatFs does it: layouts, short names, errors, places in files, and the count of what is free."""

import struct
from collections.abc import Callable
from typing import Any

import pytest

from tests.modules.vfs.card import Card

PARTITION = 63
LARGE = 9_000_000
"""Blocks that are too many for FAT16."""


def made(vfs: Any, blocks: int = 200) -> tuple[Any, Any]:
    card = Card(blocks)
    vfs.VfsFat.mkfs(card)
    return card, vfs.VfsFat(card)


def number(action: Callable[..., object], *arguments: object) -> int | None:
    with pytest.raises(OSError, match=r"\d") as caught:
        action(*arguments)
    return caught.value.errno


def write(system: Any, path: str, text: str = "") -> None:
    with system.open(path, "w") as file:
        file.write(text)


def listed(system: Any, path: str = "") -> list[Any]:
    return [entry[0] for entry in system.ilistdir(path)]


@pytest.mark.parametrize(
    ("blocks", "size", "cluster", "clusters"),
    [
        (50, 512, 512, 16),
        (300, 512, 512, 266),
        (5000, 512, 1024, 2479),
        (20000, 512, 2048, 4986),
        (2000, 4096, 4096, 1994),
        (LARGE, 512, 32768, 140606),
    ],
)
def test_layouts(vfs: Any, blocks: int, size: int, cluster: int, clusters: int) -> None:
    card = Card(blocks, size)
    vfs.VfsFat.mkfs(card)
    taken = 1 if blocks == LARGE else 0  # the root of FAT32
    free = clusters - taken
    assert vfs.VfsFat(card).statvfs("") == (cluster, cluster, clusters, free, free, 0, 0, 0, 0, 255)


def test_cards_of_no_size_for_fat(vfs: Any) -> None:
    assert number(vfs.VfsFat.mkfs, Card(21)) == 5
    assert number(vfs.VfsFat.mkfs, Card(48)) == 5
    # mount makes no partition table.
    assert number(vfs.VfsFat(Card(LARGE)).mount, False, True) == 5
    assert number(vfs.VfsFat(Card(100)).mount, False, False) == 19


@pytest.mark.parametrize(
    ("name", "short", "case", "entries"),
    [
        ("UPPER.TXT", b"UPPER   TXT", 0, 1),
        ("lower.txt", b"LOWER   TXT", 0x18, 1),
        ("lower.TXT", b"LOWER   TXT", 0x08, 1),
        ("README.md", b"README  MD ", 0x10, 1),
        ("main", b"MAIN       ", 0x08, 1),
        ("Mixed.Txt", b"MIXED   TXT", 0, 2),
        ("a b.txt", b"AB~1    TXT", 0, 2),
        ("a.b.txt", b"AB~1    TXT", 0, 2),
        ("a+b.txt", b"A_B~1   TXT", 0, 2),
        ("longer name.html", b"LONGER~1HTM", 0, 3),
        (".hidden", b"~1      HID", 0, 2),
        ("ä.txt", b"\x8e       TXT", 0, 2),
        ("日.txt", b"_~1     TXT", 0, 2),
        ("n" * 255, b"NNNNNN~1   ", 0, 21),
    ],
)
def test_short_names(vfs: Any, name: str, short: bytes, case: int, entries: int) -> None:
    card, system = made(vfs)
    write(system, name)
    root = card.sectors[2]
    place = 32 * (entries - 1)
    content = root + card.sectors.get(3, b"")
    assert (content[place : place + 11], content[place + 12]) == (short, case)
    assert listed(system) == [name]
    assert listed(vfs.VfsFat(card)) == [name]


def test_short_names_are_numbered(vfs: Any) -> None:
    card, system = made(vfs)
    for index in range(110):
        write(system, f"data of day {index}.csv")
    shorts = [entry[:8] for block in range(2, 34) for entry in cut(card, block) if entry[11] == 0x20]
    assert shorts[:5] == [b"DATAOF~1", b"DATAOF~2", b"DATAOF~3", b"DATAOF~4", b"DATAOF~5"]
    assert len(set(shorts)) == len(shorts) == 110
    # Either name is one of the file.
    assert system.stat("DATAOF~2.CSV") == system.stat("data of day 1.csv")


def cut(card: Any, block: int) -> list[bytes]:
    """The entries in a block of a folder."""
    content = card.sectors.get(block, bytes(512))
    return [content[place : place + 32] for place in range(0, 512, 32)]


def test_names_and_paths_that_fatfs_does_not_take(vfs: Any) -> None:
    _, system = made(vfs)
    system.mkdir("folder")
    for path in ("", "/", ".", "..", "a:b", "a*", "tab\t", "n" * 256, "folder/", " . ", "folder/.."):
        assert number(system.open, path) == number(system.open, path, "w") == number(system.remove, path) == 22
    assert number(system.ilistdir, "folder/") == number(system.chdir, "folder/") == 22
    write(system, "folder\\\\dots. . ")
    assert listed(system, "/folder//.") == ["dots"]
    assert system.stat("FOLDER/../folder/DOTS ...")[0] == 0x8000


def test_errors(vfs: Any) -> None:
    _, system = made(vfs)
    system.mkdir("folder")
    write(system, "file")
    write(system, "folder/file")
    assert number(system.open, "folder") == number(system.open, "none") == 2
    assert [number(system.open, "folder", mode) for mode in ("w", "a", "x")] == [13, 13, 13]
    assert number(system.open, "file", "x") == number(system.mkdir, "folder") == number(system.mkdir, "file") == 17
    assert (number(system.rmdir, "file"), number(system.remove, "folder"), number(system.rmdir, "folder")) == (
        20,
        21,
        13,
    )
    assert number(system.ilistdir, "file") == number(system.chdir, "file") == number(system.stat, "file/x") == 2
    assert number(system.rename, "file", "folder") == 21
    assert number(system.rename, "folder", "folder/inside") == 13
    assert sorted(listed(system)) == ["file", "folder"]


def test_the_current_directory(vfs: Any) -> None:
    _, system = made(vfs)
    system.mkdir("one")
    system.mkdir("one/two")
    system.chdir("ONE")
    assert (system.getcwd(), listed(system)) == ("/one", ["two"])
    write(system, "two/file")
    system.chdir("two/.")
    assert (system.getcwd(), listed(system), listed(system, "..")) == ("/one/two", ["file"], ["two"])
    assert number(system.rmdir, "/one/two") == 13
    system.remove("file")
    assert number(system.rmdir, "/one/two") == 13
    # Its folder is the current one, whatever it is called by now.
    system.rename("/one", "/other")
    write(system, "again")
    assert listed(system, b"/other/two") == [b"again"]
    system.chdir("../../..")
    assert system.getcwd() == "/"


def test_closed_files_and_the_wrong_direction(vfs: Any) -> None:
    _, system = made(vfs)
    file = system.open("file", "w")
    file.write("text")
    assert number(file.read) == 13
    file.close()
    file.close()
    for action in (file.read, file.flush, file.tell, lambda: file.write("x"), lambda: file.seek(0)):
        assert number(action) == 22
    with system.open("file") as file:
        assert number(file.write, "x") == 13


def test_places(vfs: Any) -> None:
    _, system = made(vfs)
    with system.open("file", "wb") as file:
        file.write(b"0123456789")
        assert (file.seek(1000), file.tell()) == (1000, 1000)
    with system.open("file", "rb") as file:
        assert file.seek(2000) == 1000
        assert (file.seek(-995, 2), file.read(10)) == (5, b"56789" + bytes(5))
    with system.open("file", "a+b") as file:
        assert file.tell() == 1000
        # It begins at the end, and that is all.
        file.seek(0)
        file.write(b"ab")
        file.seek(0)
        assert file.read(4) == b"ab23"
    assert system.stat("file")[6] == 1000


def test_a_full_volume(vfs: Any) -> None:
    card, system = made(vfs, 60)
    total = system.statvfs("")[3]
    file = system.open("big", "wb")
    assert number(file.write, bytes(60 * 512)) == 28
    file.close()
    assert (system.stat("big")[6], system.statvfs("")[3]) == (total * 512, 0)
    assert number(system.mkdir, "folder") == 13
    write(system, "empty")
    file = system.open("empty", "w")
    assert number(file.write, "x") == 28
    file.close()
    system.remove("big")
    assert (vfs.VfsFat(card).statvfs("")[3], listed(system)) == (total, ["empty"])


def test_what_is_flushed_is_on_the_card(vfs: Any) -> None:
    card, system = made(vfs)
    file = system.open("log.txt", "w")
    for line in range(100):
        file.write(f"line {line}\n")
    file.flush()
    with vfs.VfsFat(card.copy()).open("log.txt") as found:
        assert found.read().splitlines()[-1] == "line 99"
    file.write("not yet")
    with vfs.VfsFat(card.copy()).open("log.txt") as found:
        assert found.read().splitlines()[-1] == "line 99"
    file.close()


def test_a_renamed_file_comes_last(vfs: Any) -> None:
    _, system = made(vfs)
    for name in ("a", "b", "c"):
        write(system, name, name)
    system.rename("a", "d")
    assert listed(system) == ["b", "c", "d"]
    system.rename("d", "b")
    assert listed(system) == ["b", "c"]
    with system.open("b") as file:
        assert file.read() == "a"
    system.rename("b", "B")
    assert sorted(listed(system)) == ["B", "c"]


def test_the_free_clusters_of_fat32_are_counted(vfs: Any) -> None:
    card, system = made(vfs, LARGE)

    def told() -> int:
        return int(struct.unpack_from("<I", card.sectors[PARTITION + 1], 488)[0])

    assert told() == system.statvfs("")[3] == 140605
    with system.open("data", "wb") as file:
        file.write(bytes(100_000))
    system.mkdir("folder")
    assert told() == system.statvfs("")[3] == 140605 - 5
    system.remove("data")
    assert told() == 140605 - 1
    # Where nothing is told, they are counted.
    card.change(PARTITION + 1, 488, b"\xff\xff\xff\xff")
    again = vfs.VfsFat(card)
    assert again.statvfs("")[3] == 140605 - 1
    again.rmdir("folder")
    assert told() == 140605


def test_a_card_that_cannot_be_written(vfs: Any) -> None:
    class Locked:
        def __init__(self, card: Any) -> None:
            self.readblocks, self.ioctl = card.readblocks, card.ioctl

    card, system = made(vfs)
    write(system, "file", "text")
    locked = vfs.VfsFat(Locked(card))
    assert number(locked.open, "new", "w") == number(locked.remove, "file") == number(locked.mkdir, "x") == 30
    assert locked.open("file").read() == "text"
    locked.umount()
