"""This file states what stores into elements do in a rewritten script: CPython's, but for values that do not fit."""

import array
import builtins
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.interpreter.rewrite import compile_script, hooks

WIDTHS = {code: array.array(code).itemsize * 8 for code in "bBhHiIlLqQ"}


def run(source: str, **names: object) -> dict[str, Any]:
    """The module dict of a script after it ran."""
    module: dict[str, Any] = {
        "__builtins__": {**vars(builtins), **hooks(lambda: None)},
        "__name__": "script",
        "array": array,
        **names,
    }
    exec(compile_script(source, "script.py"), module)
    return module


def kept(code: str, value: int) -> int:
    """What an element keeps, computed the long way round."""
    span = 1 << WIDTHS[code]
    unsigned = value % span
    return unsigned - span if code.islower() and unsigned >= span // 2 else unsigned


# What fits, what does not


@given(st.sampled_from(sorted(WIDTHS)), st.integers(-(2**70), 2**70))
def test_arrays_and_views_keep_the_low_bits(code: str, value: int) -> None:
    items = array.array(code, [0, 0])
    run("items[1] = value\nview[0] = value", items=items, view=memoryview(items), value=value)
    assert items.tolist() == [kept(code, value)] * 2


@given(st.integers(-(2**70), 2**70))
def test_bytearrays_keep_the_low_bits(value: int) -> None:
    buf = run("buf = bytearray(3)\nbuf[-1] = value\nmemoryview(buf)[1:][0] = value\n", value=value)["buf"]
    assert buf == bytes([0, value & 0xFF, value & 0xFF])


def test_the_first_integer_that_a_signed_byte_does_not_hold() -> None:
    script = "items = array.array('b', [0, 0])\nitems[0] = 127\nitems[1] = 128\n"
    assert run(script)["items"].tolist() == [127, -128]


@pytest.mark.parametrize("value", ["0x1FF", "-1", "~0", "True + 300", "2 ** 100 - 1"])
def test_values_written_out(value: str) -> None:
    assert run(f"buf = bytearray(1)\nbuf[0] = {value}")["buf"][0] == eval(value) & 0xFF


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("buf[0] |= 0x1F0", [0xF5, 6, 7]),
        ("buf[i] += 255", [5, 5, 7]),
        ("buf[i + 1] <<= 7", [5, 6, 0x80]),
        ("buf[-1] -= 8", [5, 6, 0xFF]),
        ("buf[0] = x = buf[1] = 0x102", [2, 2, 7]),
        ("buf[0], buf[1] = 0x1FF, -2", [0xFF, 0xFE, 7]),
        ("(buf[0], x), [*buf2[0:2], buf[2]] = (256, 1), [1, 2, 3, 257]", [0, 6, 1]),
        ("buf[0], buf[1] = buf[1], buf[0]", [6, 5, 7]),
        ("for buf[i] in (255, 256, 0x133): pass", [5, 0x33, 7]),
        ("for x, buf[i] in enumerate((1, 2, 259)): pass", [5, 3, 7]),
        ("with entered(511) as buf[0], entered(513) as buf[1]: buf[2] = buf[1]", [255, 1, 1]),
        ("buf[0]: int = 0x101", [1, 6, 7]),
        ("buf[0:2] = b'ab'", [97, 98, 7]),
        ("box.buf[(lambda: 2)()] = sum((100, 200))", [5, 6, 44]),
    ],
)
@pytest.mark.parametrize(
    "scope", ["{}", "def f(buf, buf2, i, box, entered):\n {}\nf(buf, buf2, i, box, entered)", "class A:\n {}"]
)
def test_every_kind_of_store_truncates(statement: str, expected: list[int], scope: str) -> None:
    script = f"""
class entered:
    def __init__(self, value): self.value = value
    def __enter__(self): return self.value
    def __exit__(self, *error): pass
class box: pass
buf = box.buf = bytearray((5, 6, 7))
buf2 = [1, 2]
i = 1
{scope.format(statement)}
"""
    module = run(script)
    assert list(module["buf"]) == expected
    spaces = [module, vars(module["A"]) if "A" in module else {}]
    assert not [name for space in spaces for name in space if "@" in name]


# What stays an error


class Refusing:
    def __setitem__(self, index: object, value: object) -> None:
        raise ValueError("out of paint")


class Careful(bytearray):
    def __setitem__(self, index: object, value: object) -> None:
        raise OverflowError("careful")


class Odd:
    def __index__(self) -> int:
        raise ValueError("odd")


def released() -> memoryview:
    view = memoryview(bytearray(1))
    view.release()
    return view


@pytest.mark.parametrize(
    ("container", "index", "value", "error", "message"),
    [
        (Refusing(), 0, 1, ValueError, "out of paint"),
        (Careful(1), 0, 300, OverflowError, "careful"),
        (bytearray(1), 1, 3, IndexError, "out of range"),
        (bytearray(1), 2**70, 3, IndexError, "cannot fit"),
        (array.array("B", [0]), -2, 300, IndexError, "out of range"),
        (memoryview(b"a"), 0, 300, TypeError, "read-only"),
        (bytearray(1), 0, 1.5, TypeError, "float"),
        (bytearray(1), 0, "a", TypeError, "str"),
        (bytearray(1), 0, Odd(), ValueError, "odd"),
        (array.array("d", [0]), 0, 10**400, OverflowError, "too large"),
        (released(), 0, 300, ValueError, "released"),
        (b"a", 0, 1, TypeError, "item assignment"),
        ({}, [], 1, TypeError, "unhashable"),
    ],
)
def test_other_errors_keep_type_text_and_traceback(
    container: object, index: object, value: object, error: type[Exception], message: str
) -> None:
    script = "def f():\n    x = 1\n    box[0][\n        at()] = value\nf()\n"
    with pytest.raises(error, match=message) as caught:
        run(script, box=[container], at=lambda: index, value=value)
    assert caught.value.__context__ is None
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(caught.tb)]
    assert frames[2:4] == [("script.py", 5), ("script.py", 3)]
    assert all(filename == __file__ for filename, _ in frames[4:])


def test_an_index_out_of_range_comes_before_a_value_out_of_range() -> None:
    with pytest.raises(IndexError) as caught:
        run("buf = bytearray(1)\nbuf[1] = 300\n")
    assert caught.value.__suppress_context__


def test_an_error_while_computing_operands_is_not_caught() -> None:
    script = """
def fail(): raise ValueError("mine")
buf = bytearray(1)
for statement in (lambda: buf.__class__(fail()),):
    try:
        buf[fail()] = 300
    except ValueError as error:
        seen = str(error)
"""
    module = run(script)
    assert module["seen"] == "mine"
    assert module["buf"] == b"\0"


def test_a_truncating_store_leaves_no_exception_behind() -> None:
    script = "import sys\nbuf = bytearray(1)\nbuf[0] = 300\nleft = sys.exc_info()\n"
    script += "try: 1 / 0\nexcept Exception as error: last = error\n"
    module = run(script)
    assert module["left"] == (None, None, None)
    assert module["last"].__context__ is None


def test_hidden_variables_die_with_the_statement() -> None:
    script = """
def f(make, keys):
    make()[keys + 0] = keys * 2
    make()[0], make()[1] = 1, 2
    make()[0] += 1
    for make()[0] in (1, 2): pass
    try:
        make()[9 * 9] = 1
    except IndexError:
        pass
    return locals()
"""
    buf = bytearray(4)
    assert set(run(script)["f"](lambda: buf, 1)) == {"make", "keys"}
    assert buf == bytes([2, 2, 0, 0])
