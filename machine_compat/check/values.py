"""Works out what an expression of a script stands for, as far as its text alone can tell: a module, a class, a pin.

None stands for "cannot be told" throughout, and nothing is ever concluded from it.
"""

import ast
from dataclasses import dataclass
from typing import TypeAlias

from machine_compat.check.scopes import Binding, Imported, Scope
from machine_compat.ports.names import PORTS

CLASSES = frozenset(
    entry for table in PORTS.values() for entry in table if entry[0].isupper() and not entry.endswith(")")
) | {"Signal", "SoftI2C", "SoftSPI", "WDT", "Timer", "PWM", "I2C", "SPI"}
"""The classes of `machine` whose names are known."""
SAME_IN_PYB = frozenset({"Pin", "UART", "RTC"})
"""The classes that `pyb` has from `machine`."""
DEEPEST = 200
"""How many steps an expression may take."""


@dataclass(frozen=True, slots=True)
class Module:
    name: str


@dataclass(frozen=True, slots=True)
class Class:
    """A class of `machine`."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    value: int | str


@dataclass(frozen=True, slots=True)
class Member:
    """What a class has under a name: ``Pin.OUT``."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Pins:
    """``Pin.board`` or ``Pin.cpu``."""

    space: str


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of a class of `machine`; pin: which one, of a Pin."""

    kind: str
    pin: int | str | None = None
    space: str = ""


@dataclass(frozen=True, slots=True)
class Platform:
    """``sys.platform``"""


Value: TypeAlias = Module | Class | Literal | Member | Pins | Thing | Platform | None


class Values:
    """The values of one file's expressions. attributes: what is stored under ``x.name``, by name, with its scope."""

    def __init__(self, attributes: dict[str, list[tuple[ast.expr | None, Scope]]]) -> None:
        self._attributes = attributes
        self._busy: set[tuple[int, str]] = set()
        self._depth = 0

    def of(self, node: ast.expr | None, scope: Scope) -> Value:
        """What an expression stands for in a scope."""
        if node is None or self._depth > DEEPEST:
            return None
        self._depth += 1
        try:
            return self._of(node, scope)
        finally:
            self._depth -= 1

    def _of(self, node: ast.expr, scope: Scope) -> Value:
        match node:
            case ast.Constant(value=bool()):
                return None
            case ast.Constant(value=int() | str() as value):
                return Literal(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return Literal(-value)
            case ast.Name(id=name):
                return self.named(name, scope)
            case ast.Attribute(value=holder, attr=name):
                return self._attribute(holder, name, scope)
            case ast.Call():
                return self._result(node, scope)
        return None

    # ---- names

    def named(self, name: str, scope: Scope) -> Value:
        """What a name stands for: what all its bindings agree on."""
        place = scope.find(name)
        if place is None:
            return self._in_module("machine", name) if set(scope.top().stars) == {"machine"} else None
        return self._agreed((id(place), name), [(binding, place) for binding in place.names[name]])

    def _agreed(self, key: tuple[int, str], found: list[tuple[Binding, Scope]]) -> Value:
        if key in self._busy:
            return None
        self._busy.add(key)
        try:
            values = [self._bound(binding, scope) for binding, scope in found]
        finally:
            self._busy.remove(key)
        if values and all(value == values[0] for value in values):
            return values[0]
        kinds = {value.kind if isinstance(value, Thing) else None for value in values}
        [kind] = kinds if len(kinds) == 1 else [None]
        return Thing(kind) if kind is not None else None

    def _bound(self, binding: Binding, scope: Scope) -> Value:
        if isinstance(binding, Imported):
            if binding.item is None:
                return Module(binding.module)
            return self._in_module(binding.module, binding.item)
        return self.of(binding, scope)

    def _in_module(self, module: str, name: str) -> Value:
        if (module == "machine" and name in CLASSES) or (module == "pyb" and name in SAME_IN_PYB):
            return Class(name)
        return Platform() if (module, name) == ("sys", "platform") else None

    # ---- what hangs on other values

    def _attribute(self, holder: ast.expr, name: str, scope: Scope) -> Value:
        match self.of(holder, scope):
            case Module(name=module):
                return self._in_module(module, name)
            case Class(name="Pin") if name in ("board", "cpu"):
                return Pins(name)
            case Class(name=kind):
                return Member(kind, name)
            case Pins(space=space):
                return Thing("Pin", name, space)
            case None if isinstance(holder, ast.Name) and holder.id == "self":
                return self._agreed((0, name), list(self._attributes.get(name, ())))
        return None

    def _result(self, call: ast.Call, scope: Scope) -> Value:
        called = self.of(call.func, scope)
        if isinstance(called, Class):
            first = self.of(call.args[0], scope) if call.args else None
            if called.name == "Pin" and isinstance(first, Literal):
                return Thing("Pin", first.value)
            if called.name == "Pin" and isinstance(first, Thing):
                return first
            return Thing(called.name)
        match call.func:
            case ast.Name(id="const") | ast.Attribute(attr="const") if len(call.args) == 1:
                return self.of(call.args[0], scope)
        return None
