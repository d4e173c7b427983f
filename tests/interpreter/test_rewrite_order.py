"""This file states that rewritten stores use everything once and in Python's order, whatever the targets."""

import builtins
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.interpreter.rewrite import compile_script, hooks


def run(source: str, **names: object) -> dict[str, Any]:
    """The module dict of a script after it ran."""
    module: dict[str, Any] = {"__builtins__": {**vars(builtins), **hooks(lambda: None)}, **names}
    exec(compile_script(source, "script.py"), module)
    return module


class Log:
    """A container that writes down every use, and holds integers or further containers."""

    def __init__(self, name: str, log: list[object], items: Any) -> None:
        self.name, self.log, self.items = name, log, items

    def __getitem__(self, index: int) -> Any:
        self.log.append((self.name, "get", index))
        return self.items[index]

    def __setitem__(self, index: int, value: Any) -> None:
        self.log.append((self.name, "set", index, value))
        self.items[index] = value


NAMES = ("i", "j", "p", "q")


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("{}({})".format, st.sampled_from(("say", "bump")), inner)


atoms = st.sampled_from((*NAMES, "0", "1", "2", "-1"))
integers = st.recursive(
    atoms,
    lambda inner: st.one_of(
        calls(inner),
        st.builds("({} + {}) % 3".format, inner, inner),
        st.builds("c[{}]".format, calls(inner).map("{} % 3".format)),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(q := {})".format, inner),
    ),
    max_leaves=4,
)
containers = st.sampled_from(("a", "b", "c", "nest[0]", "nest[say(1)]", "box().a", "box().b"))
elements = st.builds("{}[{}]".format, containers, integers.map("({}) % 3".format))
targets = st.one_of(elements, elements, st.sampled_from(NAMES))


@st.composite
def assignments(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(("plain", "several", "unpack", "augmented", "loop")))
    if kind == "plain":
        return f"{draw(elements)} = {draw(integers)}"
    if kind == "several":
        return f"{draw(targets)} = {draw(elements)} = {draw(integers)}"
    if kind == "augmented":
        return f"{draw(elements)} {draw(st.sampled_from(('+', '-', '|', '*')))}= {draw(integers)}"
    first, second, third = draw(targets), draw(targets), draw(elements)
    values = f"{draw(integers)}, ({draw(integers)}, {draw(integers)})"
    if kind == "unpack":
        return f"{first}, [{second}, {third}] = {values}"
    return f"for {first}, ({second}, {third}) in [({values})] * 2: say(3)"


SETTING = """
def f():
    i, j, p, q = 0, 1, 2, 1
    def say(x):
        log.append(("say", x))
        return x
    def bump(x):
        nonlocal i, p
        i, p = (i + 1) % 3, (p + x) % 3
        log.append(("bump", x))
        return x
    class box:
        def __init__(self): say(7)
        @property
        def a(self): bump(1); return a
        @property
        def b(self): say(8); return b
    STATEMENTS
    return i, j, p, q
result = f()
"""


def outcome(statements: list[str], rewritten: bool, inner: Any) -> tuple[Any, list[object], list[list[int]]]:
    """What a function returns, the order of everything it used, and what its containers hold in the end."""
    log: list[object] = []
    held = [inner(), inner(), inner()]
    a, b, c = (Log(name, log, items) for name, items in zip("abc", held, strict=True))
    names = {"a": a, "b": b, "c": c, "log": log, "nest": Log("nest", log, [a, b, c])}
    source = SETTING.replace("STATEMENTS", "\n    ".join(statements))
    if rewritten:
        return run(source, **names)["result"], log, [list(items) for items in held]
    module: dict[str, Any] = dict(names)
    exec(compile(source, "script.py", "exec"), module)
    return module["result"], log, [list(items) for items in held]


@settings(max_examples=400, deadline=None)
@given(st.lists(assignments(), min_size=1, max_size=4))
def test_nothing_changes_when_every_value_fits(statements: list[str]) -> None:
    def make() -> list[int]:
        return [1, 2, 0]

    assert outcome(statements, True, make) == outcome(statements, False, make)


class Masking(list[int]):
    """Stores as a board's bytearray does, for CPython's own compiler."""

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, value & 0xFF)


@settings(max_examples=400, deadline=None)
@given(st.lists(assignments(), min_size=1, max_size=4), st.integers(-400, 400))
def test_only_the_stored_value_changes_when_it_does_not_fit(statements: list[str], offset: int) -> None:
    source = SETTING.replace("STATEMENTS", "\n    ".join(statements)).replace("return x\n", f"return x + {offset}\n")
    ends = []
    for kind, compiler in ((bytearray, compile_script), (Masking, lambda text, name: compile(text, name, "exec"))):
        log: list[object] = []
        a, b, c = (kind([1, 2, 0]) for _ in range(3))
        module: dict[str, Any] = {"__builtins__": {**vars(builtins), **hooks(lambda: None)}}
        module |= {"a": a, "b": b, "c": c, "log": log, "nest": Log("nest", [], [a, b, c] + [a] * 500)}
        try:
            exec(compiler(source, "script.py"), module)
        except IndexError:
            log.append("IndexError")
        ends.append((module.get("result"), log, [list(items) for items in (a, b, c)]))
    assert ends[0] == ends[1]
