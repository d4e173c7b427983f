"""Holds a board's terminal to bytes in order on the way out, and to waiting on board time on the way in."""

import io
import os
from collections.abc import Callable, Iterator

import pytest

from machine_compat.board import Board
from machine_compat.interpreter import keyboard
from machine_compat.interpreter.terminal import Input, Output
from machine_compat.machine.stream import POLLIN, POLLOUT
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.tasks import Task
from machine_compat.mock.world import Standstill, World
from machine_compat.profile import load

MS = 1_000_000


class Sink(io.TextIOWrapper):
    """A text file that has bytes below, as this process's stdout, and an encoding that knows few characters."""

    def __init__(self, tty: bool = False) -> None:
        self.raw_bytes = io.BytesIO()
        super().__init__(io.BufferedWriter(self.raw_bytes), encoding="ascii", newline="\r\n")
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty

    @property
    def arrived(self) -> bytes:
        """What was flushed to the end."""
        return self.raw_bytes.getvalue()


# ---- out


def test_text_goes_to_a_function() -> None:
    heard: list[str] = []
    out = Output(heard.append)
    assert out.write("µ\n") == 3
    print("a", 1, file=out)
    assert "".join(heard) == "µ\na 1\n"


def test_bytes_go_to_a_function_as_text() -> None:
    heard: list[str] = []
    out = Output(heard.append)
    assert out.buffer.write("°".encode()[:1]) == 1
    assert heard == []
    out.buffer.write("°".encode()[1:] + b"C")
    out.buffer.write(b"\xff")
    out.write("!")
    assert "".join(heard) == "°C\\xff!"


def test_bytes_and_text_keep_their_order_in_a_file() -> None:
    sink = Sink()
    sink.write("before ")
    out = Output(sink)
    out.write("a")
    out.buffer.write(b"\x00\xff")
    out.write("µ")
    assert sink.arrived == b"before "
    out.write("\n")
    assert sink.arrived == b"before a\x00\xff\xc2\xb5\n"
    out.write("prompt> ")
    out.flush()
    assert sink.arrived.endswith(b"\nprompt> ")


def test_a_terminal_shows_every_character_at_once() -> None:
    sink = Sink(tty=True)
    out = Output(sink)
    out.write(".")
    assert sink.arrived == b"."


def test_a_file_of_text_alone() -> None:
    file = io.StringIO()
    out = Output(file)
    out.write("a")
    out.buffer.write("µ".encode())
    out.flush()
    assert file.getvalue() == "aµ"


def test_either_takes_either() -> None:
    heard: list[str] = []
    out = Output(heard.append)
    out.write(b"bytes ")
    out.write(bytearray(b"more "))
    out.buffer.write("text ")
    out.buffer.write(b"123456", 2)
    assert "".join(heard) == "bytes more text 12"
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        out.write(3)


def test_no_character_fails() -> None:
    sink = Sink()
    out = Output(sink)
    out.write("\ud800\udcff\U0001f321\n")
    assert sink.arrived == b"\\ud800\\udcff" + "\U0001f321\n".encode()


def test_nothing_closes_it() -> None:
    heard: list[str] = []
    out = Output(heard.append)
    with out:
        out.close()
    out.write("still there")
    assert heard == ["still there"]


def test_an_output_cannot_be_read() -> None:
    out = Output(lambda text: None)
    with pytest.raises(OSError, match="EPERM") as caught:
        out.buffer.read(1)
    assert caught.value.args == (1,)
    assert out._poll(POLLIN | POLLOUT) == out.buffer._poll(POLLIN | POLLOUT) == POLLOUT


# ---- in, typed by a test


@pytest.fixture
def board() -> Board:
    profile = load("pico")
    return Board(profile, MockBackend(profile.wiring(), World()))


@pytest.fixture
def keys(board: Board) -> Input:
    return Input(board)


def world_of(board: Board) -> World:
    assert isinstance(board.backend, MockBackend)
    return board.backend.world


def script(board: Board, body: Callable[[], object]) -> Task:
    """Run a script on the board until it waits."""
    task = world_of(board).spawn(body, "script", board.interrupts.run)
    world_of(board).run(world_of(board).now)
    return task


def test_what_was_typed_before(keys: Input) -> None:
    keys.feed("one\ntwo\n°C")
    assert keys.readline() == "one\n"
    assert keys.read(1) == "t"
    assert keys.readline(1) == "w"
    assert keys.readline() == "o\n"
    assert keys.read(2) == "°C"


def test_the_end(keys: Input) -> None:
    keys.feed("a\nlast")
    keys.finish()
    assert list(keys) == ["a\n", "last"]
    assert keys.readline() == keys.read(5) == keys.read() == ""
    assert keys.buffer.read(5) == b""
    assert keys.buffer.readline() == b""


def test_everything_until_the_end(keys: Input) -> None:
    keys.feed("a\n" * 5000)
    keys.finish()
    assert keys.read() == "a\n" * 5000


def test_enter_sends_a_newline_to_text_and_a_return_to_bytes(keys: Input) -> None:
    keys.feed(b"a\rb\r")
    assert keys.readline() == "a\n"
    assert keys.read(2) == "b\n"
    keys.feed(b"\r\x00\xff")
    assert keys.buffer.read(3) == b"\r\x00\xff"


