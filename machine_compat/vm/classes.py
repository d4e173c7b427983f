"""Describes a class of the board's, so that the VM can make one like it whose methods are messages."""

import sys
import types
from typing import Any

SPECIAL = (
    "__call__", "__contains__", "__delitem__", "__enter__", "__exit__", "__getitem__", "__iter__", "__len__",
    "__next__", "__setitem__",
)  # fmt: skip
"""What MicroPython looks for in a class by itself, besides what every proxy has."""


def described(kind: Any) -> tuple[object, ...]:
    """(name, constants, methods, static methods, whether it is a stream, the class that scripts know as its base)

    constants: values that need no object, an inner class or a table of pins too. What is a value of each object's own
    is in none of them: the VM asks for it each time.
    """
    constants: dict[str, object] = {}
    methods: list[str] = []
    statics: list[str] = []
    for name in dir(kind):
        if name.startswith("_"):
            continue
        raw = raw_attribute(kind, name)
        if isinstance(raw, staticmethod | classmethod):
            statics.append(name)
        elif is_method(raw):
            methods.append(name)
        elif not hasattr(type(raw), "__get__"):
            constants[name] = raw
        elif not isinstance(raw, property | types.MemberDescriptorType | types.GetSetDescriptorType):
            constants.update(bound_constant(kind, name))
    special = [name for name in SPECIAL if getattr(kind, name, None) is not getattr(type, name, None)]
    methods += [name for name in special if callable(raw_attribute(kind, name))]
    return kind.__name__, constants, methods, statics, {"write", "readinto"} <= set(methods), public_base(kind)


def public_base(kind: type) -> type | None:
    """The base of a class that its module offers to scripts beside it, as `DHTBase`."""
    base = kind.__bases__[0]
    offered = getattr(sys.modules.get(kind.__module__), "__all__", ())
    return base if base.__module__ == kind.__module__ and base.__name__ in offered else None


def raw_attribute(kind: type, name: str) -> object:
    """What a class has under a name, without the name being looked up for an object."""
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def is_method(raw: object) -> bool:
    return isinstance(raw, types.FunctionType | types.MethodDescriptorType | types.WrapperDescriptorType)


def bound_constant(kind: type, name: str) -> dict[str, object]:
    """A descriptor's value for the class itself, where it has one, as ``Pin.board``."""
    try:
        value = getattr(kind, name)
    except AttributeError:
        return {}
    return {} if value is raw_attribute(kind, name) else {name: value}
