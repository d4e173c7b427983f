"""This file turns stores like ``buf[i] = v`` into stores that keep the low bits of what does not fit.

A store becomes a ``try`` around itself, which costs nothing until it raises::

    try:
        buf[i] = v
    except @out_of_range:
        if @refused(buf, i, v):
            raise

The handler needs the operands again, so those that are more than a name are computed once, before, in Python's order
(value, container, index), into variables that are gone when the statement ends. Their names hold an "@" too.
"""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING, Final

from machine_compat.interpreter.rewrite.runtime import OUT_OF_RANGE, REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypedDict

    class Place(TypedDict):
        """Where in the source a node stands."""

        lineno: int
        col_offset: int
        end_lineno: int | None
        end_col_offset: int | None


# Values that no element of a truncating container takes, so that the store's own exception stands anyhow.
_NEVER_INTEGER: Final = (
    ast.Dict,
    ast.DictComp,
    ast.GeneratorExp,
    ast.JoinedStr,
    ast.Lambda,
    ast.List,
    ast.ListComp,
    ast.Set,
    ast.SetComp,
    ast.Tuple,
)
_ALWAYS_FITS: Final = range(128)
"""Integers that fit the smallest element, a signed byte."""


class Cell(ast.Subscript):
    """An element of a viper pointer as a target: what is stored there has been truncated already."""


def place(node: ast.expr | ast.stmt) -> Place:
    """The node's place, for nodes made to stand there."""
    return {
        "lineno": node.lineno,
        "col_offset": node.col_offset,
        "end_lineno": node.end_lineno,
        "end_col_offset": node.end_col_offset,
    }


def truncating(statement: ast.AST) -> list[ast.stmt] | None:
    """The statements that take an assignment's place, or None when it holds no store that could truncate."""
    if isinstance(statement, ast.Assign):
        if any(_stores(target) for target in statement.targets):
            return _assign(statement.targets, statement.value)
    elif isinstance(statement, ast.AugAssign):
        if _stores(statement.target) and not _never_overflows(statement.value, fits=range(0)):
            return _augmented(statement)
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None and _stores(statement.target):
        return _assign([statement.target], statement.value)
    return None


def loop_target(loop: ast.For | ast.AsyncFor) -> None:
    """``for buf[i] in values`` takes each value into a variable, and stores it at the start of the body."""
    if _stores(loop.target):
        names = _names()
        taken = _Variable(next(names), loop.target)
        loop.body[:0] = _released([taken], _unpacked(loop.target, taken.loaded(), names))
        loop.target = taken.stored()


def context_targets(block: ast.With | ast.AsyncWith) -> None:
    """``with manager as buf[i]`` likewise; the managers after it move into a ``with`` of their own."""
    for position, item in enumerate(block.items):
        target = item.optional_vars
        if target is None or not _stores(target):
            continue
        later = block.items[position + 1 :]
        if later:
            inner = type(block)(later, block.body, **place(block))
            context_targets(inner)
            block.body = [inner]
            del block.items[position + 1 :]
        names = _names()
        taken = _Variable(next(names), target)
        block.body[:0] = _released([taken], _unpacked(target, taken.loaded(), names))
        item.optional_vars = taken.stored()
        return


class _Variable:
    """A hidden variable that holds an operand while one statement runs."""

    __slots__ = ("at", "name")

    def __init__(self, name: str, node: ast.expr) -> None:
        self.name = name
        self.at: Place = place(node)

    def loaded(self) -> ast.Name:
        return ast.Name(self.name, ast.Load(), **self.at)

    def stored(self) -> ast.Name:
        return ast.Name(self.name, ast.Store(), **self.at)

    def deleted(self) -> ast.Name:
        return ast.Name(self.name, ast.Del(), **self.at)


def _names() -> Iterator[str]:
    return map("@{}".format, itertools.count())


def _stores(target: ast.expr) -> bool:
    """Whether assigning to the target stores into an element that could truncate: ``buf[i]``, ``(x, buf[i])``."""
    if isinstance(target, ast.Subscript):
        if isinstance(target, Cell):
            return False
        index = target.slice
        if isinstance(index, ast.Constant):
            return isinstance(index.value, int)
        # A slice copies bytes, and a tuple or a text is a key of something else.
        return not isinstance(index, (ast.Slice, ast.Tuple, ast.JoinedStr))
    if isinstance(target, (ast.Tuple, ast.List)):
        return any(_stores(element) for element in target.elts)
    return isinstance(target, ast.Starred) and _stores(target.value)


def _never_overflows(value: ast.expr, fits: range) -> bool:
    if isinstance(value, ast.Constant):
        return not isinstance(value.value, int) or value.value in fits
    return isinstance(value, _NEVER_INTEGER)


def _assign(targets: Sequence[ast.expr], value: ast.expr) -> list[ast.stmt] | None:
    if all(isinstance(target, ast.Subscript) for target in targets) and _never_overflows(value, _ALWAYS_FITS):
        return None
    names = _names()
    if len(targets) == 1:
        return _unpacked(targets[0], value, names)
    taken = _Variable(next(names), value)
    statements = [statement for target in targets for statement in _unpacked(target, taken.loaded(), names)]
    return [_bind([taken], [value]), *_released([taken], statements)]


