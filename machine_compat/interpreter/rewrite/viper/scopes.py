"""This file tells a viper function's own variables from what they share with other scopes.

Only a variable of the function's alone lives in a register and has a type; globals, and parameters that a nested
function or a comprehension uses too, are objects. Other variables cannot be shared.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = Function | ast.Lambda
_INNER: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a function.

    typed: the variables that have a type; objects: those it binds that are objects all the same; captured: those among
    them that are no parameters and that a nested scope uses; counters: loop variables that nothing else is stored in,
    which only ever count up from a number that is not negative.
    """

    typed: frozenset[str]
    objects: frozenset[str]
    captured: frozenset[str]
    counters: frozenset[str]


@dataclass(slots=True)
class _Found:
    bound: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)


def arguments_of(scope: Scope) -> list[ast.arg]:
    """All parameters, in the order they are declared."""
    given = scope.args
    starred = [given.vararg, given.kwarg]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *(argument for argument in starred if argument)]


def names_of(scope: Scope) -> Names:
    found = _search(scope)
    local = set(found.bound) - found.elsewhere
    shared = local & found.inside
    counters = {name for name in found.counted if found.bound.count(name) == found.counted.count(name)}
    captured = shared - {argument.arg for argument in arguments_of(scope)}
    objects = shared | (found.elsewhere & set(found.bound))
    return Names(frozenset(local - shared), frozenset(objects), frozenset(captured), frozenset(counters))


def is_range(node: ast.expr) -> bool:
    """Whether an expression is ``range(...)`` in a form that is compiled to counting, if its step is constant."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "range"
        and 1 <= len(node.args) <= 3
        and not node.keywords
        and not any(isinstance(argument, ast.Starred) for argument in node.args)
    )


def _search(scope: Scope | ast.ClassDef) -> _Found:
    found = _Found()
    if isinstance(scope, Scope):
        found.bound += [argument.arg for argument in arguments_of(scope)]
    body = scope.body if isinstance(scope.body, list) else [scope.body]
    for node in _nodes(body):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                found.used.add(node.id)
            else:
                found.bound.append(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.elsewhere |= set(node.names)
        elif isinstance(node, ast.alias):
            found.bound.append(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.bound.append(node.name)
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name) and _counts_up(node.iter):
            found.counted.append(node.target.id)
        elif isinstance(node, Comprehension):
            found.inside |= _free_in(node)
        elif isinstance(node, _INNER):
            if not isinstance(node, ast.Lambda):
                found.bound.append(node.name)
            found.inside |= _free(node)
    found.used |= found.inside
    return found


def _free(scope: Scope | ast.ClassDef) -> set[str]:
    """The names of outer scopes that a nested one uses."""
    found = _search(scope)
    return (found.used - set(found.bound)) | found.elsewhere


def _free_in(node: Comprehension) -> set[str]:
    """The names of outer scopes that a comprehension uses; what it first goes through is evaluated outside."""
    outside = {id(part) for part in ast.walk(node.generators[0].iter)}
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name) and id(part) not in outside]
    own = {part.id for part in names if isinstance(part.ctx, ast.Store)}
    return {part.id for part in names} - own


def _counts_up(node: ast.expr) -> bool:
    if not is_range(node) or not isinstance(node, ast.Call):
        return False
    *start, _ = node.args[:2]
    step = node.args[2] if len(node.args) == 3 else None
    return all(
        isinstance(number, ast.Constant) and isinstance(number.value, int) and number.value >= 0
        for number in (*start, *([step] if step else []))
    )


def _nodes(roots: list[ast.stmt] | list[ast.expr]) -> Iterator[ast.AST]:
    """The nodes of a scope, with its nested scopes but not what is in them; annotations are nobody's."""
    waiting: list[ast.AST] = list(roots)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += node.decorator_list
        elif isinstance(node, ast.AnnAssign):
            waiting += [node.target, *([node.value] if node.value else [])]
        elif isinstance(node, Comprehension):
            waiting.append(node.generators[0].iter)
        elif not isinstance(node, _INNER):
            waiting += ast.iter_child_nodes(node)
