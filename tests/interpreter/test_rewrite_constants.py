"""This file states where the value of ``X = const(...)`` stands, and what MicroPython's compiler refuses."""

import builtins
from typing import Any

import pytest

from machine_compat.interpreter.rewrite import compile_script, hooks


def run(source: str) -> dict[str, Any]:
    """The module dict of a script after it ran; `const` is there as a board's scripts have it."""
    names: dict[str, object] = {**vars(builtins), **hooks(lambda: None), "const": lambda value: value}
    module: dict[str, Any] = {"__builtins__": names, "__name__": "script"}
    exec(compile_script(source, "script.py"), module)
    return module


def refusal(source: str) -> SyntaxError:
    with pytest.raises(SyntaxError) as caught:
        compile_script(source, "script.py")
    return caught.value


def test_a_constant_of_a_class_is_known_by_its_bare_name_in_methods() -> None:
    made = run(
        "class Chip:\n    REG = const(0x75)\n    def read(self):\n        return REG, self.REG\nseen = Chip().read()"
    )
    assert made["seen"] == (0x75, 0x75)


def test_a_constant_is_known_from_its_line_on_to_the_end_of_the_file() -> None:
    source = "X = 1\ndef before():\n    return X\nX = const(2)\ndef after():\n    return X\nglobals()['X'] = 3\n"
    made = run(f"{source}seen = before(), after(), X")
    assert made["seen"] == (3, 2, 2)


def test_a_constant_wins_over_a_parameter_of_its_name() -> None:
    assert run("N = const(5)\ndef f(N):\n    return N\nseen = f(1)")["seen"] == 5


def test_other_places_keep_the_name() -> None:
    source = "N = const(5)\nclass C:\n    pass\nC.N = 1\ndef g(**k):\n    return k\nseen = C.N, g(N=2), 'N'"
    assert run(source)["seen"] == (1, {"N": 2}, "N")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 << 4 | 3", 19),
        ("-(2 ** 3) // 3 % 5", 2),
        ("~0x0F & 0xFF", 0xF0),
        ("not 0 and 7 or 8", 7),
        ("1.5 * 2", 3.0),
        ("'text' 'joined'", "textjoined"),
        ("(1, (b'b', None, ...), A)", (1, (b"b", None, ...), 3)),
        ("A + 1", 4),
    ],
)
def test_what_can_be_computed(expression: str, value: object) -> None:
    made = run(f"A = const(3)\nX = const({expression})\nseen = X")
    assert made["seen"] == made["X"] == value


@pytest.mark.parametrize(
    "expression",
    [
        "name",
        "f()",
        "[1]",
        "{}",
        "a[0]",
        "'a' + 'b'",
        "-'a'",
        "1 @ 2",
        "1 << -2",
        "1 >> -2",
        "1 % 0",
        "1 // 0",
        "1 if 1 else 2",
    ],
)
def test_what_cannot_be_computed(expression: str) -> None:
    error = refusal(f"import machine\nX = const({expression})\n")
    assert (error.msg, error.filename, error.lineno) == ("not a constant", "script.py", 2)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("X = 2", "can't assign to expression"),
        ("X = const(2)", "can't assign to expression"),
        ("X += 1", "can't assign to expression"),
        ("for X in (): pass", "can't assign to expression"),
        ("def f(): X = 2", "can't assign to expression"),
        ("del X", "can't delete expression"),
    ],
)
def test_a_constant_is_made_once(statement: str, message: str) -> None:
    error = refusal(f"X = const(1)\n{statement}\n")
    assert (error.msg, error.lineno) == (message, 2)


@pytest.mark.parametrize("statement", ["X = machine.const(y)", "X = const(1, 2)", "X = Y = const(y)", "X = const(*y)"])
def test_other_calls_are_calls(statement: str) -> None:
    compile_script(statement, "script.py")


def test_a_name_of_a_module_is_left_to_run_time() -> None:
    assert run("import errno\nX = const(errno.EIO)\nX = X + 1\n")["X"] == 6


def test_a_private_constant_stays_a_variable() -> None:
    assert run("_X = const(1)\n")["_X"] == 1


def test_each_text_has_constants_of_its_own() -> None:
    compile_script("X = const(1)", "one.py")
    compile_script("X = 2", "two.py")
