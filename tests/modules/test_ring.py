"""micropython.RingIO, against what MicroPython 1.29 itself does (run on its WebAssembly port)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.modules.ring import RingIO

POLLIN, POLLOUT = 1, 4


def test_an_empty_ring_gives_empty_bytes() -> None:
    ring = RingIO(4)
    assert repr(ring) == "<RingIO>"
    assert ring.any() == 0
    assert ring.read() == b""
    assert ring.read(0) == b""
    assert ring.read(2) == b""
    assert ring.readline() == b""
    assert ring.readinto(bytearray(3)) == 0


def test_a_write_takes_what_fits() -> None:
    ring = RingIO(4)
    assert ring.write(b"abcdef") == 4
    assert ring.any() == 4
    assert ring.read(2) == b"ab"
    assert ring.write("xy") == 2
    assert ring.write(b"z") == 0
    assert ring.read() == b"cdxy"


def test_a_buffer_given_holds_the_bytes_and_one_less() -> None:
    memory = bytearray(4)
    ring = RingIO(memory)
    assert ring.write(b"abcdef") == 3
    assert memory == b"abc\x00"
    assert ring.read(2) == b"ab"
    assert ring.write(b"XY") == 2
    assert memory == b"YbcX"
    assert ring.read(-1) == b"cXY"


@pytest.mark.parametrize("size", [0, -1, -2, 65_535, 10**12, bytearray(1), bytearray(65_536)])
def test_sizes_it_cannot_have(size: object) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        RingIO(size)


@pytest.mark.parametrize("size", [1, 65_534, True, bytearray(2), bytearray(65_535), memoryview(bytearray(8))])
def test_sizes_it_can_have(size: object) -> None:
    assert RingIO(size).write(b"x") == 1


@pytest.mark.parametrize("size", [b"abc", 2.0, None, "abc"])
def test_what_is_no_size(size: object) -> None:
    with pytest.raises(TypeError, match=f"can't convert {type(size).__name__} to int"):
        RingIO(size)


def test_lines() -> None:
    ring = RingIO(16)
    ring.write(b"one\ntwo\nthree")
    assert ring.readline() == b"one\n"
    assert ring.readline(2) == b"tw"
    assert ring.readline(0) == b""
    assert ring.readline() == b"o\n"
    assert ring.readline(-1) == b"three"


def test_readinto_and_windows_of_write() -> None:
    ring = RingIO(16)
    ring.write(b"1234567")
    buf = bytearray(5)
    assert ring.readinto(buf) == 5
    assert buf == b"12345"
    assert ring.readinto(buf, 1) == 1
    assert buf == b"62345"
    assert ring.readinto(buf) == 1
    assert buf == b"72345"
    assert ring.write(b"abcdef", 2) == 2
    assert ring.write(b"abcdef", 2, 3) == 3
    assert ring.read() == b"abcde"
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        ring.readinto(b"abc")
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        ring.write(3)


def test_close_changes_nothing() -> None:
    ring = RingIO(4)
    ring.write(b"ab")
    assert ring.close() is None
    assert ring.write(b"c") == 1
    assert ring.read() == b"abc"


def test_poll_hook() -> None:
    ring = RingIO(2)
    assert ring._poll(POLLIN | POLLOUT) == POLLOUT
    ring.write(b"a")
    assert ring._poll(POLLIN | POLLOUT) == POLLIN | POLLOUT
    ring.write(b"b")
    assert ring._poll(POLLIN | POLLOUT) == POLLIN
    assert ring._poll(POLLOUT) == 0


@given(st.integers(1, 9), st.lists(st.one_of(st.binary(max_size=12), st.integers(0, 12))))
def test_it_is_a_queue_of_bounded_length(size: int, steps: list[bytes | int]) -> None:
    ring = RingIO(size)
    queue = b""
    for step in steps:
        if isinstance(step, bytes):
            taken = step[: size - len(queue)]
            assert ring.write(step) == len(taken)
            queue += taken
        else:
            assert ring.read(step) == queue[:step]
            queue = queue[step:]
        assert ring.any() == len(queue)
