"""MicroPython's `select`, on the board's time; results as MicroPython 1.29 gives them."""

import io
import os
import socket
from collections.abc import Iterator

import pytest

from machine_compat.board import Board, using
from machine_compat.machine import build
from machine_compat.mock.attach import Place, attach
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.chip import UARTPeer
from machine_compat.modules import select
from machine_compat.modules.ring import RingIO
from machine_compat.profile import load

MS = 1_000_000
POLLIN, POLLOUT, POLLERR, POLLHUP = 1, 4, 8, 16


class Talker(UARTPeer):
    """Says what it is told to."""

    def receive(self, data: bytes) -> None:
        """It does not listen."""


class Bench:
    """A board, its `select`, a UART with somebody at the other end."""

    def __init__(self) -> None:
        profile = load("pico")
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.peer = Talker(115_200)
        attach(self.backend, self.peer, Place(bus="uart0"))
        self.uart = build(self.board).UART(0)
        names = select.names(self.board)
        self.poll = names["poll"]
        self.select = names["select"]

    @property
    def now(self) -> int:
        return self.board.clock.now_ns()

    def say(self, data: bytes, after_ms: float) -> None:
        self.backend.world.after(round(after_ms * MS), lambda: self.peer.send(data))


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    with using(bench.board):
        yield bench


class Stream(io.IOBase):
    """A stream as a script defines it: it answers ioctl itself."""

    def __init__(self, answer: int) -> None:
        self.answer = answer
        self.asked: list[tuple[int, int]] = []

    def ioctl(self, request: int, arg: int) -> int:
        self.asked.append((request, arg))
        return self.answer


def test_public_names(bench: Bench) -> None:
    names = select.names(bench.board)
    assert set(names) == {"poll", "select", "POLLIN", "POLLOUT", "POLLERR", "POLLHUP"}
    assert (names["POLLIN"], names["POLLOUT"], names["POLLERR"], names["POLLHUP"]) == (1, 4, 8, 16)
    assert repr(bench.poll()) == "<poll>"


# ---- time


def test_poll_waits_on_the_boards_time(bench: Bench) -> None:
    poll = bench.poll()
    poll.register(bench.uart, POLLIN)
    bench.say(b"x", after_ms=250)
    began = bench.now
    assert poll.poll(1000) == [(bench.uart, POLLIN)]
    assert bench.now - began == pytest.approx(250 * MS + 86_805, rel=0.0001)


def test_poll_gives_up_at_its_timeout(bench: Bench) -> None:
    poll = bench.poll()
    poll.register(bench.uart, POLLIN)
    began = bench.now
    assert poll.poll(100) == []
    assert bench.now - began == 100 * MS
    assert poll.poll(0) == []
    assert 0 < bench.now - began - 100 * MS < MS, "a poll that does not wait still costs a call"


@pytest.mark.parametrize("endless", [(), (None,), (-1,)])
def test_poll_without_an_end(bench: Bench, endless: tuple[int | None, ...]) -> None:
    poll = bench.poll()
    poll.register(bench.uart, POLLIN)
    bench.say(b"x", after_ms=60_000)
    assert poll.poll(*endless) == [(bench.uart, POLLIN)]


def test_poll_of_nothing_sleeps(bench: Bench) -> None:
    assert bench.poll().poll(30) == []
    assert bench.now == pytest.approx(30 * MS, rel=0.01)


def test_handlers_run_while_a_poll_waits(bench: Bench) -> None:
    ring = RingIO(8)
    poll = bench.poll()
    poll.register(ring, POLLIN)
    bench.backend.world.after(20 * MS, lambda: bench.board.interrupts.post(lambda: ring.write(b"!")))
    assert poll.poll(1000) == [(ring, POLLIN)]
    assert bench.now == pytest.approx(20 * MS, abs=2 * MS)


# ---- what is polled


def test_register_modify_unregister(bench: Bench) -> None:
    ring = RingIO(4)
    poll = bench.poll()
    poll.register(ring)
    assert poll.poll(0) == [(ring, POLLOUT)]
    ring.write(b"x")
    assert poll.poll(0) == [(ring, POLLIN | POLLOUT)]
    poll.modify(ring, POLLIN)
    assert poll.poll(0) == [(ring, POLLIN)]
    poll.register(ring, POLLOUT)
    assert poll.poll(0) == [(ring, POLLOUT)]
    poll.unregister(ring)
    assert poll.poll(0) == []
    assert poll.unregister(ring) is None


def test_modify_of_what_is_not_registered(bench: Bench) -> None:
    with pytest.raises(OSError, match="ENOENT") as caught:
        bench.poll().modify(RingIO(2), POLLIN)
    assert caught.value.errno == 2


