"""uctypes over buffers and registers; the values are what MicroPython's own VM gives for the same lines."""

from collections.abc import Callable
from typing import Any

import pytest

On = Callable[[str], Any]
DATA = b"\x01\x82\x03\x84\x05\x86\x07\x88" * 4


@pytest.fixture
def u(bench: On) -> Any:
    made = bench("pico")
    module = made.module("uctypes")
    module.mem8, module.mem32 = made.machine.mem8, made.machine.mem32
    return module


def over(u: Any, data: bytearray, fields: Any, *layout: int) -> Any:
    return u.struct(u.addressof(data), fields, *layout)


def test_constants(u: Any) -> None:
    assert (u.UINT8, u.INT8, u.UINT16, u.INT64, u.FLOAT32, u.FLOAT64) == (
        0, 134217728, 268435456, 939524096, -268435456, -134217728,
    )  # fmt: skip
    assert (u.BFUINT8, u.BFINT32, u.PTR, u.ARRAY, u.BF_POS, u.BF_LEN) == (
        -1073741824, -402653184, 536870912, -1073741824, 17, 22,
    )  # fmt: skip
    assert (u.LITTLE_ENDIAN, u.BIG_ENDIAN, u.NATIVE, u.VOID, u.LONGLONG, u.ULONG) == (0, 1, 2, 0, 939524096, 536870912)


@pytest.mark.parametrize(
    ("layout", "values"),
    [
        (0, (898, -2012772859, 9801950472242954753, -4.078262396630248e-34)),
        (1, (33283, 92669832, 108653206573549448, 1.2604065985136682e-35)),
        (2, (898, -2012772859, 9801950472242954753, -4.078262396630248e-34)),
    ],
)
def test_numbers_in_each_layout(u: Any, layout: int, values: tuple[float, ...]) -> None:
    fields = {"h": 1 | u.UINT16, "i": 4 | u.INT32, "q": 8 | u.UINT64, "f": 4 | u.FLOAT32}
    s = over(u, bytearray(DATA), fields, layout)
    assert (s.h, s.i, s.q, s.f) == values


def test_bitfields(u: Any) -> None:
    def bits(kind: int, at: int, length: int) -> int:
        return kind | at << u.BF_POS | length << u.BF_LEN

    data = bytearray(b"\xff\x83\x03\x84")
    s = over(u, data, {"u": bits(u.BFUINT16, 4, 5), "i": bits(u.BFINT16, 4, 5), "none": u.BFUINT8}, u.LITTLE_ENDIAN)
    assert (s.u, s.i, s.none) == (31, 31, 0)
    s.i = -2
    assert (s.u, s.i, data[:2]) == (30, 30, b"\xef\x83")
    s.u = 0x141
    assert data[:2] == b"\x1f\x82"
    assert [
        over(u, bytearray(b"\x01\x83"), {"f": bits(u.BFUINT16, at, 4)}, u.BIG_ENDIAN).f for at in (0, 4, 8, 12)
    ] == [3, 8, 1, 0]


def test_stores_keep_the_low_bits(u: Any) -> None:
    data = bytearray(8)
    s = over(u, data, {"b": u.UINT8, "h": 2 | u.INT16, "f": 4 | u.FLOAT32})
    s.b, s.h, s.f = 0x1FF, 40_000, 1.1
    assert (s.b, s.h, s.f) == (255, -25_536, 1.100000023841858)
    s.f = 3
    assert s.f == 3.0
    for name, value in (("b", "x"), ("b", 1.5), ("f", "x")):
        with pytest.raises(TypeError, match="can't convert"):
            setattr(s, name, value)


def test_structures_in_structures_and_arrays(u: Any) -> None:
    data = bytearray(DATA)
    fields = {
        "c": (2, {"x": u.UINT8}),
        "bytes": (u.ARRAY | 4, 3 | u.UINT8),
        "words": (u.ARRAY | 4, 2 | u.UINT16),
        "pairs": (u.ARRAY | 8, 2, {"x": u.UINT8, "y": 1 | u.UINT8}),
        "signed": (u.ARRAY | 0, 2 | u.INT8),
    }
    s = over(u, data, fields, u.LITTLE_ENDIAN)
    assert (s.c.x, s.words[1], s.pairs[1].y, s.signed[1]) == (3, 0x8807, 0x84, -126)
    s.words[1], s.pairs[1].y = 0x12345, 7
    assert (data[6:8], data[11]) == (b"\x45\x23", 7)
    assert [str(one).split()[:2] for one in (s, s.c, s.words, s.pairs)] == [
        ["<struct", "STRUCT"], ["<struct", "STRUCT"], ["<struct", "ARRAY"], ["<struct", "ARRAY"],
    ]  # fmt: skip
    for name in ("c", "bytes", "words"):
        with pytest.raises(TypeError, match="syntax error in uctypes descriptor"):
            setattr(s, name, 1)
    with pytest.raises(IndexError, match="struct: index out of range"):
        s.words[2]
    with pytest.raises(TypeError, match="doesn't support item assignment"):
        s.pairs[0] = 1
    with pytest.raises(TypeError, match="struct: can't index"):
        s[0]
    with pytest.raises(TypeError, match="struct: no fields"):
        s.words.x = 1
    with pytest.raises(KeyError, match="nothing"):
        s.nothing = 1
    with pytest.raises(TypeError):
        len(s.words)