def _unpacked(target: ast.expr, value: ast.expr, names: Iterator[str]) -> list[ast.stmt]:
    """Assign to one target, the elements of a tuple from left to right."""
    if not _stores(target):
        return [ast.Assign([target], value, **place(target))]
    if isinstance(target, ast.Subscript):
        return _store(target, value, names)
    assert isinstance(target, (ast.Tuple, ast.List))
    taken: list[_Variable] = []
    pattern: list[ast.expr] = []
    statements: list[ast.stmt] = []
    for element in target.elts:
        inner = element.value if isinstance(element, ast.Starred) else element
        variable = _Variable(next(names), inner)
        taken.append(variable)
        stored = variable.stored()
        pattern.append(ast.Starred(stored, ast.Store(), **place(element)) if inner is not element else stored)
        statements += _unpacked(inner, variable.loaded(), names)
    at = place(target)
    unpack = ast.Assign([ast.Tuple(pattern, ast.Store(), **at)], value, **at)
    return [unpack, *_released(taken, statements)]


def _augmented(statement: ast.AugAssign) -> list[ast.stmt]:
    """``buf[i] |= v``: container, index, the element, v, the operation, the store."""
    target = statement.target
    assert isinstance(target, ast.Subscript)
    names = _names()
    held = [_Variable(next(names), operand) for operand in (target.value, target.slice)]
    operands = [target.value, target.slice]
    element = _Variable(next(names), target)
    at = place(target)
    container, index = (variable.loaded() for variable in held)
    read = ast.Assign([element.stored()], ast.Subscript(container, index, ast.Load(), **at), **at)
    statement.target = element.stored()
    target.value, target.slice = (variable.loaded() for variable in held)
    changed = [statement, *_store(target, element.loaded(), names)]
    return [_bind(held, operands), *_released(held, [read, *_released([element], changed)])]


def _store(target: ast.Subscript, value: ast.expr, names: Iterator[str]) -> list[ast.stmt]:
    """One store; the value may be a hidden variable already."""
    operands = [value, target.value, target.slice]
    # A name is looked up before the operands after it are computed, and they could rebind it.
    settled = max((position for position, operand in enumerate(operands) if not _is_plain(operand)), default=-1)
    held: list[_Variable] = []
    computed: list[ast.expr] = []
    for position, operand in enumerate(operands[: settled + 1]):
        if not _is_settled(operand):
            variable = _Variable(next(names), operand)
            held.append(variable)
            computed.append(operand)
            operands[position] = variable.loaded()
    value, target.value, target.slice = operands
    attempted = ast.Try(
        [ast.Assign([target], value, **place(target))], [_handler(target, value)], [], _deletion(held), **place(target)
    )
    return [_bind(held, computed), attempted] if held else [attempted]


def _handler(target: ast.Subscript, value: ast.expr) -> ast.ExceptHandler:
    """``except @out_of_range: if @refused(container, index, value): raise``; a bare raise adds no traceback entry."""
    at = place(target)
    operands = [_again(operand, at) for operand in (target.value, target.slice, value)]
    refused = ast.Call(ast.Name(REFUSED, ast.Load(), **at), operands, [], **at)
    reraise = ast.If(refused, [ast.Raise(**at)], [], **at)
    return ast.ExceptHandler(ast.Name(OUT_OF_RANGE, ast.Load(), **at), None, [reraise], **at)


def _is_settled(operand: ast.expr) -> bool:
    """Whether nothing computed later can change the operand: a constant, or a hidden variable."""
    if isinstance(operand, ast.UnaryOp):
        return isinstance(operand.operand, ast.Constant)
    return isinstance(operand, ast.Constant) or (isinstance(operand, ast.Name) and operand.id.startswith("@"))


def _is_plain(operand: ast.expr) -> bool:
    return isinstance(operand, ast.Name) or _is_settled(operand)


def _again(operand: ast.expr, at: Place) -> ast.expr:
    """A plain operand once more, for the handler."""
    if isinstance(operand, ast.Name):
        return ast.Name(operand.id, ast.Load(), **at)
    return operand


def _bind(variables: Sequence[_Variable], values: list[ast.expr]) -> ast.Assign:
    """Compute values from left to right into hidden variables, all or none."""
    at = variables[0].at
    if len(values) == 1:
        return ast.Assign([variables[0].stored()], values[0], **at)
    stored: list[ast.expr] = [variable.stored() for variable in variables]
    return ast.Assign([ast.Tuple(stored, ast.Store(), **at)], ast.Tuple(values, ast.Load(), **at), **at)


def _released(variables: Sequence[_Variable], statements: list[ast.stmt]) -> list[ast.stmt]:
    """The statements, after which the hidden variables are gone however they end."""
    return [ast.Try(statements, [], [], _deletion(variables), **variables[0].at)]


def _deletion(variables: Sequence[_Variable]) -> list[ast.stmt]:
    if not variables:
        return []
    return [ast.Delete([variable.deleted() for variable in variables], **variables[0].at)]
