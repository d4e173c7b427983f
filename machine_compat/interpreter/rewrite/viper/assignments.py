"""This file compiles the statements of a viper function that store something.

# Ref: MicroPython py/emitnative.c (emit_native_store_fast, emit_native_store_subscr), py/compile.c
"""

import ast
from typing import Final

from machine_compat.interpreter.rewrite.stores import Cell, place
from machine_compat.interpreter.rewrite.viper.arithmetic import operate
from machine_compat.interpreter.rewrite.viper.expressions import Expressions
from machine_compat.interpreter.rewrite.viper.types import (
    INT,
    ITEM_BYTES,
    NONE,
    OBJECT,
    SCALARS,
    Value,
    binary,
    boxed,
    name,
    refuse,
    settled,
)

_HELD: Final = "@held"
"""The variable of an index or a value that is used twice."""


class Assignments:
    """The stores of one function."""

    def __init__(self, expressions: Expressions) -> None:
        self._in = expressions

    def _expr(self, node: ast.Expr) -> list[ast.stmt]:
        value = self._in.value(node.value)
        node.value = value.node
        return [node]

    def _annassign(self, node: ast.AnnAssign) -> list[ast.stmt]:
        if node.value is None:
            return [ast.Pass(**place(node))]
        return self._assign(ast.Assign([node.target], node.value, **place(node)))

    def _assign(self, node: ast.Assign) -> list[ast.stmt]:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Tuple) and _swaps(target, node.value):
            assert isinstance(node.value, ast.Tuple)
            values = [self._in.value(element) for element in node.value.elts]
            stored = [self._stored(into, value) for into, value in zip(target.elts, values, strict=True)]
            node.value = ast.Tuple([value for _, value in stored], ast.Load(), **place(node.value))
            node.targets = [ast.Tuple([into for into, _ in stored], ast.Store(), **place(target))]
            return [node]
        value = self._in.value(node.value)
        if len(node.targets) == 1:
            into, kept = self._stored(target, value)
            return [ast.Assign([into], kept, **place(node))]
        held = self._hold(value)
        stored = [self._stored(each, held) for each in node.targets]
        first = ast.Assign([ast.Name(_HELD, ast.Store(), **place(node))], value.node, **place(node))
        return [first, *(ast.Assign([into], kept, **place(node)) for into, kept in stored)]

    def _augassign(self, node: ast.AugAssign) -> list[ast.stmt]:
        if isinstance(node.target, ast.Subscript):
            base = self._in.value(node.target.value)
            if base.type != OBJECT:
                return self._augmented_cell(node, node.target, base)
            node.target = ast.Subscript(
                base.node, self._in.object(node.target.slice), ast.Store(), **place(node.target)
            )
            node.value = self._in.object(node.value)
            return [node]
        if isinstance(node.target, ast.Attribute):
            node.target.value = self._in.object(node.target.value)
            right = self._in.value(node.value)
            if right.type != OBJECT:
                refuse(node, f"can't do binary op between 'object' and '{right.type}'")
            node.value = right.node
            return [node]
        held = self._in.value(name(node.target.id, node.target))
        result = operate(held, node.op, self._in.value(node.value), node.target)
        if result.type == OBJECT:
            assert isinstance(result.node, ast.BinOp)
            node.value = result.node.right
            return [node]
        kept = self._in.stored(node.target.id, result)
        return [ast.Assign([node.target], kept, **place(node))]

    def _augmented_cell(self, node: ast.AugAssign, target: ast.Subscript, base: Value) -> list[ast.stmt]:
        """``p[i] += v``, whose index is computed once."""
        before: list[ast.stmt] = []
        if base.type not in ITEM_BYTES:
            refuse(target, f"can't store to '{base.type}'")
        element = self._in.cell(target, base, ast.Load(), "load from")
        assert isinstance(element.node, ast.Subscript)
        index = element.node.slice
        if not isinstance(index, ast.Name | ast.Constant):
            at = place(target)
            before = [ast.Assign([ast.Name(_HELD, ast.Store(), **at)], index, **at)]
            index = element.node.slice = name(_HELD, target)
        result = operate(element, node.op, self._in.value(node.value), node.target)
        cell = Cell(base.node, index, ast.Store(), **place(target))
        return [*before, ast.Assign([cell], _narrowed(base.type, result), **place(node))]

    def _hold(self, value: Value) -> Value:
        return Value(name(_HELD, value.node), value.type, value.low, value.high)

    def _stored(self, target: ast.expr, value: Value) -> tuple[ast.expr, ast.expr]:
        """A target and the value as it keeps it."""
        if isinstance(target, ast.Name):
            return target, self._in.stored(target.id, value)
        if isinstance(target, ast.Attribute):
            kept = boxed(value)
            target.value = self._in.object(target.value)
            return target, kept
        if isinstance(target, ast.Subscript):
            base = self._in.value(target.value)
            if base.type == OBJECT:
                kept = boxed(value)
                return ast.Subscript(base.node, self._in.object(target.slice), ast.Store(), **place(target)), kept
            if base.type in ITEM_BYTES and value.type not in SCALARS:
                refuse(value.node, f"can't store '{value.type}'")
            cell = self._in.cell(target, base, ast.Store(), "store to")
            return cell.node, _narrowed(base.type, value)
        kept = boxed(value)
        self._unpacked(target)
        return target, kept

    def _unpacked(self, target: ast.expr) -> None:
        """What is unpacked, or taken from an iterator, is an object."""
        if isinstance(target, ast.Tuple | ast.List):
            for position, element in enumerate(target.elts):
                self._unpacked(element)
                if isinstance(element, ast.Subscript):
                    target.elts[position] = self._stored(element, _object_at(element))[0]
        elif isinstance(target, ast.Starred):
            self._unpacked(target.value)
        else:
            self._stored(target, _object_at(target))

    def _delete(self, node: ast.Delete) -> list[ast.stmt]:
        for target in node.targets:
            if isinstance(target, ast.Subscript | ast.Attribute):
                target.value = self._in.object(target.value)
            if isinstance(target, ast.Subscript):
                target.slice = self._in.object(target.slice)
            if isinstance(target, ast.Name):
                self._gone(target.id, target)
        return [node]

    def _gone(self, variable: str, at: ast.AST) -> None:
        """A variable that is deleted, at the end of a handler too, gets None, and has to have None's type."""
        kind = self._in.types.get(variable, NONE) if variable in self._in.names.typed else NONE
        if kind != NONE:
            refuse(at, f"local '{variable}' has type '{kind}' but source is 'None'")


def _object_at(target: ast.expr) -> Value:
    return Value(target, OBJECT)


def _swaps(target: ast.Tuple, value: ast.expr) -> bool:
    """Whether ``a, b = x, y`` is compiled without a tuple, so that the values keep their types."""
    if not isinstance(value, ast.Tuple) or len(value.elts) != len(target.elts) or len(value.elts) not in (2, 3):
        return False
    return not any(isinstance(element, ast.Starred) for element in (*target.elts, *value.elts))


def _narrowed(pointer: str, value: Value) -> ast.expr:
    """The value's low bits, as an element of a pointer takes them."""
    size = ITEM_BYTES[pointer]
    if size == 4:
        return settled(Value(value.node, INT, value.low, value.high)).node
    mask = (1 << 8 * size) - 1
    fits = value.low >= 0 and value.high <= mask
    return value.node if fits else binary(value.node, ast.BitAnd(), mask, value.node)