def test_what_is_no_text(keys: Input) -> None:
    keys.feed(b"\xff\n")
    with pytest.raises(UnicodeError):
        keys.readline()


def test_into_a_buffer(keys: Input) -> None:
    keys.feed("abcdef")
    buffer = bytearray(4)
    assert keys.readinto(buffer, 2) == 2
    assert keys.buffer.readinto(buffer) == 4
    assert buffer == b"cdef"


def test_a_script_waits_for_what_is_typed(board: Board, keys: Input) -> None:
    lines: list[tuple[str, int]] = []
    world = world_of(board)

    def body() -> None:
        for _ in range(2):
            line = keys.readline()
            lines.append((line, world.now // MS))

    task = script(board, body)
    world.run(10 * MS)
    keys.feed("fir")
    world.run(20 * MS)
    assert lines == []
    world.at(25 * MS, lambda: keys.feed("st\n"))
    world.run(30 * MS)
    assert lines == [("first\n", 25)]
    assert not task.finished
    keys.feed("second\n")
    world.run(40 * MS)
    assert lines == [("first\n", 25), ("second\n", 30)]
    assert task.finished


def test_reads_wait_for_all_of_it(board: Board, keys: Input) -> None:
    got: list[object] = []

    def body() -> None:
        got.append(keys.read(3))
        got.append(keys.buffer.read(2))

    task = script(board, body)
    for key in ("a", "µ", "c", "d", b"\xff"):
        assert not task.finished
        keys.feed(key)
        world_of(board).run(world_of(board).now + MS)
    assert got == ["aµc", b"d\xff"]


def test_a_wait_ends_with_the_input(board: Board, keys: Input) -> None:
    got: list[str] = []
    script(board, lambda: got.append(keys.readline()))
    keys.feed("half")
    keys.finish()
    world_of(board).run(MS)
    assert got == ["half"]


def test_interrupts_run_while_a_script_waits(board: Board, keys: Input) -> None:
    seen: list[str] = []
    script(board, lambda: seen.append(keys.readline()))
    board.interrupts.schedule(lambda: seen.append("handler"))
    world_of(board).run(MS)
    assert seen == ["handler"]
    board.interrupts.schedule(lambda: keys.feed("from a handler\n"))
    world_of(board).run(2 * MS)
    assert seen == ["handler", "from a handler\n"]


def test_a_wait_that_nobody_will_end_is_told(keys: Input) -> None:
    with pytest.raises(Standstill):
        keys.readline()


def test_poll(keys: Input) -> None:
    assert keys._wakes()
    assert keys.buffer._wakes()
    for stream in (keys, keys.buffer):
        assert stream._poll(POLLIN) == 0
        assert stream._poll(POLLIN | POLLOUT) == POLLOUT
    keys.feed("x")
    assert keys._poll(POLLIN) == keys.buffer._poll(POLLIN) == POLLIN
    keys.read(1)
    assert keys._poll(POLLIN) == 0
    keys.finish()
    assert keys._poll(POLLIN) == POLLIN


def test_an_input_cannot_be_written(keys: Input) -> None:
    with pytest.raises(OSError, match="EPERM"):
        keys.buffer.write(b"x")
    keys.close()
    keys.feed("still there\n")
    assert keys.readline() == "still there\n"


# ---- in, from a file of this computer's


class Pipe:
    """Both ends of a pipe."""

    def __init__(self) -> None:
        reading, self.writing = os.pipe()
        self.file = os.fdopen(reading, encoding="ascii")

    def type(self, data: bytes) -> None:
        os.write(self.writing, data)

    def hang_up(self) -> None:
        os.close(self.writing)
        self.writing = -1

    def close(self) -> None:
        self.file.close()
        if self.writing >= 0:
            self.hang_up()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.close()


def test_a_pipe(board: Board, pipe: Pipe) -> None:
    keys = Input(board, pipe.file)
    assert keys._poll(POLLIN) == 0
    assert not keys._wakes()
    pipe.type("µ\nrest".encode())
    assert keys._poll(POLLIN) == POLLIN
    assert keys.readline() == "µ\n"
    assert keys.buffer.read(2) == b"re"
    assert board.clock.now_ns() == 0
    pipe.hang_up()
    assert keys.read() == "st"
    assert keys._poll(POLLIN) == POLLIN
    assert keys.readline() == ""


def test_board_time_goes_on_while_a_pipe_is_silent(board: Board, pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyboard, "STEP_NS", 1_000)
    ticks: list[int] = []
    world = world_of(board)
    for time in (500, 1_500, 3_500):
        world.at(time, lambda: board.interrupts.schedule(lambda: ticks.append(board.clock.now_ns())))
    world.at(4_500, lambda: pipe.type(b"now\n"))
    got: list[str] = []
    script(board, lambda: got.append(Input(board, pipe.file).readline()))
    world.run(10_000)
    assert got == ["now\n"]
    assert ticks == [500, 1_500, 3_500]


def test_a_file_without_a_number(board: Board) -> None:
    keys = Input(board, io.StringIO("°C\nlast"))
    assert keys._poll(POLLIN) == POLLIN
    assert list(keys) == ["°C\n", "last"]
    assert keys.read() == ""
