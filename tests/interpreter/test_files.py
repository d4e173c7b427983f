"""Holds a script's `open` and `input` to MicroPython's: modes, errors, and files that are looser than CPython's."""

import errno
import gc
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machine_compat.board import Board
from machine_compat.interpreter.files import opener, prompt
from machine_compat.mock.backend import MockBackend
from machine_compat.modules.opened_file import FileIO, TextIOWrapper
from machine_compat.modules.os import names
from machine_compat.profile import load


def board_of(flash: Path | None) -> Board:
    profile = load("pico")
    return Board(profile, MockBackend(profile.wiring()), flash)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "flash"
    (folder / "lib").mkdir(parents=True)
    (folder / "data").write_bytes(b"one\r\ntwo\nthree")
    (tmp_path / "secret").write_bytes(b"not the board's")
    return folder


@pytest.fixture
def board(root: Path) -> Board:
    return board_of(root)


@pytest.fixture
def script_open(board: Board) -> Callable[..., Any]:
    return opener(board)


def number(call: Callable[..., object], *args: object) -> int:
    """The errno of the error that a call raises, in the form it has on a board."""
    with pytest.raises(OSError, match=r"\d") as caught:
        call(*args)
    assert type(caught.value) is OSError
    assert caught.value.args == (caught.value.errno,)
    return caught.value.errno or 0


# ---- opening


@pytest.mark.parametrize("mode", ["r", "", "t", "rt", "+", "r+", "q", "rU"])
def test_modes_that_read_text(script_open: Callable[..., Any], mode: str) -> None:
    with script_open("data", mode) as file:
        assert repr(file) == "<io.TextIOWrapper>"
        assert file.read() == "one\r\ntwo\nthree"


@pytest.mark.parametrize("mode", ["rb", "b", "br", "rb+", "r+b", "+b", "rtb"])
def test_modes_that_read_bytes(script_open: Callable[..., Any], mode: str) -> None:
    with script_open("data", mode) as file:
        assert repr(file) == "<io.FileIO>"
        assert file.read() == b"one\r\ntwo\nthree"


@pytest.mark.parametrize(
    ("mode", "before", "after"),
    [
        ("w", b"old", b"new"),
        ("w+b", b"old", b"new"),
        ("a", b"old", b"oldnew"),
        ("ab", b"old", b"oldnew"),
        ("r+", b"older", b"newer"),
        ("x", None, b"new"),
        ("w", None, b"new"),
        ("a+", None, b"new"),
    ],
)
def test_modes_that_write(
    script_open: Callable[..., Any], root: Path, mode: str, before: bytes | None, after: bytes
) -> None:
    if before is not None:
        (root / "x").write_bytes(before)
    with script_open("x", mode) as file:
        assert file.write("new") == 3
    assert (root / "x").read_bytes() == after


@pytest.mark.parametrize("mode", ["rw", "wr", "ra", "ww", "wx", "+r"])
def test_modes_that_contradict_themselves(script_open: Callable[..., Any], root: Path, mode: str) -> None:
    with pytest.raises(ValueError, match="invalid mode"):
        script_open("data", mode)
    assert (root / "data").read_bytes() == b"one\r\ntwo\nthree"


def test_arguments(script_open: Callable[..., Any]) -> None:
    for file in (
        script_open(b"/data", "r", -1, "utf-8"),
        script_open(file="data", mode="r", encoding="latin-1"),
        script_open("data", buffering=0),
    ):
        assert file.read(3) == "one"
    with pytest.raises(TypeError, match="newline"):
        script_open("data", newline="")
    for wrong in (0, None, Path("data")):
        with pytest.raises(TypeError, match="to str implicitly"):
            script_open(wrong)
    with pytest.raises(TypeError, match="to str implicitly"):
        script_open("data", 3)


