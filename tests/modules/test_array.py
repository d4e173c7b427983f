"""MicroPython's `array`; results as MicroPython 1.29 gives them on a 32-bit machine."""

import builtins

import pytest

from machine_compat.interpreter.rewrite import compile_script, hooks
from machine_compat.modules.array import array


def test_numbers_are_made_to_fit() -> None:
    assert array("B", [300, -1]).tolist() == [44, 255]
    assert array("b", (200,)).tolist() == [-56]
    assert array("q", [1 << 64, 1 << 63]).tolist() == [0, -(1 << 63)]
    assert repr(array("f", [1.1, 1e300])) == "array('f', [1.100000023841858, inf])"
    numbers = array("H", (n for n in (70_000,)))
    numbers.append(-2)
    numbers.extend([1 << 20, 5])
    assert numbers.tolist() == [4464, 65534, 0, 5]


def test_a_long_has_four_bytes() -> None:
    longs = array("l", [1 << 40 | 0x8000_0000])
    assert (bytes(longs), repr(longs)) == (b"\0\0\0\x80", "array('l', [-2147483648])")
    assert bytes(array("P", [-1])) == b"\xff" * 4


def test_bytes_are_the_elements_own() -> None:
    assert array("H", b"abcde").tolist() == [0x6261, 0x6463]
    assert array("h", array("B", b"ab")).tolist() == [97, 98]
    assert array("H", memoryview(b"ab")).tolist() == [97, 98]
    numbers = array("H", [1])
    numbers.extend(b"\1\2\3")
    numbers.extend(array("B", [5, 6]))
    numbers += "ab"
    numbers += [7]
    assert numbers.tolist() == [1, 0x201, 0x605, 0x6261, 7]


def test_adding_makes_a_new_array() -> None:
    first = array("H", [1])
    assert repr(first + b"abc") == "array('H', [1, 25185])"
    assert repr(first + array("B", [1, 2])) == "array('H', [1, 513])"
    assert bytearray(b"ab") + first == b"ab\1\0"
    assert first.tolist() == [1]
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        first + range(3)


def test_slices_are_arrays_like_it() -> None:
    numbers = array("L", [1, 2, 3])[1:]
    numbers.append(-1)
    assert repr(numbers + b"\0\0\0\1") == "array('L', [2, 3, 4294967295, 16777216])"
    assert repr(array("B")) == "array('B')"


def test_stores_of_a_script_truncate() -> None:
    script = "from array import array\na = array('l', [0, 0])\na[0] = 1 << 33 | 5\na[1] -= 1 << 31 | 1\n"
    namespace = {
        "__builtins__": vars(builtins) | hooks(lambda: None) | {"__import__": lambda *_: __import__(
            "machine_compat.modules.array", fromlist=["array"])},
    }  # fmt: skip
    exec(compile_script(script, "main.py"), namespace)
    assert repr(namespace["a"]) == "array('l', [5, 2147483647])"


@pytest.mark.parametrize("typecode", ["z", "u", "O", ""])
def test_unknown_types(typecode: str) -> None:
    with pytest.raises(ValueError, match="bad typecode"):
        array(typecode)


@pytest.mark.parametrize(("typecode", "values"), [("i", [1.5]), ("B", "abc"), ("f", ["1"]), ("B", 5), ("B", [None])])
def test_what_has_another_type_is_refused(typecode: str, values: object) -> None:
    with pytest.raises(TypeError):
        array(typecode, values)
    if typecode != "B" or values == [None]:
        with pytest.raises(TypeError):
            array(typecode).extend(values)
