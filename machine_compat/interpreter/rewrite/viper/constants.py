"""This file folds integers as MicroPython's parser does, which decides what viper takes for an ``int``.

A number that needs more than a board's small int is an object. Names of constants are numbers already.

# Ref: MicroPython py/parse.c (fold_constants, MICROPY_COMP_CONST)
"""

import ast
import operator
from collections.abc import Callable
from typing import Final

SMALL: Final = range(-(1 << 30), 1 << 30)
"""The small ints of a 32-bit board (py/smallint.h, object representation A)."""
_LARGEST: Final = 1 << 12  # bits that folding may grow a number to

_BINARY: Final[dict[type[ast.operator], Callable[[int, int], int]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.Pow: operator.pow,
}
_UNARY: Final[dict[type[ast.unaryop], Callable[[int], int]]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
}


def fold(node: ast.expr) -> int | None:
    """The integer that an expression always is; None when it is no integer, or only known when it runs."""
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    if isinstance(node, ast.Call):
        return fold(node.args[0]) if _is_const(node) else None
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        operand = fold(node.operand)
        return None if operand is None else _UNARY[type(node.op)](operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = fold(node.left), fold(node.right)
        return None if left is None or right is None else _computed(node.op, left, right)
    return None


def _computed(op: ast.operator, left: int, right: int) -> int | None:
    """None for what a board leaves to the run: a division by zero, a negative shift or power; or a huge number."""
    if isinstance(op, ast.LShift | ast.RShift | ast.Pow):
        grown = right if isinstance(op, ast.LShift) else right * left.bit_length() if isinstance(op, ast.Pow) else 0
        if right < 0 or grown > _LARGEST:
            return None
    if isinstance(op, ast.FloorDiv | ast.Mod) and right == 0:
        return None
    return _BINARY[type(op)](left, right)


def _is_const(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "const"
        and len(node.args) == 1
        and not node.keywords
    )
