"""Holds a script's `os` to MicroPython's tuples, names and errors, on a folder that it cannot leave."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from machine_compat.board import Board
from machine_compat.mock.backend import MockBackend
from machine_compat.modules.os import names
from machine_compat.profile import load


def board_of(name: str, flash: Path | None) -> Board:
    profile = load(name)
    return Board(profile, MockBackend(profile.wiring()), flash)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "flash"
    (folder / "lib").mkdir(parents=True)
    (folder / "main.py").write_bytes(b"print(1)\n")
    (tmp_path / "secret").write_bytes(b"not the board's")
    return folder


@pytest.fixture
def board(root: Path) -> Board:
    return board_of("pico", root)


@pytest.fixture
def script_os(board: Board) -> Any:
    return SimpleNamespace(**names(board))


def number(call: Callable[..., object], *args: object) -> int:
    """The errno of the error that a call raises, in the form it has on a board."""
    with pytest.raises(OSError, match=r"\d") as caught:
        call(*args)
    assert type(caught.value) is OSError
    assert caught.value.args == (caught.value.errno,)
    return caught.value.errno or 0


def test_exactly_the_names_of_a_board(script_os: Any) -> None:
    assert " ".join(sorted(vars(script_os))) == (
        "VfsFat VfsLfs2 chdir dupterm dupterm_notify getcwd ilistdir listdir mkdir mount remove rename rmdir sep stat "
        "statvfs sync umount uname unlink urandom"
    )


@pytest.mark.parametrize(
    ("name", "platform", "machine"),
    [
        ("pico", "rp2", "Raspberry Pi Pico with RP2040"),
        ("esp32", "esp32", "Generic ESP32 module with ESP32"),
        ("pyboard", "pyboard", "PYBv1.1 with STM32F405RG"),
    ],
)
def test_uname(name: str, platform: str, machine: str) -> None:
    uname: Any = SimpleNamespace(**names(board_of(name, None))).uname()
    assert (uname.sysname, uname.nodename, uname.machine) == (platform, platform, machine)
    assert uname.release == "1.29.0"
    assert uname.version.startswith("v1.29.0 on 20")
    assert tuple(uname) == (uname[0], uname[1], uname[2], uname[3], uname[4])
    assert repr(uname).startswith(
        f"(sysname='{platform}', nodename='{platform}', release='1.29.0', version='v1.29.0 on"
    )


def test_folders_are_listed_in_order(script_os: Any, root: Path) -> None:
    (root / "B.txt").write_bytes(b"12345")
    (root / "µ").mkdir()
    assert script_os.listdir() == ["B.txt", "lib", "main.py", "µ"]
    assert list(script_os.ilistdir("/")) == [
        ("B.txt", 0x8000, 0, 5),
        ("lib", 0x4000, 0, 0),
        ("main.py", 0x8000, 0, 9),
        ("µ", 0x4000, 0, 0),
    ]
    assert script_os.listdir(b"/") == [b"B.txt", b"lib", b"main.py", "µ".encode()]
    assert script_os.listdir("lib") == []


def test_what_is_listed_is_as_it_was(script_os: Any) -> None:
    for name, *_ in script_os.ilistdir():
        script_os.remove(name)
    assert script_os.listdir() == []


def test_listing_errors(script_os: Any) -> None:
    assert number(script_os.ilistdir, "nothing") == 2
    assert number(script_os.listdir, "main.py") == 20
    assert number(script_os.listdir, "a\0b") == 22
    with pytest.raises(TypeError, match="can't convert 'int' object to str implicitly"):
        script_os.listdir(3)


def test_links_out_are_not_there(script_os: Any, root: Path) -> None:
    (root / "out").symlink_to(root.parent)
    (root / "gone").symlink_to("nowhere")
    (root / "ring").symlink_to("ring")
    (root / "inner").symlink_to("lib")
    assert script_os.listdir() == ["inner", "lib", "main.py"]
    for call in (
        script_os.listdir,
        script_os.stat,
        script_os.remove,
        script_os.rmdir,
        script_os.mkdir,
        script_os.chdir,
    ):
        assert number(call, "out") == 13
        assert number(call, "out/secret") == 13
    assert number(script_os.rename, "out/secret", "mine") == 13
    assert number(script_os.rename, "main.py", "out/main.py") == 13
    assert (root.parent / "secret").read_bytes() == b"not the board's"
    script_os.remove("inner")
    assert (root / "lib").is_dir()


def test_stat(script_os: Any, root: Path) -> None:
    os.utime(root / "main.py", (0, 1_700_000_000))
    stamp = 1_700_000_000
    assert script_os.stat("main.py") == (0x8000, 0, 0, 0, 0, 0, 9, stamp, stamp, stamp)
    assert script_os.stat("/")[:7] == (0x4000, 0, 0, 0, 0, 0, 0)
    assert len(script_os.stat("lib")) == 10
    assert number(script_os.stat, "nothing") == 2
    assert number(script_os.stat, "main.py/x") == 20
    assert number(script_os.stat, "n" * 256) == 36
    assert number(script_os.stat, "d/" * 4000) == 36


def test_stat_counts_from_the_ports_epoch(root: Path) -> None:
    stat: Any = names(board_of("esp32", root))["stat"]
    os.utime(root / "main.py", (0, 1_700_000_000))
    assert stat("main.py")[7:] == (1_700_000_000 - 946_684_800,) * 3
    os.utime(root / "main.py", (0, 5))
    assert stat("main.py")[7:] == (0, 0, 0)


def test_statvfs(script_os: Any) -> None:
    found = script_os.statvfs("/")
    assert len(found) == 10
    block, fragment, blocks, free, available = found[:5]
    assert block == fragment == 4096
    assert 0 <= free == available <= blocks
    assert found[9] == 255


def test_folders_are_made_and_removed(script_os: Any, root: Path) -> None:
    script_os.mkdir("data")
    script_os.mkdir("data/2024")
    assert number(script_os.mkdir, "data") == 17
    assert number(script_os.mkdir, "main.py") == 17
    assert number(script_os.mkdir, "/") == 17
    assert number(script_os.mkdir, "lib/..") == 17
    assert number(script_os.mkdir, "no/parent") == 2
    assert number(script_os.rmdir, "data") == 39
    script_os.rmdir("data/2024")
    script_os.remove("data")
    assert not (root / "data").exists()
    assert number(script_os.rmdir, "data") == 2


def test_dots_stay_inside(script_os: Any, root: Path) -> None:
    script_os.mkdir("../../../made")
    assert (root / "made").is_dir()
    assert not (root.parent / "made").exists()
    assert number(script_os.remove, "../secret") == 2
    script_os.rename("../main.py", "/../../moved.py")
    assert (root / "moved.py").read_bytes() == b"print(1)\n"


def test_files_are_removed(script_os: Any, root: Path) -> None:
    script_os.unlink("/main.py")
    assert not (root / "main.py").exists()
    assert number(script_os.remove, "main.py") == 2


@pytest.mark.parametrize("path", ["/", "", ".", "..", "lib/.."])
def test_the_root_stays(script_os: Any, root: Path, path: str) -> None:
    for call in (script_os.remove, script_os.unlink, script_os.rmdir):
        assert number(call, path) == 1
    assert number(script_os.rename, path, "x") == 1
    assert number(script_os.rename, "lib", path) == 1
    assert (root / "main.py").exists()


def test_rename(script_os: Any, root: Path) -> None:
    (root / "old").write_bytes(b"old")
    script_os.rename("main.py", "old")
    assert (root / "old").read_bytes() == b"print(1)\n"
    script_os.rename("old", "lib/new")
    assert script_os.listdir("lib") == ["new"]
    assert number(script_os.rename, "nothing", "x") == 2
    assert number(script_os.rename, "lib/new", "no/parent") == 2
    assert number(script_os.rename, "lib", "lib/inside") == 22
    script_os.mkdir("full")
    (root / "full" / "x").write_bytes(b"")
    assert number(script_os.rename, "lib", "full") == 39
    (root / "file").write_bytes(b"")
    assert number(script_os.rename, "file", "full") == 21
    assert number(script_os.rename, "full", "file") == 20


def test_the_current_directory(script_os: Any, board: Board) -> None:
    assert script_os.getcwd() == "/"
    script_os.chdir("lib")
    assert script_os.getcwd() == "/lib"
    script_os.mkdir("deep")
    script_os.chdir("deep")
    assert script_os.getcwd() == "/lib/deep"
    assert script_os.listdir("..") == ["deep"]
    assert script_os.listdir("") == []
    assert number(script_os.chdir, "nothing") == 2
    assert number(script_os.chdir, "/main.py") == 2
    script_os.chdir("..")
    assert script_os.getcwd() == "/lib"
    board.power_cycle("SOFT")
    assert script_os.getcwd() == "/"


def test_two_boards_have_their_own_directory(script_os: Any, root: Path) -> None:
    other: Any = SimpleNamespace(**names(board_of("esp32", root)))
    script_os.chdir("lib")
    assert other.getcwd() == "/"


def test_a_removed_current_directory(script_os: Any) -> None:
    script_os.chdir("lib")
    script_os.rmdir("/lib")
    assert script_os.getcwd() == "/lib"
    assert number(script_os.listdir) == 2
    script_os.chdir("/")
    assert script_os.listdir() == ["main.py"]


def test_without_flash() -> None:
    bare: Any = SimpleNamespace(**names(board_of("pico", None)))
    assert bare.getcwd() == "/"
    for call in (bare.listdir, bare.ilistdir, bare.stat, bare.statvfs, bare.mkdir, bare.remove, bare.chdir):
        assert number(call, "/x") == 19
    assert number(bare.rename, "/x", "/y") == 19


def test_a_flash_folder_that_is_missing(tmp_path: Path) -> None:
    lost: Any = SimpleNamespace(**names(board_of("pico", tmp_path / "never")))
    for call in (lost.listdir, lost.statvfs):
        assert number(call, "/") == 2
    assert number(lost.mkdir, "x") == number(lost.stat, "x") == 2


def test_the_rest(script_os: Any) -> None:
    assert script_os.sep == "/"
    assert script_os.sync() is None
    assert script_os.dupterm(None) is None
    assert script_os.dupterm(None, 1) is None
    assert script_os.dupterm_notify(None) is None
    assert len(script_os.urandom(16)) == 16
    assert script_os.urandom(0) == b""
    with pytest.raises(TypeError, match="can't convert float to int"):
        script_os.urandom(1.0)


def test_the_flash_of_a_pyboard_is_at_a_folder_of_its_own(root: Path) -> None:
    script_os = SimpleNamespace(**names(board_of("pyboard", root)))
    assert (script_os.getcwd(), script_os.listdir("/flash"), script_os.listdir()) == (
        "/flash",
        ["lib", "main.py"],
        ["lib", "main.py"],
    )
    assert "flash" in script_os.listdir("/")
    assert script_os.stat("/flash/main.py")[6] == script_os.stat("main.py")[6] == 9
    script_os.chdir("/flash/lib")
    assert script_os.getcwd() == "/flash/lib"
    script_os.mkdir("/flash/flash")
    script_os.chdir("/flash")
    script_os.rename("flash", "/flash/data")
    assert sorted(path.name for path in root.iterdir()) == ["data", "lib", "main.py"]
    assert number(script_os.mkdir, "/flash") == 17


def test_no_other_flash_has_that_name(script_os: Any) -> None:
    assert number(script_os.stat, "/flash/main.py") == 2
    assert number(script_os.listdir, "/flash") == 2
