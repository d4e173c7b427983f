"""This file states that a script's private names are not mangled, and that nothing else about its classes changes."""

import builtins
from typing import Any

import pytest

from machine_compat.interpreter.rewrite import compile_script, hooks


def run(source: str | bytes) -> dict[str, Any]:
    """The module dict of a script after it ran."""
    module: dict[str, Any] = {"__builtins__": {**vars(builtins), **hooks(lambda: None)}, "__name__": "script"}
    exec(compile_script(source, "script.py"), module)
    return module


def test_private_names_are_not_mangled() -> None:
    script = """
import sys as __sys
__limit = 5
class Bus:
    __slow = 1
    def __init__(self, **options):
        self.__data = options
    def __read(self, __x=2):
        def inner():
            __x2 = __x + __limit
            return __x2 + self.__slow
        return inner()
    def read(self):
        import sys as __s
        return self.__read(__x=3), __s is __sys
    def set(self):
        global __limit
        __limit = 6
class Device:
    def peek(self, bus):
        return bus.__data
bus = Bus(__a=1)
result = bus.read()
bus.set()
peeked = Device().peek(bus)
"""
    module = run(script)
    assert module["result"] == (9, True)
    assert module["peeked"] == {"__a": 1}
    assert module["__limit"] == 6
    assert vars(module["bus"]) == {"__data": {"__a": 1}}
    assert {"__slow", "__read"} <= set(vars(module["Bus"]))
    assert module["Bus"].__read.__qualname__ == "Bus.__read"
    assert not [name for name in vars(module["Bus"]) if name.startswith("_Bus")]


def test_classes_with_private_names_are_otherwise_ordinary() -> None:
    script = """
def keep(cls):
    kept.append(cls)
    return cls
kept = []
class Base:
    def __init_subclass__(cls, tag=None):
        cls.tag = tag, cls.__name__
    def name(self):
        return "base"
def make():
    __free = "closed over"
    class Local:
        pass
    @keep
    class Local(Base, tag=1):
        "doc"
        __x: "never evaluated" = 1
        def name(self):
            return super().name() + __class__.__name__ + __free
    def outer():
        nonlocal Local
        class Local:
            __y = 2
    first = Local
    outer()
    return first, Local
first, second = make()
"""
    module = run(script)
    first, second = module["first"], module["second"]
    assert module["kept"] == [first]
    assert (first.__name__, first.__qualname__, first.__doc__) == ("Local", "make.<locals>.Local", "doc")
    assert first.tag == (1, "Local")
    assert first().name() == "baseLocalclosed over"
    assert first.name.__code__.co_freevars == ("__class__", "__free")
    assert first.__annotations__ == {"__x": "'never evaluated'"}
    assert second.__qualname__ == "make.<locals>.outer.<locals>.Local"


def test_a_compile_error_about_a_private_name_shows_the_name() -> None:
    with pytest.raises(SyntaxError, match="name '__x' is parameter and global") as caught:
        compile_script("class A:\n    def f(__x):\n        global __x\n", "script.py")
    assert caught.value.lineno == 3
