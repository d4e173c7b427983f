"""This file states which sources compile, and what is said of those that do not."""

import builtins
import warnings
from typing import Any

import pytest

from machine_compat.interpreter.rewrite import compile_script, hooks


def run(source: str | bytes) -> dict[str, Any]:
    """The module dict of a script after it ran."""
    module: dict[str, Any] = {"__builtins__": {**vars(builtins), **hooks(lambda: None)}, "__name__": "script"}
    exec(compile_script(source, "script.py"), module)
    return module


def test_indentation_that_mixes_tabs_and_spaces_has_tab_stops_of_8() -> None:
    script = (
        "def f(x):\n"
        "    if x:\n"
        "\ttext = '''a\n"
        "\tb''' # '''\n"
        "        text += 'c\\\n"
        "\td'\n"
        "    \treturn text, (1,\n"
        "\t2)\n"
        "    return 'it''s'\n"
    )
    with pytest.raises(TabError):
        compile(script, "script.py", "exec")
    for newline in ("\n", "\r\n", "\r"):
        module = run(script.replace("\n", newline).encode())
        assert module["f"](1) == ("a\n\tbc\td", (1, 2))
        assert module["f"](0) == "its"


def test_wrong_indentation_is_still_an_error_of_that_line() -> None:
    with pytest.raises(IndentationError) as caught:
        compile_script("if 1:\n        if 2:\n\tx = 1\n   y = 2\n", "script.py")
    assert caught.value.lineno in (3, 4)
    with pytest.raises(IndentationError) as caught:
        compile_script("if 1:\n\tx = 1\n   y = 2\n", "script.py")
    assert caught.value.lineno == 3


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbfx = '\xc2\xb0'",
        b"x = '\xc2\xb0'\r\n\r\n",
        b"\x0cx = '\xc2\xb0'\n\x0c\n",
        b"# -*- coding: latin-1 -*-\nx = '\xc2\xb0'",
        "\ufeffx = '°'",
    ],
)
def test_sources_are_utf8_with_any_newline(source: bytes | str) -> None:
    assert run(source)["x"] == "°"


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        (b"x = 1\r\ny = '\xb0'\r\n", 2, "not UTF-8: byte 0xb0"),
        (b"x = 1\ny = 2\n\0z = 3", 3, "NUL byte"),
        ("x = 1\n\0", 2, "NUL byte"),
        ("x = '\udcb0'", 1, "not UTF-8"),
        ("x = 1\nif x\n", 2, "expected ':'"),
        ("def f():\n    return 1\n\nbreak\n", 4, "'break' outside loop"),
    ],
)
def test_a_bad_source_is_a_syntax_error_of_its_line(source: bytes | str, line: int, reason: str) -> None:
    with pytest.raises(SyntaxError, match=reason) as caught:
        compile_script(source, "script.py")
    assert (caught.value.filename, caught.value.lineno) == ("script.py", line)


def test_compile_warnings_of_a_script_never_surface() -> None:
    source = "x = 1\ntext = '\\d'\nsame = x is 1\nassert (x, 'always')\n"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(source)["text"] == "\\d"
