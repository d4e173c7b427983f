"""MicroPython's `json`; results as MicroPython 1.29 gives them."""

from collections import OrderedDict

import pytest

from machine_compat.modules import json
from machine_compat.modules.collections import namedtuple
from machine_compat.modules.io import BytesIO, IOBase, StringIO


class Shown:
    def __repr__(self) -> str:
        return "R!"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, 2.5, None, True, False, "a", {"b": []}], '[1, 2.5, null, true, false, "a", {"b": []}]'),
        ((), "[]"),
        (b"abc", '"abc"'),
        (bytearray(b"abc"), "bytearray(b'abc')"),
        ({1: 2, 1.5: 3, None: 4, b"a": 5, (1, 2): 6}, '{"1": 2, "1.5": 3, "null": 4, "a": 5, "[1, 2]": 6}'),
        ({True: 1}, '{"true": 1}'),
        (float("nan"), "nan"),
        (1e20, "1e+20"),
        (10**30, "1" + "0" * 30),
        ('é\n"\\\x01/\b\x7f\U0001f600', '"é\\n\\"\\\\\\u0001/\\u0008\x7f\U0001f600"'),
        ([Shown(), {1}], "[R!, {1}]"),
        (OrderedDict(a=1), '{"a": 1}'),
        (namedtuple("P", "x")(1), "P(x=1)"),
    ],
)
def test_dumps(value: object, text: str) -> None:
    assert json.dumps(value) == text


def test_separators() -> None:
    assert json.dumps({"a": [1, 2], "b": 2}, separators=(",", ":")) == '{"a":[1,2],"b":2}'
    assert json.dumps({"a": 1, "b": 2}, separators=[";", "="]) == '{"a"=1;"b"=2}'
    with pytest.raises(ValueError, match="requested length 2 but object has length 1"):
        json.dumps([1], separators=(",",))
    for wrong in ("ab", (1, 2)):
        with pytest.raises(TypeError):
            json.dumps([1], separators=wrong)
    with pytest.raises(TypeError):
        json.dumps([1], indent=2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('[1, 2.5, null, true, "a", {"b": []}]', [1, 2.5, None, True, "a", {"b": []}]),
        (b" [1]\r\n", [1]),
        (bytearray(b"-1"), -1),
        ("1E3", 1000.0),
        ("-1.5e-2", -0.015),
        ("01", 1),
        ("1.", 1.0),
        ('"\\u00e9\\n\\/\\x"', "é\n/x"),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"a\nb"', "a\nb"),
        ('"\\""', '"'),
        # What MicroPython does not insist on.
        ('{"a": 1,}', {"a": 1}),
        ("[,1 2,,3]", [1, 2, 3]),
        ('{"a" 1 "b"}', {"a": 1}),
        ("{1: 2}", {1: 2}),
        ("[1}", [1]),
        (",1", 1),
    ],
)
def test_loads(text: str | bytes, value: object) -> None:
    assert json.loads(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "[1", "[1]x", "1,2", "1]", "]", "[]]", "{'a': 1}", "NaN", "-Infinity", "-", "+1", ".5", "1e", "1-2",
        "tru", "TRUE", '"abc', '"\\u12"', "{[1]: 2}", "{{}: 2}", "[][]", "\ufeff1",
    ],
)  # fmt: skip
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"syntax error in JSON|number|int|float"):
        json.loads(text)


def test_what_is_no_text() -> None:
    for value in (5, None, [1]):
        with pytest.raises(TypeError, match="object with buffer protocol required"):
            json.loads(value)


def test_streams() -> None:
    assert json.load(StringIO("[1, 2]")) == json.load(BytesIO(b"[1, 2]")) == [1, 2]
    text, data = StringIO(), BytesIO()
    json.dump({"é": 1}, text)
    json.dump({"é": 1}, data, separators=(",", ":"))
    assert (text.getvalue(), data.getvalue().decode()) == ('{"é": 1}', '{"é":1}')
    with pytest.raises(ValueError, match="syntax error in JSON"):
        json.load(StringIO("{} trailing"))
    for call in (lambda: json.load("[1]"), lambda: json.dump([1], 5)):
        with pytest.raises(OSError, match="stream operation not supported"):
            call()


def test_streams_of_a_script() -> None:
    class Loop(IOBase):
        """What is written can be read, one byte at a time."""

        def __init__(self) -> None:
            self.data = b""

        def write(self, buf: bytes) -> int:
            self.data += buf
            return len(buf)

        def readinto(self, buf: bytearray) -> int:
            buf[:1], self.data = self.data[:1], self.data[1:]
            return len(buf)

    loop = Loop()
    json.dump([1, "é"], loop)
    assert json.load(loop) == [1, "é"]


def test_a_stream_of_the_scripts_own_is_given_bytearrays() -> None:
    taken: list[object] = []

    class Sink(IOBase):
        def write(self, buf: bytearray) -> int:
            taken.append(buf)
            return len(buf)

    json.dump([1, "é"], Sink())
    assert taken == [bytearray('[1, "é"]'.encode())]
    assert type(taken[0]) is bytearray


def test_a_stream_that_tells_lies_is_an_error() -> None:
    class Liar(IOBase):
        def write(self, buf: bytearray) -> int:
            return len(buf) + 1

        def readinto(self, buf: bytearray) -> int:
            return len(buf) + 1

    for use in (lambda: json.dump(1, Liar()), lambda: json.load(Liar())):
        with pytest.raises(OSError, match="EIO"):
            use()
