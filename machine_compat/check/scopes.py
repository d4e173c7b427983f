"""Finds which names a script binds in which scope, and to what, in no order: what all bindings share holds."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from machine_compat.interpreter.table import plain_name

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Imported:
    """A module, or one item of it."""

    module: str
    item: str | None = None


Binding: TypeAlias = ast.expr | Imported | None
"""None: something that cannot be told."""


@dataclass(slots=True, eq=False)
class Scope:
    """A module, a class body or a function, with the names bound there."""

    parent: "Scope | None" = None
    is_class: bool = False
    names: dict[str, list[Binding]] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)
    """The names that are declared global or nonlocal."""
    stars: list[str] = field(default_factory=list)
    """The modules of ``from x import *``."""

    def bind(self, name: str, binding: Binding) -> None:
        home = self
        while name in home.outer and home.parent is not None:
            home = home.parent
        home.names.setdefault(name, []).append(binding)

    def find(self, name: str) -> "Scope | None":
        """The scope where a name seen from here is bound."""
        place: Scope | None = self
        while place is not None:
            if name in place.names and (place is self or not place.is_class) and name not in place.outer:
                return place
            place = place.parent
        return None

    def top(self) -> "Scope":
        place = self
        while place.parent is not None:
            place = place.parent
        return place


class Binder:
    """Binds all names of a file; local: the modules that are files of the script's own.

    scopes: the scope of each function, class and comprehension by its node. attributes: what is stored under
    ``x.name``, by name, with its scope. changed: the names stored on anything but ``self``.
    """

    def __init__(self, tree: ast.Module, local: frozenset[str]) -> None:
        self._local = local
        self.changed: set[str] = set()
        self.top = Scope()
        self.scopes: dict[ast.AST, Scope] = {tree: self.top}
        self.attributes: dict[str, list[tuple[ast.expr | None, Scope]]] = {}
        for statement in tree.body:
            self._visit(statement, self.top)

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        inner = self._opened(node, scope)
        self._bind(node, scope)
        for child in ast.iter_child_nodes(node):
            self._visit(child, inner)

    def _opened(self, node: ast.AST, scope: Scope) -> Scope:
        """The scope inside a node: its own, where it opens one."""
        if isinstance(node, ast.ClassDef):
            opened = Scope(scope, is_class=True)
        elif isinstance(node, Function):
            opened = Scope(scope)
            for argument in arguments(node.args):
                opened.bind(argument, None)
            opened.outer |= {
                name for part in ast.walk(node) if isinstance(part, ast.Global | ast.Nonlocal) for name in part.names
            }
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            opened = Scope(scope)
        else:
            return scope
        self.scopes[node] = opened
        return opened

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                scope.bind(name, None)
            case ast.Import() | ast.ImportFrom():
                self._import(node, scope)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._target(target, value, scope)
            case ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
                self._target(target, value, scope)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                scope.bind(name, None)
            case ast.MatchMapping(rest=str(name)):
                scope.bind(name, None)
            case _:
                for target in untold(node):
                    self._target(target, None, scope)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                first = alias.name.partition(".")[0]
                whole = plain_name(alias.name if alias.asname else first)
                scope.bind(alias.asname or first, None if whole in self._local else Imported(whole))
            elif alias.name == "*":
                module = plain_name(node.module or "")
                scope.top().stars.append("" if node.level or module in self._local else module)
            elif node.level or node.module is None or plain_name(node.module) in self._local:
                scope.bind(alias.asname or alias.name, None)
            else:
                scope.bind(alias.asname or alias.name, Imported(plain_name(node.module), alias.name))

    def _target(self, target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
        match target:
            case ast.Name(id=name):
                scope.bind(name, value)
            case ast.Attribute(value=holder, attr=name):
                if not (isinstance(holder, ast.Name) and holder.id == "self"):
                    self.changed.add(name)
                self.attributes.setdefault(name, []).append((value, scope))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
                straight = len(values) == len(parts) and not any(isinstance(p, ast.Starred) for p in [*parts, *values])
                for number, part in enumerate(parts):
                    self._target(part, values[number] if straight else None, scope)
            case ast.Starred(value=part):
                self._target(part, None, scope)


def untold(node: ast.AST) -> list[ast.expr]:
    """The targets of a node that get a value which cannot be told."""
    match node:
        case ast.AugAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
            return [target]
        case ast.comprehension(target=target) | ast.withitem(optional_vars=ast.expr() as target):
            return [target]
        case ast.Delete(targets=targets):
            return targets
    return []


def arguments(found: ast.arguments) -> Iterator[str]:
    """The names of a function's arguments."""
    for argument in (*found.posonlyargs, *found.args, *found.kwonlyargs):
        yield argument.arg
    for rest in (found.vararg, found.kwarg):
        if rest is not None:
            yield rest.arg
