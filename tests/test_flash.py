"""Holds a board's paths inside the folder that is its flash, whatever a script writes and wherever links lead."""

import errno
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.flash import Flash, board_errors


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "flash"
    (folder / "lib").mkdir(parents=True)
    (folder / "main.py").write_text("print(1)\n", encoding="utf-8")
    (tmp_path / "secret").write_text("not the board's\n", encoding="utf-8")
    return folder


def number(flash: Flash, path: object) -> int:
    """The errno of the error that resolving a path raises."""
    with pytest.raises(OSError, match=r"\d") as caught:
        flash.resolve(path)
    assert type(caught.value) is OSError
    assert caught.value.args == (caught.value.errno,)
    return caught.value.errno or 0


@pytest.mark.parametrize(
    ("cwd", "path", "full"),
    [
        ("/", "", "/"),
        ("/", "/", "/"),
        ("/", "///", "/"),
        ("/", "main.py", "/main.py"),
        ("/", b"main.py", "/main.py"),
        ("/lib", "a", "/lib/a"),
        ("/lib", "", "/lib"),
        ("/lib", ".", "/lib"),
        ("/lib", "/a", "/a"),
        ("/lib", "..", "/"),
        ("/lib", "../..", "/"),
        ("/lib", "../../../../etc/passwd", "/etc/passwd"),
        ("/lib/deep", "../x/./y//z/", "/lib/x/y/z"),
        ("/", "a/b/../../../../c", "/c"),
        ("/", "...", "/..."),
        ("/", "temp °C/µ.txt", "/temp °C/µ.txt"),
        ("/", "µ".encode(), "/µ"),
    ],
)
def test_paths_are_put_together_by_their_text(root: Path, cwd: str, path: object, full: str) -> None:
    flash = Flash(root)
    flash.cwd = cwd
    assert flash.absolute(path) == full
    assert flash.resolve(path) == root / full[1:]


@given(st.text(alphabet=st.sampled_from("./\\ab:~ µ"), max_size=40), st.sampled_from(["/", "/lib", "/lib/a"]))
def test_no_text_leads_out(path: str, cwd: str) -> None:
    flash = Flash(Path("nowhere"))
    flash.cwd = cwd
    inside = flash.resolve(path)
    assert ".." not in inside.parts
    assert inside.is_relative_to(Path("nowhere").resolve())


@pytest.mark.parametrize("path", ["a\0b", "\0", b"a\0", "/lib/\0/../main.py", "\ud800"])
def test_what_no_file_system_takes(root: Path, path: object) -> None:
    assert number(Flash(root), path) == 22


def test_names_have_255_bytes(root: Path) -> None:
    flash = Flash(root)
    assert flash.resolve("n" * 255) == root / ("n" * 255)
    assert number(flash, "n" * 256) == 36
    assert number(flash, "µ" * 128) == 36
    assert number(flash, f"/lib/{'n' * 300}/x") == 36
    assert flash.resolve(f"{'n' * 300}/../main.py") == root / "main.py"


@pytest.mark.parametrize("path", [None, 3, 1.5, bytearray(b"x"), ["x"], Path("main.py")])
def test_only_str_and_bytes_are_paths(root: Path, path: object) -> None:
    with pytest.raises(TypeError, match=f"can't convert '{type(path).__name__}' object to str implicitly"):
        Flash(root).resolve(path)


def test_links_lead_anywhere_inside_and_nowhere_outside(root: Path) -> None:
    (root / "inner").symlink_to(root / "lib")
    (root / "file").symlink_to("main.py")
    (root / "out").symlink_to(root.parent)
    (root / "lib" / "up").symlink_to("../..")
    (root / "hosts").symlink_to("/etc/hosts")
    (root / "hop").symlink_to("out")
    (root / "soon").symlink_to(root.parent / "not yet")
    flash = Flash(root)
    assert flash.resolve("inner/x.py") == root / "inner" / "x.py"
    assert flash.resolve("file").read_text(encoding="utf-8") == "print(1)\n"
    for path in ("out", "out/secret", "lib/up", "lib/up/secret", "hosts", "hop/secret", "inner/up/secret", "soon"):
        assert number(flash, path) == 13, path
    # By text: what follows the link is gone before it is looked at, as on a board.
    assert flash.resolve("out/../main.py") == root / "main.py"


def test_the_error_says_where_a_link_leads(root: Path) -> None:
    (root / "out").symlink_to(root.parent)
    with pytest.raises(OSError, match="EACCES") as caught:
        Flash(root).resolve("out/secret")
    assert caught.value.__notes__ == [f"/out/secret leads out of the board's flash, {root.resolve()}"]


def test_a_flash_beside_one_of_a_longer_name(root: Path) -> None:
    (root.parent / "flash2").mkdir()
    (root / "twin").symlink_to(root.parent / "flash2")
    assert number(Flash(root), "twin") == 13


def test_a_flash_that_is_a_link_itself(root: Path) -> None:
    (root.parent / "link").symlink_to(root)
    assert Flash(root.parent / "link").resolve("main.py").read_text(encoding="utf-8") == "print(1)\n"


def test_a_flash_keeps_its_place_when_this_process_moves(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    flash = Flash(Path("flash"))
    monkeypatch.chdir("/")
    assert flash.resolve("main.py").is_file()


def test_the_root_is_no_member(root: Path) -> None:
    flash = Flash(root)
    for path in ("/", "", ".", "lib/..", "../.."):
        with pytest.raises(OSError, match="EPERM") as caught:
            flash.member(path)
        assert caught.value.args == (1,)
    assert flash.member("lib") == root / "lib"


def test_change_of_directory(root: Path) -> None:
    flash = Flash(root)
    flash.chdir("lib/../lib/")
    assert flash.cwd == "/lib"
    for path in ("nothing", "../main.py", "/" + "d/" * 3000):
        with pytest.raises(OSError, match="ENOENT"):
            flash.chdir(path)
    assert flash.cwd == "/lib"
    flash.chdir("../..")
    assert flash.cwd == "/"


def test_a_board_without_flash() -> None:
    flash = Flash(None)
    for path in ("/", "x", "../x"):
        assert number(flash, path) == 19
    with pytest.raises(OSError, match="ENODEV") as caught:
        flash.resolve("x")
    assert caught.value.__notes__ == ["this board has no flash: name a folder for it with --flash"]


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "x"), 2),
        (OSError(errno.ENOTEMPTY, "Directory not empty"), 39),
        (OSError(errno.ELOOP, "Too many levels of symbolic links"), 40),
        (OSError(errno.ENOSPC, "No space left on device"), 28),
        (OSError(errno.EDOM, "not a board's"), 5),
        (OSError("no number at all"), 5),
        (io.UnsupportedOperation("read"), 9),
    ],
)
def test_errors_carry_a_boards_number_and_nothing_else(raised: OSError, seen: int) -> None:
    with pytest.raises(OSError, match=str(seen)) as caught, board_errors():
        raise raised
    assert type(caught.value) is OSError
    assert caught.value.args == (seen,)
    assert caught.value.errno == seen
    assert caught.value.__cause__ is raised


def test_other_errors_pass() -> None:
    with pytest.raises(ValueError, match="closed"), board_errors():
        raise ValueError("closed")


def test_a_link_that_goes_in_circles(root: Path) -> None:
    (root / "ring").symlink_to("ring")
    with pytest.raises(OSError, match="40"), board_errors():
        os.stat(Flash(root).resolve("ring"))
