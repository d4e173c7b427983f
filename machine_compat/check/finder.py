"""Walks through one file and lists what it needs of a board."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from machine_compat.check.conditions import asks_the_board, caught, errors_of, platforms
from machine_compat.check.needs import (
    Need,
    NeedsBus,
    NeedsKeyword,
    NeedsModule,
    NeedsName,
    NeedsPin,
    NeedsTimer,
    OnPlatform,
    Use,
)
from machine_compat.check.scopes import Binder, Scope
from machine_compat.check.values import CLASSES, Class, Literal, Member, Module, Pins, Thing, Values
from machine_compat.interpreter.table import plain_name
from machine_compat.modules import PACKAGES
from machine_compat.ports.names import every

BUSES = {
    "I2C": ("i2c", ("scl", "sda")),
    "SPI": ("spi", ("sck", "mosi", "miso")),
    "UART": ("uart", ("tx", "rx", "rts", "cts")),
    "I2S": ("i2s", ("sck", "ws", "sd", "mck")),
    "CAN": ("can", ()),
}
"""The classes that are a bus, what a board file calls them, and the keywords that choose their pins."""
PIN_KEYWORDS = frozenset(signal for _, signals in BUSES.values() for signal in signals)
TAKES_PIN = {"PWM": "", "Signal": "", "ADC": "adc", "DAC": "dac", "TouchPad": "", "SoftI2C": "", "SoftSPI": ""}
"""The classes whose first argument is a pin (SoftI2C: scl), and what the pin must be able to do."""


class Finder:
    """What one parsed file needs; local: the top-level modules that are files of the script's own."""

    def __init__(self, file: Path, tree: ast.Module, local: frozenset[str]) -> None:
        self._file = file
        self._local = local
        binder = Binder(tree, local)
        self._scopes = binder.scopes
        self._top = binder.top
        self._values = Values(binder.attributes)
        self._changed = binder.changed
        self._uses: list[Use] = []
        self._caught: tuple[frozenset[str], ...] = ()
        self._conditions: tuple[OnPlatform, ...] = ()
        self._each(tree.body, binder.top)

    def uses(self) -> list[Use]:
        """All needs in the order of lines, each place once."""
        return sorted(dict.fromkeys(self._uses), key=lambda use: use.line)

    # ---- the walk

    def _each(self, nodes: Sequence[ast.AST], scope: Scope) -> None:
        for node in nodes:
            self._walk(node, scope)

    def _walk(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Try() | ast.TryStar():
                self._guarded(node, scope)
                return
            case ast.If(test=test, body=body, orelse=orelse):
                self._branches(test, body, orelse, scope)
                return
            case ast.IfExp(test=test, body=one, orelse=other):
                self._branches(test, [one], [other], scope)
                return
            case ast.Match(subject=subject) if asks_the_board(subject):
                return
            case ast.Import() | ast.ImportFrom():
                self._imports(node)
            case ast.Attribute(ctx=ast.Load()):
                self._attribute(node, scope)
            case ast.Name(ctx=ast.Load()):
                self._name(node, scope)
            case ast.Call():
                self._call(node, scope)
        self._each(list(ast.iter_child_nodes(node)), self._scopes.get(node, scope))

    def _guarded(self, node: ast.Try | ast.TryStar, scope: Scope) -> None:
        before = self._caught
        self._caught = (*before, caught(node.handlers))
        self._each(node.body, scope)
        self._caught = before
        self._each([*node.handlers, *node.orelse, *node.finalbody], scope)

    def _branches(self, test: ast.expr, body: Sequence[ast.AST], orelse: Sequence[ast.AST], scope: Scope) -> None:
        found = platforms(test, self._values, scope)
        if found is None and asks_the_board(test):
            return
        before = self._conditions
        if found is None:
            self._each([test, *body, *orelse], scope)
            return
        self._conditions = (*before, found)
        self._each(body, scope)
        self._conditions = (*before, found.otherwise())
        self._each(orelse, scope)
        self._conditions = before

    def _needs(self, node: ast.stmt | ast.expr, need: Need) -> None:
        errors = errors_of(need)
        if not any(errors & kinds for kinds in self._caught):
            self._uses.append(Use(self._file, node.lineno, need, self._conditions))

    # ---- modules and names

    def _imports(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif node.level or node.module is None:
            return
        elif node.module in PACKAGES:
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            modules = [node.module]
        for module in modules:
            if module.partition(".")[0] in PACKAGES:
                # Each part by itself: some may be files of the script's own, and others not.
                part = ".".join(module.split(".")[:2])
                if part not in self._local:
                    self._needs(node, NeedsModule(part))
                continue
            name = plain_name(module.partition(".")[0])
            if name in self._local:
                continue
            self._needs(node, NeedsModule(name))
            if isinstance(node, ast.ImportFrom) and name in ("machine", "pyb"):
                for alias in node.names:
                    if alias.name != "*":
                        self._needs(node, NeedsName(name, alias.name))

    def _name(self, node: ast.Name, scope: Scope) -> None:
        """A name that can only come from ``from machine import *``."""
        starred = set(self._top.stars) == {"machine"} and scope.find(node.id) is None
        if starred and node.id in every("machine"):
            self._needs(node, NeedsName("machine", node.id))

    def _attribute(self, node: ast.Attribute, scope: Scope) -> None:
        name = node.attr
        if name in self._changed or name.startswith("__"):
            return
        match self._values.of(node.value, scope):
            case Module(name="machine" | "pyb" as module):
                self._needs(node, NeedsName(module, name))
            case Class(name=kind) | Thing(kind=kind):
                self._needs(node, NeedsName(kind, name))
            case Pins(space=space):
                self._needs(node, NeedsPin(name, space))

    # ---- calls

    def _call(self, call: ast.Call, scope: Scope) -> None:
        called = self._values.of(call.func, scope)
        if isinstance(called, Class):
            entry = called.name
        elif isinstance(call.func, ast.Attribute):
            holder = self._values.of(call.func.value, scope)
            if not isinstance(holder, Thing):
                self._dynamic_import(call)
                return
            init = call.func.attr == "init" and holder.kind == "Pin"
            entry = holder.kind if init else f"{holder.kind}.{call.func.attr}"
        else:
            self._dynamic_import(call)
            return
        for keyword in call.keywords:
            if keyword.arg is not None:
                self._needs(keyword.value, NeedsKeyword(f"{entry}()", keyword.arg))
        if isinstance(called, Class) and called.name in CLASSES:
            self._made(call, called.name, scope)

    def _dynamic_import(self, call: ast.Call) -> None:
        """``__import__("rp2")``"""
        match call:
            case ast.Call(func=ast.Name(id="__import__"), args=[ast.Constant(value=str(name)), *_]):
                plain = plain_name(name.partition(".")[0])
                if plain not in self._local:
                    self._needs(call, NeedsModule(plain))

    def _made(self, call: ast.Call, kind: str, scope: Scope) -> None:
        first = call.args[0] if call.args else None
        value = self._values.of(first, scope)
        if kind == "Pin" and isinstance(value, Literal):
            self._needs(call, NeedsPin(value.value, use="out" if self._drives(call, scope) else ""))
        elif kind in TAKES_PIN:
            pin = self._pin_in(first, scope)
            # An object's own pin was looked at where the Pin was made, but not for what it has to do here.
            use = "channel" if kind == "ADC" and isinstance(value, Literal) else TAKES_PIN[kind]
            if pin is not None and (isinstance(value, Literal) or use):
                self._needs(call, NeedsPin(pin.pin, pin.space, use))
        elif kind == "Timer" and isinstance(value, Literal) and isinstance(value.value, int):
            self._needs(call, NeedsTimer(value.value))
        elif kind in BUSES:
            self._bus(call, kind, value if isinstance(value, Literal) else None, scope)
        if kind in ("SoftI2C", "SoftSPI"):
            for keyword in call.keywords:
                pin = self._literal_pin(keyword, scope)
                if pin is not None:
                    self._needs(keyword.value, pin)

    def _bus(self, call: ast.Call, kind: str, id: Literal | None, scope: Scope) -> None:
        name, signals = BUSES[kind]
        if (call.args or any(word.arg in (None, "id") for word in call.keywords)) and id is None:
            return
        pins = []
        for keyword in call.keywords:
            if keyword.arg in signals:
                pin = self._pin_in(keyword.value, scope)
                if pin is not None:
                    pins.append((keyword.arg, pin))
        self._needs(call, NeedsBus(name, kind, None if id is None else id.value, tuple(pins)))

    def _literal_pin(self, keyword: ast.keyword, scope: Scope) -> NeedsPin | None:
        value = self._values.of(keyword.value, scope)
        return NeedsPin(value.value) if keyword.arg in PIN_KEYWORDS and isinstance(value, Literal) else None

    def _pin_in(self, node: ast.expr | None, scope: Scope) -> NeedsPin | None:
        """The pin that an argument names, as far as it is known."""
        match self._values.of(node, scope):
            case Literal(value=pin):
                return NeedsPin(pin)
            case Thing(kind="Pin", pin=int() | str() as pin, space=space):
                return NeedsPin(pin, space)
        return None

    def _drives(self, call: ast.Call, scope: Scope) -> bool:
        """Whether Pin(...) makes an output."""
        modes = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "mode")]
        return any(self._values.of(mode, scope) == Member("Pin", "OUT") for mode in modes)


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each module that a file imports, anywhere in it: how many dots lead it, and its dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield node.level, module
            yield from ((node.level, f"{module}.{alias.name}".lstrip(".")) for alias in node.names)