@pytest.mark.parametrize("thing", [3, None, "x", object(), io.StringIO()])
def test_what_cannot_be_polled(bench: Bench, thing: object) -> None:
    with pytest.raises(OSError, match="stream operation not supported"):
        bench.poll().register(thing)


def test_arguments(bench: Bench) -> None:
    poll = bench.poll()
    with pytest.raises(TypeError, match="can't convert float to int"):
        poll.poll(0.5)
    with pytest.raises(TypeError, match="can't convert NoneType to int"):
        poll.register(RingIO(2), None)
    with pytest.raises(TypeError):
        poll.poll(0, 1)


def test_a_scripts_own_stream_is_asked_by_ioctl(bench: Bench) -> None:
    stream = Stream(POLLIN)
    poll = bench.poll()
    poll.register(stream, POLLIN)
    assert poll.poll(0) == [(stream, POLLIN)]
    assert stream.asked == [(3, POLLIN)]
    stream.answer = -22
    with pytest.raises(OSError, match="EINVAL"):
        poll.poll(0)


def test_equal_objects_are_polled_apart(bench: Bench) -> None:
    class Twin(RingIO):
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 0

    one, two = Twin(2), Twin(2)
    poll = bench.poll()
    poll.register(one, POLLOUT)
    poll.register(two, POLLOUT)
    assert [obj is one for obj, _ in poll.poll(0)] == [True, False]


# ---- ipoll


def test_ipoll_gives_pairs_one_by_one(bench: Bench) -> None:
    full, empty = RingIO(1), RingIO(1)
    full.write(b"x")
    poll = bench.poll()
    poll.register(full)
    poll.register(empty)
    pairs = poll.ipoll(0)
    assert pairs is poll
    assert list(pairs) == [(full, POLLIN), (empty, POLLOUT)]
    assert list(pairs) == []
    assert list(poll.ipoll(0)) == [(full, POLLIN), (empty, POLLOUT)]


def test_one_shot_disarms_what_it_gives(bench: Bench) -> None:
    ring = RingIO(2)
    poll = bench.poll()
    poll.register(ring)
    assert list(poll.ipoll(0, 1)) == [(ring, POLLOUT)]
    assert poll.poll(0) == []
    poll.modify(ring, POLLOUT)
    assert poll.poll(0) == [(ring, POLLOUT)]


def test_ipoll_of_a_uart(bench: Bench) -> None:
    poll = bench.poll()
    poll.register(bench.uart, POLLIN)
    bench.say(b"abc", after_ms=1)
    got = b""
    for obj, event in poll.ipoll(50):
        assert event & POLLIN
        got += obj.read(1)
    assert got == b"a"


# ---- select.select


def test_select_sorts_into_three_lists(bench: Bench) -> None:
    full, empty = RingIO(1), RingIO(1)
    full.write(b"x")
    assert bench.select([full, empty], [empty, full], [full], 0) == ([full], [empty], [])
    assert bench.select((empty,), (), (), 0.25) == ([], [], [])
    assert bench.now == pytest.approx(250 * MS, rel=0.01)


def test_select_waits_for_a_uart(bench: Bench) -> None:
    bench.say(b"x", after_ms=40)
    assert bench.select([bench.uart], [], []) == ([bench.uart], [], [])
    assert bench.now == pytest.approx(40 * MS, rel=0.01)


def test_select_takes_lists_and_tuples(bench: Bench) -> None:
    with pytest.raises(TypeError, match="object 'set' isn't a tuple or list"):
        bench.select({bench.uart}, [], [], 0)


# ---- files and sockets


def test_sockets_are_asked_of_the_kernel(bench: Bench) -> None:
    one, two = socket.socketpair()
    with one, two:
        poll = bench.poll()
        poll.register(one)
        assert poll.poll(0) == [(one, POLLOUT)]
        two.send(b"x")
        assert poll.poll(0) == [(one, POLLIN | POLLOUT)]
        poll.modify(one, POLLIN)
        one.recv(1)
        assert poll.poll(0) == []


def test_a_pipe_and_a_uart_together(bench: Bench) -> None:
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0) as pipe, open(writing, "wb", buffering=0) as end:
        poll = bench.poll()
        poll.register(pipe, POLLIN)
        poll.register(bench.uart, POLLIN)
        assert poll.poll(3) == []
        assert bench.now == pytest.approx(3 * MS, abs=MS)
        bench.say(b"x", after_ms=2)
        assert poll.poll(100) == [(bench.uart, POLLIN)]
        end.write(b"x")
        assert poll.poll(100) == [(pipe, POLLIN), (bench.uart, POLLIN)]