def test_errors_of_open(script_open: Callable[..., Any], root: Path) -> None:
    (root / "out").symlink_to(root.parent)
    assert number(script_open, "nothing") == 2
    assert number(script_open, "no/parent", "w") == 2
    assert number(script_open, "data", "x") == 17
    assert number(script_open, "data/x", "w") == 20
    assert number(script_open, "lib") == 21
    assert number(script_open, "lib", "w") == 21
    for path in ("/", "", "lib/..", "../.."):
        assert number(script_open, path) == 1
        assert number(script_open, path, "w") == 1
    assert number(script_open, "out/secret") == 13
    assert number(script_open, "out/new", "w") == 13
    assert number(script_open, "data\0.txt", "w") == 22
    assert number(script_open, "n" * 256, "w") == 36
    assert number(script_open, "d/" * 4000, "w") == 36
    assert number(opener(board_of(None)), "data") == 19
    assert sorted(path.name for path in root.parent.iterdir()) == ["flash", "secret"]


def test_paths_go_by_the_boards_directory(board: Board, root: Path) -> None:
    script_open = opener(board)
    system: Any = names(board)
    system["chdir"]("lib")
    script_open("here.txt", "w").close()
    assert (root / "lib" / "here.txt").exists()
    assert script_open("../data").readline() == "one\r\n"
    assert script_open("/data").readline() == "one\r\n"
    assert number(script_open, "../../secret") == 2
    board.power_cycle("SOFT")
    assert number(script_open, "here.txt") == 2


def test_names_in_any_script(script_open: Callable[..., Any], root: Path) -> None:
    with script_open("temp °C 温度 🌡.csv", "w") as file:
        file.write("21,5 °C\n")
    assert (root / "temp °C 温度 🌡.csv").read_bytes() == "21,5 °C\n".encode()


# ---- text


def test_nothing_is_translated(script_open: Callable[..., Any], root: Path) -> None:
    assert list(script_open("data")) == ["one\r\n", "two\n", "three"]
    with script_open("x", "w") as file:
        file.write("a\r\nb\n")
    assert (root / "x").read_bytes() == b"a\r\nb\n"


def test_text_is_counted_in_characters(script_open: Callable[..., Any], root: Path) -> None:
    (root / "x").write_bytes("aé€🌡z".encode())
    with script_open("x") as file:
        assert [file.read(1) for _ in range(6)] == ["a", "é", "€", "🌡", "z", ""]
        file.seek(0)
        assert file.read(3) == "aé€"
        assert file.tell() == 6
        assert file.read(0) == ""
        assert file.read(99) == "🌡z"


def test_what_is_no_utf8(script_open: Callable[..., Any], root: Path) -> None:
    (root / "x").write_bytes(b"ok\xff\n")
    for read in (lambda file: file.read(), lambda file: file.read(9), lambda file: file.readline(), list):
        with script_open("x") as file, pytest.raises(UnicodeError):
            read(file)
    (root / "x").write_bytes(b"cut \xe2\x82")
    with script_open("x") as file, pytest.raises(UnicodeError):
        file.read(5)


def test_a_text_file_knows_its_place(script_open: Callable[..., Any]) -> None:
    with script_open("data") as file:
        assert [(line, file.tell()) for line in file] == [("one\r\n", 5), ("two\n", 9), ("three", 14)]
        assert file.seek(-5, 2) == 9
        assert file.readline() == "three"
        assert file.seek(4) == 4
        assert file.seek(2, 1) == 6
        assert file.read() == "wo\nthree"


# ---- either kind


def test_lines(script_open: Callable[..., Any]) -> None:
    with script_open("data", "rb") as file:
        assert file.readline() == b"one\r\n"
        assert file.readline(2) == b"tw"
        assert file.readline(-1) == b"o\n"
        assert file.readlines() == [b"three"]
        assert file.readline() == b""
        assert list(file) == []


def test_either_kind_takes_str_and_buffers(script_open: Callable[..., Any], root: Path) -> None:
    for mode in ("w", "wb"):
        with script_open("x", mode) as file:
            assert file.write("é") == 2
            assert file.write(b"-") == 1
            assert file.write(bytearray(b"ab")) == 2
            assert file.write(memoryview(b"abcdef")[2:4]) == 2
            assert file.write(b"123456", 2) == 2
            assert file.write(b"123456", 3, 2) == 2
            assert file.write("") == 0
            with pytest.raises(TypeError, match="object with buffer protocol required"):
                file.write(7)
        assert (root / "x").read_bytes() == "é-abcd1245".encode()


