"""What messages to the VM and from it carry."""

from array import array
from collections import namedtuple

import pytest

from machine_compat.vm.values import Buffers, ScriptError, ScriptFunction, Values

Pair = namedtuple("Pair", "left right")


@pytest.fixture
def values() -> Values:
    return Values(lambda number, arguments: (number, arguments))


@pytest.mark.parametrize(
    "value",
    [None, True, 5, -(1 << 70), "é\n", 0.1, float("inf"), b"\x00\xff", (1, (2.5,)), [b"x", None], {"a": 1, (2,): "b"}],
)
def test_plain_values_come_back_as_they_were(values: Values, value: object) -> None:
    back = values.unpack(values.pack(value), Buffers())
    assert back == value
    assert type(back) is type(value)


def test_an_objects_handle_stands_for_the_object(values: Values) -> None:
    thing = object()
    letter, handle, kind = values.pack(thing)
    assert letter == "o"
    assert values.unpack(["o", handle], Buffers()) is thing
    assert values.unpack(["k", kind], Buffers()) is object
    assert values.pack(thing) == [letter, handle, kind]


def test_a_named_tuple_keeps_its_names(values: Values) -> None:
    assert values.pack(Pair(1, b"x")) == ["n", "Pair", ["left", "right"], [1, ["b", "78"]]]


def test_what_is_written_to_a_buffer_goes_back(values: Values) -> None:
    buffers = Buffers()
    one, two, three = (
        values.unpack(["B", code, content], buffers)
        for code, content in (("B", "0102"), ("H", "0100"), ("L", "05000000"))
    )
    assert (one, two, list(three)) == (bytearray(b"\1\2"), array("H", [1]), [5])
    assert values.changes(buffers) == []
    one[1] = 7
    two[0] = 0x102
    assert values.changes(buffers) == [[0, "B", "0107"], [1, "H", "0201"]]


def test_what_is_put_into_a_list_goes_back_and_what_was_in_it_is_the_same_thing(values: Values) -> None:
    buffers = Buffers()
    [given] = values.unpack(["t", ["l", 1, ["m", "B", "0000"], ["B", "B", "05"]]], buffers)
    assert values.changes(buffers) == []
    view, array_ = given[1:]
    view[0] = 7
    given[:] = [2, view[:1], array_]
    assert values.changes(buffers) == [[0, "B", "0700"], [2, "l", ["l", 2, ["m", "B", "07"], ["a", 1]]]]
    assert values.pack_back(given, buffers) == ["a", 2]


def test_a_memoryview_and_a_slice_are_such(values: Values) -> None:
    assert values.unpack(["m", "H", "0100"], Buffers()).tolist() == [1]
    assert values.pack(memoryview(array("H", [1, 2]))[1:]) == ["m", "H", "0200"]
    assert values.unpack(["s", 1, None, -1], Buffers()) == slice(1, None, -1)


def test_a_function_of_the_scripts_is_one_object(values: Values) -> None:
    function = values.unpack(["c", 3], Buffers())
    assert isinstance(function, ScriptFunction)
    assert values.unpack(["c", 3], Buffers()) is function
    assert function(1, "x") == (3, (1, "x"))
    assert values.pack(function) == ["c", 3]


def test_a_packed_value_of_no_form_is_refused(values: Values) -> None:
    with pytest.raises(ValueError, match="no such packed value"):
        values.unpack(["?"], Buffers())


def test_an_error_reads_as_the_last_line_of_its_traceback() -> None:
    error = ScriptError("ValueError", ("bad",), "Traceback (most recent call last):\n  ...\nValueError: bad\n")
    assert str(error) == "ValueError: bad"
    assert error.args == ("bad",)
