"""MicroPython's `io`; results as MicroPython 1.29 gives them."""

import pytest

from machine_compat.modules.io import BytesIO, IOBase, StringIO


def test_bytes_from_anything_with_a_buffer() -> None:
    assert BytesIO(b"abc").read() == BytesIO("abc").read() == BytesIO(bytearray(b"abc")).getvalue() == b"abc"
    assert BytesIO(50).getvalue() == BytesIO().getvalue() == b""
    assert list(BytesIO(b"a\nb\n")) == [b"a\n", b"b\n"]


def test_parts_of_a_buffer() -> None:
    stream = BytesIO()
    assert [stream.write(b"hello", 3), stream.write(b"hello", 1, 3), stream.write(b"hello", 1, 9)] == [3, 3, 4]
    assert [stream.write("hi"), stream.write(b"abcd", -1), stream.write(b"abcd", 1, -1)] == [2, 4, 3]
    assert stream.getvalue() == b"helellellohiabcdbcd"
    buffer = bytearray(5)
    stream.seek(0)
    assert [stream.readinto(buffer, 1), stream.readinto(buffer), stream.readinto(bytearray(2), 5)] == [1, 5, 2]
    assert buffer == b"elell"
    with pytest.raises(TypeError, match="got 5"):
        stream.write(b"a", 1, 2, 3)


def test_places() -> None:
    stream = BytesIO(b"abc")
    stream.read(1)
    stream.write(b"Z")
    assert (stream.getvalue(), stream.seek(-1, 2), stream.tell()) == (b"aZc", 2, 2)
    stream.seek(5)
    stream.write(b"x")
    assert stream.getvalue() == b"aZc\0\0x"
    with pytest.raises(OSError, match=r"\[Errno 22\] EINVAL") as caught:
        stream.seek(-1)
    assert caught.value.errno == 22


def test_text() -> None:
    stream = StringIO("abcdef")
    assert (stream.seek(-2, 2), stream.read(), stream.tell()) == (4, "ef", 6)
    stream.seek(-1, 1)
    assert [stream.write("xyz", 1), stream.write(b"\xc3\xa9"), stream.write("hello", 1, 2)] == [1, 2, 2]
    assert stream.getvalue() == "abcdexéel"
    stream.seek(5)
    buffer = bytearray(2)
    assert (stream.readinto(buffer), buffer, stream.read(2)) == (1, b"x\0", "ée")
    assert StringIO(b"a\nb").readline() == "a\n"
    assert StringIO(10).getvalue() == ""
    with pytest.raises(OSError, match="EINVAL"):
        stream.seek(-1)


def test_half_a_character_stays_in_the_stream() -> None:
    stream = StringIO("aé")
    buffer = bytearray(2)
    assert (stream.readinto(buffer, 2), bytes(buffer)) == (1, b"a\0")
    assert (stream.readinto(buffer), buffer.decode()) == (2, "é")


@pytest.mark.parametrize("data", [None, [1], 5.5])
def test_no_buffer(data: object) -> None:
    for kind in (BytesIO, StringIO):
        with pytest.raises(TypeError, match="object with buffer protocol required"):
            kind(data)


def test_a_closed_stream() -> None:
    with BytesIO(b"abc") as stream:
        assert stream.read(1) == b"a"
    with pytest.raises(ValueError, match="closed file"):
        stream.read()


def test_scripts_derive_streams() -> None:
    class Sink(IOBase):
        def __init__(self) -> None:
            self.size = 0

    assert Sink().size == 0