def test_an_array_of_bytes_is_the_memory_itself(u: Any) -> None:
    data = bytearray(DATA)
    view = over(u, data, {"bytes": (u.ARRAY | 4, 4 | u.UINT8)}).bytes
    assert repr(view) == "bytearray(b'\\x05\\x86\\x07\\x88')"
    assert view == b"\x05\x86\x07\x88"
    assert view != b"\x05"
    view[0], view[1:3] = 0x141, b"BC"
    assert data[4:8] == b"ABC\x88"
    assert view[:3] == bytearray(b"ABC")
    assert bytes(view[:3] + b"!") == b"ABC!"
    assert isinstance(view, bytearray)
    assert u.sizeof(view) == len(view) == 4
    assert (view[:3]).decode() == "ABC"
    with pytest.raises(IndexError):
        view[5] = 1


def test_pointers(u: Any) -> None:
    data, holder = bytearray(DATA), bytearray(8)
    fields = {"p": (u.PTR | 0, u.UINT16), "q": (u.PTR | 4, {"x": 1 | u.UINT8}), "raw": u.UINT32, "raw2": 4 | u.UINT32}
    s = over(u, holder, fields)
    s.raw = s.raw2 = u.addressof(data)
    assert (s.p[0], s.p[1], s.q[0].x, s.q[1].x, int(s.p)) == (0x8201, 0x8403, 0x82, 0x84, u.addressof(data))
    assert u.addressof(s.q) == u.addressof(holder) + 4
    s.p[0] = 1
    assert data[0] == 1
    assert data[1] == 0x82
    with pytest.raises(TypeError, match="struct: no fields"):
        s.q.x = 1


def test_sizes(u: Any) -> None:
    sizes = [
        {"a": u.UINT8, "b": 4 | u.UINT32}, {"a": u.UINT32, "b": 4 | u.UINT8}, {"a": u.UINT64, "b": 8 | u.UINT8},
        {"s": (0, {"a": u.UINT16}), "b": 2 | u.UINT8}, {}, {"a": u.BFUINT32 | 3 << 22}, {"a": u.BFUINT8 | 2},
        (u.ARRAY | 0, 4 | u.UINT16), (u.PTR | 0, u.UINT16), (u.ARRAY | 0, 4, {"a": u.UINT16}),
        {"p": (u.PTR | 0, u.VOID)},
    ]  # fmt: skip
    assert [u.sizeof(one) for one in sizes] == [8, 8, 16, 4, 0, 4, 3, 8, 4, 8, 4]
    assert u.sizeof(sizes[1], u.LITTLE_ENDIAN) == 5
    assert u.sizeof(over(u, bytearray(8), sizes[1], u.LITTLE_ENDIAN)) == 5
    for wrong, message in ((1, "unambiguously"), ("a", "syntax error")):
        with pytest.raises(TypeError, match=message):
            u.sizeof(wrong)
    with pytest.raises(TypeError):
        u.sizeof(over(u, bytearray(8), sizes[1]), u.NATIVE)


def test_addresses_add_up(u: Any) -> None:
    data = bytearray(DATA)
    start = u.addressof(data)
    assert u.addressof(memoryview(data)[3:]) == start + 3
    assert u.addressof(data) == start
    assert u.addressof(over(u, data, {"c": (2, {"x": u.UINT8})}).c) == start + 2
    assert u.bytes_at(start + 1, 2) == b"\x82\x03"
    assert u.bytes_at(u.addressof(b"hello"), 5) == b"hello"
    assert u.bytes_at(u.addressof("abc"), 3) == b"abc"
    u.bytearray_at(start, 4)[0] = 9
    assert data[0] == 9
    u.mem8[start + 1] = 7
    assert data[1] == 7
    assert u.mem32[start] & 0xFFFF_FFFF == 0x84030709
    for wrong in (1, None, [1]):
        with pytest.raises(TypeError, match="object with buffer protocol required"):
            u.addressof(wrong)
    with pytest.raises(TypeError):
        u.struct(data, {})


def test_a_buffer_may_grow_and_is_kept_while_its_address_is(u: Any) -> None:
    data = bytearray(4)
    address = u.addressof(data)
    data.extend(bytes(100_000))
    assert u.addressof(data) != address
    addresses = [u.addressof(bytearray([number])) for number in range(50)]
    assert [u.bytes_at(address, 1)[0] for address in addresses] == list(range(50))
    assert len(set(addresses)) == 50


def test_structures_are_buffers(u: Any) -> None:
    s = over(u, bytearray(DATA), {"a": u.UINT32, "b": 4 | u.UINT16})
    assert bytes(s) == DATA[:8]
    for struct in (s, over(u, bytearray(DATA), (u.ARRAY, 4 | u.UINT8))):
        with pytest.raises(TypeError, match="not iterable"):
            list(struct)


def test_structures_are_buffers_of_bytearrays(run: Any) -> None:
    source = """
import uctypes
s = uctypes.struct(uctypes.addressof(bytearray(b"abcdef")), {"a": uctypes.UINT32})
print(bytearray(s))
"""
    assert run("pico", source)[0].output == "bytearray(b'abcd')\n"


def test_what_is_at_an_address_knows_it(u: Any) -> None:
    assert [u.addressof(u.bytearray_at(1 << bit, 8)) for bit in range(8)] == [1 << bit for bit in range(8)]


def test_registers(bench: On) -> None:
    board = bench("pyboard")
    u = board.module("uctypes")
    gpio = {"MODER": u.UINT32, "IDR": 16 | u.UINT32, "ODR": 20 | u.UINT32, "BSRR": 24 | u.UINT32}
    port = u.struct(board.module("stm").GPIOB, gpio)
    port.MODER = port.MODER & ~(3 << 8) | 1 << 8
    port.BSRR = 1 << 4
    assert board.wire("B4").level == 1
    assert port.ODR >> 4 & 1 == 1
    port.BSRR = 1 << 20
    assert board.wire("B4").level == 0
