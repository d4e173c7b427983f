"""This file computes with registers: the operators of viper's ``int`` and ``uint``, and the types they have.

Sums, products and bit operations of two numbers are right in their low 32 bits whatever the higher ones are, so their
operands need not be wrapped. Comparisons, shifts to the right and divisions look at the whole number.

# Ref: MicroPython py/emitnative.c (emit_native_binary_op, emit_native_unary_op)
"""

import ast
from collections.abc import Sequence
from typing import Final

from machine_compat.interpreter.rewrite.stores import place
from machine_compat.interpreter.rewrite.viper.runtime import SHIFT_LEFT, SHIFT_RIGHT
from machine_compat.interpreter.rewrite.viper.types import (
    BOOL,
    INT,
    MASK,
    NUMBERS,
    OBJECT,
    SIGN,
    UINT,
    Value,
    any_of,
    binary,
    call,
    refuse,
    settled,
)

METHODS: Final[dict[type[ast.operator] | type[ast.cmpop], str]] = {
    ast.Div: "__truediv__",
    ast.Pow: "__pow__",
    ast.MatMult: "__matmul__",
}
"""What the operators that viper lacks are called in its message."""
_ORDERED: Final = (ast.Lt, ast.Gt, ast.Eq, ast.LtE, ast.GtE, ast.NotEq)
_WIDEST: Final = 62
"""Bits up to which Python computes fast enough to leave a number unwrapped."""
_SHIFTS: Final = range(32)


def operate(left: Value, op: ast.operator, right: Value, at: ast.expr) -> Value:
    """``left op right``. A result has the type of the left operand."""
    if left.type == right.type == OBJECT:
        return Value(binary(left.node, op, right.node, at), OBJECT)
    _both_numbers(left, right, at)
    if isinstance(op, ast.LShift):
        return _shifted_left(left, right, at)
    if isinstance(op, ast.RShift):
        return _shifted_right(left, right, at)
    if isinstance(op, ast.FloorDiv | ast.Mod):
        return _divided(left, op, right, at)
    if type(op) in METHODS:
        refuse(at, f"binary op {METHODS[type(op)]} not implemented")
    if _bits(left) + _bits(right) > _WIDEST:
        left, right = settled(left), settled(right)
    low, high = _range(left, op, right)
    return Value(binary(left.node, op, right.node, at), left.type, low, high)


def compare(operands: Sequence[Value], ops: Sequence[ast.cmpop], at: ast.expr) -> Value:
    """``a < b``, or a chain of comparisons; those of registers give a bool, those of objects an object."""
    kinds: list[str] = []
    for left, op, right in zip(operands, ops, operands[1:], strict=False):
        if left.type == right.type == OBJECT:
            kinds.append(OBJECT)
            continue
        _both_numbers(left, right, at)
        if not isinstance(op, _ORDERED):
            refuse(at, "binary op  not implemented")
        if left.type != right.type:
            refuse(at, "comparison of int and uint")
        kinds.append(BOOL)
    nodes = [settled(operand).node if operand.type in NUMBERS else operand.node for operand in operands]
    return Value(ast.Compare(nodes[0], list(ops), nodes[1:], **place(at)), kinds[-1], 0, 1)


def invert_or_negate(op: ast.unaryop, operand: Value, at: ast.expr) -> Value:
    """``-x``, ``~x``, ``+x``, and ``not x`` as a value, which only objects have."""
    if operand.type == OBJECT:
        return Value(ast.UnaryOp(op, operand.node, **place(at)), OBJECT)
    if operand.type not in NUMBERS:
        refuse(at, f"can't do unary op of '{operand.type}'")
    if isinstance(op, ast.UAdd):
        return operand
    if isinstance(op, ast.Not):
        refuse(at, "'not' not implemented")
    one = 1 if isinstance(op, ast.Invert) else 0
    node = ast.UnaryOp(op, operand.node, **place(at))
    return Value(node, operand.type, -operand.high - one, -operand.low - one)