def test_either_kind_reads_into_buffers(script_open: Callable[..., Any]) -> None:
    for mode in ("r", "rb"):
        with script_open("data", mode) as file:
            buffer = bytearray(4)
            assert file.readinto(buffer) == 4
            assert file.readinto(buffer, 2) == 2
            assert bytes(buffer) == b"\nt" + b"e\r"
            file.seek(-1, 2)
            assert file.readinto(buffer) == 1
            assert file.readinto(buffer) == 0


def test_the_wrong_direction(script_open: Callable[..., Any], root: Path) -> None:
    with script_open("data") as file:
        assert number(file.write, "x") == 9
    with script_open("x", "w") as file:
        for call in (
            file.read,
            file.readline,
            file.readlines,
            lambda: file.read(1),
            lambda: file.readinto(bytearray(1)),
        ):
            assert number(call) == 9
    assert (root / "data").read_bytes() == b"one\r\ntwo\nthree"


def test_both_directions(script_open: Callable[..., Any], root: Path) -> None:
    with script_open("x", "w+") as file:
        file.write("hello")
        file.seek(1)
        assert file.read(2) == "el"
        file.write("L")
        file.seek(0)
        assert file.read() == "helLo"


def test_places_that_are_none(script_open: Callable[..., Any]) -> None:
    with script_open("data", "rb") as file:
        assert number(file.seek, -1) == 22
        assert number(file.seek, -1, 0) == 22
        assert file.seek(100) == 100
        assert file.read() == b""


def test_a_closed_file(script_open: Callable[..., Any]) -> None:
    file = script_open("data", "r+")
    file.close()
    file.close()
    for call in (file.read, file.tell, file.flush, file.readline, lambda: file.write("x")):
        with pytest.raises(ValueError, match="closed file"):
            call()


def test_flush_makes_it_visible(script_open: Callable[..., Any], root: Path) -> None:
    file = script_open("x", "w")
    file.write("1")
    file.flush()
    assert (root / "x").read_bytes() == b"1"
    file.close()


def test_a_dropped_file_is_written_and_closed_without_a_word(script_open: Callable[..., Any], root: Path) -> None:
    script_open("x", "w").write("kept")
    gc.collect()
    assert (root / "x").read_bytes() == b"kept"
    assert script_open("x").read() == "kept"


class FullDisk(io.BytesIO):
    """A file on a disk that has no room left."""

    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk() -> None:
    assert number(FileIO(FullDisk()).write, b"x") == 28
    assert number(TextIOWrapper(FullDisk()).write, "x") == 28


def test_a_reset_closes_what_is_open(board: Board, root: Path) -> None:
    script_open = opener(board)
    file = script_open("x", "w")
    file.write("last words")
    board.power_cycle("SOFT")
    assert (root / "x").read_bytes() == b"last words"
    with pytest.raises(ValueError, match="closed file"):
        file.write("more")
    with script_open("y", "w") as again:
        again.write("next life")
    assert (root / "y").read_bytes() == b"next life"


def test_files_work_with_other_modules(script_open: Callable[..., Any]) -> None:
    with script_open("x.json", "w") as file:
        json.dump({"pin": 4}, file)
        print("\n", file=file, end="")
    with script_open("x.json") as file:
        assert json.load(file) == {"pin": 4}
    with script_open("x.json", "rb") as file:
        assert json.load(file) == {"pin": 4}


# ---- input


def test_input(board: Board) -> None:
    board.stdout, board.stdin = io.StringIO(), io.StringIO("first\n\n last")
    ask = prompt(board)
    assert [ask("name? "), ask(), ask(3)] == ["first", "", " last"]
    assert board.stdout.getvalue() == "name? 3"
    with pytest.raises(EOFError):
        ask("more? ")
    assert board.stdout.getvalue() == "name? 3more? "


def test_input_without_a_terminal(board: Board) -> None:
    with pytest.raises(EOFError, match="no standard input"):
        prompt(board)("name? ")
