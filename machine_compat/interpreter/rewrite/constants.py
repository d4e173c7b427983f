"""This file puts the value of ``X = const(...)`` wherever the script says X afterwards, as MicroPython's compiler does.

The names hold for the rest of the file, whatever function or class they were made in. Unlike on a board, a name that
begins with an underscore stays a variable as well, for tests that look into a module.

# Ref: MicroPython py/parse.c (fold_constants, push_result_token), py/compile.c (c_assign)
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, Final

from machine_compat.interpreter.rewrite.source import Tree

_UNARY: Final[dict[type[ast.unaryop], Callable[[Any], object]]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}
_BINARY: Final[dict[type[ast.operator], Callable[[Any, Any], object]]] = {
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.BitAnd: operator.and_,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


Value = Any
"""int, float, bool, str, bytes, None, Ellipsis, or a tuple of such."""


class _NotConstant(Exception):
    """An expression has no value while it is compiled."""


def fold(tree: Tree, text: str, filename: str) -> None:
    """Put the constants of a script into its tree, in place.

    Raises SyntaxError, with the line: "not a constant" for ``const`` of anything that MicroPython cannot compute while
    it compiles, "can't assign to expression" for a constant that is assigned again.
    """
    if "const(" in text:
        _Folding(text, filename).visit(tree)


class _Folding(ast.NodeTransformer):
    def __init__(self, text: str, filename: str) -> None:
        self._values: dict[str, Value] = {}
        self._text = text
        self._filename = filename

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target, value = node.targets[0], node.value
        if not (len(node.targets) == 1 and isinstance(target, ast.Name) and _is_const(value)):
            return self.generic_visit(node)
        assert isinstance(value, ast.Call)
        self.visit(target)
        try:
            self._values[target.id] = _value(value.args[0], self._values)
        except _NotConstant:
            raise self._error("not a constant", value) from None
        except _OfModule:
            return node
        node.value = ast.copy_location(ast.Constant(self._values[target.id]), value)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self._values:
            return node
        if isinstance(node.ctx, ast.Load):
            return ast.copy_location(ast.Constant(self._values[node.id]), node)
        verb = "delete" if isinstance(node.ctx, ast.Del) else "assign to"
        raise self._error(f"can't {verb} expression", node)

    def _error(self, message: str, node: ast.expr) -> SyntaxError:
        line = self._text.splitlines()[node.lineno - 1] if self._text else ""
        return SyntaxError(message, (self._filename, node.lineno, node.col_offset + 1, line))


class _OfModule(Exception):
    """An expression takes a name out of a module, which some ports' compilers look up."""


def _is_const(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "const"
        and len(node.args) == 1
        and not node.keywords
        and not isinstance(node.args[0], ast.Starred)
    )


def _value(node: ast.expr, known: dict[str, Value]) -> Value:
    """What an expression is while it is compiled."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.Tuple):
        return tuple(_value(item, known) for item in node.elts)
    if isinstance(node, ast.Attribute):
        raise _OfModule
    if isinstance(node, ast.BoolOp):
        values = [_value(item, known) for item in node.values]
        ends = isinstance(node.op, ast.Or)
        return next((value for value in values if bool(value) is ends), values[-1])
    return _computed(node, known)


def _computed(node: ast.expr, known: dict[str, Value]) -> Value:
    """A sum of numbers, or the like."""
    try:
        if isinstance(node, ast.UnaryOp):
            operand = _value(node.operand, known)
            return _UNARY[type(node.op)](operand if isinstance(node.op, ast.Not) else _number(operand))
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            left, right = _number(_value(node.left, known)), _number(_value(node.right, known))
            return _BINARY[type(node.op)](left, right)
    except (ArithmeticError, TypeError, ValueError):
        raise _NotConstant from None
    raise _NotConstant


def _number(value: Value) -> int | float:
    if isinstance(value, int | float):
        return value
    raise _NotConstant