def _both_numbers(left: Value, right: Value, at: ast.expr) -> None:
    if left.type not in NUMBERS or right.type not in NUMBERS:
        refuse(at, f"can't do binary op between '{left.type}' and '{right.type}'")


def _shifted_left(left: Value, right: Value, at: ast.expr) -> Value:
    right = settled(right)
    if right.low == right.high and right.low in _SHIFTS:
        if _bits(left) + right.low > _WIDEST:
            left = settled(left)
        node = binary(left.node, ast.LShift(), right.node, at)
        return Value(node, left.type, left.low << right.low, left.high << right.low)
    if isinstance(right.node, ast.Name) and isinstance(left.node, ast.Name | ast.Constant):
        return Value(_guarded(left, ast.LShift(), right, at), left.type, -SIGN << 31, MASK << 31)
    return Value(call(SHIFT_LEFT, [left.node, right.node], at), left.type, 0, MASK)


def _shifted_right(left: Value, right: Value, at: ast.expr) -> Value:
    left, right = settled(left), settled(right)
    low, high = min(left.low, 0), max(left.high, 0)
    if right.low == right.high and right.low in _SHIFTS:
        node = binary(left.node, ast.RShift(), right.node, at)
        return Value(node, left.type, left.low >> right.low, left.high >> right.low)
    if isinstance(right.node, ast.Name) and isinstance(left.node, ast.Name | ast.Constant):
        return Value(_guarded(left, ast.RShift(), right, at), left.type, low, high)
    return Value(call(SHIFT_RIGHT, [left.node, right.node], at), left.type, low, high)


def _guarded(left: Value, op: ast.operator, right: Value, at: ast.expr) -> ast.expr:
    """``x << n if -1 < n < 32 else @shift(x, n)``: a call only where Python and the core disagree."""
    function = SHIFT_LEFT if isinstance(op, ast.LShift) else SHIFT_RIGHT
    bounds: list[ast.expr] = [right.node, ast.Constant(32, **place(at))]
    usual = ast.Compare(ast.Constant(-1, **place(at)), [ast.Lt(), ast.Lt()], bounds, **place(at))
    shifted = binary(left.node, op, right.node, at)
    return ast.IfExp(usual, shifted, call(function, [left.node, right.node], at), **place(at))


def _divided(left: Value, op: ast.operator, right: Value, at: ast.expr) -> Value:
    if left.type != INT:
        refuse(at, "div/mod not implemented for uint")
    if right.type == UINT:
        right = Value(right.node, INT, right.low, right.high)
    left, right = settled(left), settled(right)
    node = binary(left.node, op, right.node, at)
    if isinstance(op, ast.FloorDiv):
        largest = max(abs(left.low), abs(left.high))
        return Value(node, INT, -largest, largest)
    return Value(node, INT, min(0, right.low + 1), max(0, right.high - 1))


def _range(left: Value, op: ast.operator, right: Value) -> tuple[int, int]:
    """Between which numbers a result is: interval arithmetic."""
    if isinstance(op, ast.Add):
        return left.low + right.low, left.high + right.high
    if isinstance(op, ast.Sub):
        return left.low - right.high, left.high - right.low
    if isinstance(op, ast.Mult):
        corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        return min(corners), max(corners)
    if isinstance(op, ast.BitAnd):
        masks = [value.high for value in (left, right) if value.low >= 0]
        if masks:
            return 0, min(masks)
    bits = max(_bits(left), _bits(right))
    signed = left.low < 0 or right.low < 0
    return (-(1 << bits) if signed else 0), (1 << bits) - 1


def _bits(value: Value) -> int:
    return max(value.low.bit_length(), value.high.bit_length())


def reread(value: Value, kind: str) -> Value:
    """A register's bits under another type of number."""
    if value.type == BOOL and value.high == 1:
        # True is no number to print.
        return Value(binary(value.node, ast.Add(), 0, value.node), kind, 0, 1)
    return Value(value.node, kind, value.low, value.high) if value.type != BOOL else any_of(value.node, kind)
