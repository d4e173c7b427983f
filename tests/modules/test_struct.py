"""MicroPython's `struct`; results as MicroPython 1.29 gives them on a 32-bit machine."""

import math

import pytest

from machine_compat.modules import struct


@pytest.mark.parametrize(
    ("format", "value", "packed"),
    [
        ("B", 300, b","),
        ("b", 200, b"\xc8"),
        ("B", -1, b"\xff"),
        ("<H", -1, b"\xff\xff"),
        (">H", 0x12345, b"\x23\x45"),
        ("<I", 1 << 40, bytes(4)),
        ("<q", (1 << 64) + 5, b"\x05" + bytes(7)),
        ("P", -2, b"\xfe\xff\xff\xff"),
        ("<f", 1, b"\x00\x00\x80?"),
        ("<f", 1e300, b"\x00\x00\x80\x7f"),
        (">f", -1e300, b"\xff\x80\x00\x00"),
        ("<d", 10**400, b"\x00\x00\x00\x00\x00\x00\xf0\x7f"),
        ("e", 1.5, b"\x00>"),
        ("5s", "ab", b"ab\x00\x00\x00"),
        ("5s", "héé", b"h\xc3\xa9\xc3\xa9"),
        ("2s", b"abcd", b"ab"),
        ("3s", bytearray(b"ab"), b"ab\x00"),
    ],
)
def test_values_are_made_to_fit(format: str, value: object, packed: bytes) -> None:
    assert struct.pack(format, value) == packed


def test_values_may_be_missing_or_too_many() -> None:
    assert struct.pack("HH", 1) == b"\x01\x00\x00\x00"
    assert struct.pack("B3sB", 1) == b"\x01" + bytes(4)
    assert struct.pack("H", 1, 2) == b"\x01\x00"
    assert struct.pack("3x") == bytes(3)


@pytest.mark.parametrize(
    ("format", "value"), [("<H", 1.5), ("<H", "a"), ("<H", None), ("<f", "1"), ("3s", 5), ("3s", None)]
)
def test_what_has_another_type_is_refused(format: str, value: object) -> None:
    with pytest.raises(TypeError):
        struct.pack(format, value)


def test_objects_with_an_int_value() -> None:
    class Seven:
        def __int__(self) -> int:
            return 7

    assert struct.pack("B", Seven()) == b"\x07"
    with pytest.raises(TypeError, match="can't convert Seven to float"):
        struct.pack("f", Seven())


@pytest.mark.parametrize(
    ("format", "size"),
    [
        ("", 0), ("l", 4), ("@l", 4), ("<l", 4), ("P", 4), ("q", 8), ("bq", 16), ("bqb", 17), ("bi", 8), ("ib", 5),
        (">bi", 5), ("@bd", 16), ("b3si", 8), ("b2xh", 6), ("i0q", 4), ("0s", 0), ("e", 2),
    ],
)  # fmt: skip
def test_sizes_and_alignment_are_those_of_a_32_bit_board(format: str, size: int) -> None:
    assert struct.calcsize(format) == size
    assert struct.calcsize(format.encode()) == size


@pytest.mark.parametrize("format", ["z", "?", "c", "p", "n", "4", "=H", "< H", "O"])
def test_unknown_types(format: str) -> None:
    with pytest.raises(ValueError, match="bad typecode"):
        struct.calcsize(format)
    with pytest.raises(TypeError, match="can't convert 'int' object to str"):
        struct.calcsize(5)


def test_unpack() -> None:
    assert struct.unpack("<H", b"123") == (0x3231,)
    assert struct.unpack("<2s", "ab") == (b"ab",)
    assert struct.unpack("3xB", b"abcd") == (100,)
    assert struct.unpack(">2h3s", b"abcdefg") == (24930, 25444, b"efg")
    assert struct.unpack("bi", b"\xff\0\0\0\xfe\xff\xff\xff") == (-1, -2)
    [infinite] = struct.unpack("<f", b"\x00\x00\x80\x7f")
    assert infinite == math.inf
    with pytest.raises(ValueError, match="buffer too small"):
        struct.unpack("<H", b"1")
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        struct.unpack("<H", 5)


def test_offsets_count_from_either_end() -> None:
    assert struct.unpack_from("<H", b"abcd", 1) == (0x6362,)
    assert struct.unpack_from("<H", b"abcd", -2) == (0x6463,)
    assert struct.unpack_from("<H", "abcd", -2) == (0x6463,)
    buffer = bytearray(4)
    struct.pack_into("<H", buffer, -2, 0x1_0203)
    struct.pack_into("B", memoryview(buffer), 1, 5, 6)
    assert buffer == b"\0\5\3\2"
    for offset in (3, 5, -5):
        with pytest.raises(ValueError, match="buffer too small"):
            struct.unpack_from("<H", b"abcd", offset)
        with pytest.raises(ValueError, match="buffer too small"):
            struct.pack_into("<H", buffer, offset, 1)


def test_pack_into_stores_the_values_there_are() -> None:
    buffer = bytearray(b"\xff" * 4)
    struct.pack_into("<BBH", buffer, 0, 1)
    assert buffer == b"\x01\xff\xff\xff"
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        struct.pack_into("B", b"read-only", 0, 1)
