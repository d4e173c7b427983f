"""This file says what viper code computes with: typed values, and when Python's number for one is the board's.

A register holds 32 bits. An ``int`` or ``uint`` is a Python number that is the register's modulo 2**32; what range it
can have is known while the function is compiled, so that only results that can leave their type's range are wrapped,
and those as late as possible.

# Ref: MicroPython py/emitnative.c (vtype_kind_t), py/nativeglue.c
"""

import ast
from dataclasses import dataclass
from typing import Final, NoReturn

from machine_compat.interpreter.rewrite.stores import place
from machine_compat.interpreter.rewrite.viper import ViperTypeError

OBJECT: Final = "object"
BOOL: Final = "bool"
INT: Final = "int"
UINT: Final = "uint"
PTR: Final = "ptr"
NONE: Final = "None"
CAST: Final = "cast"
"""The name of a type where a value is expected; the value's node is the name."""

ITEM_BYTES: Final = {"ptr8": 1, "ptr16": 2, "ptr32": 4}
POINTERS: Final = frozenset((PTR, *ITEM_BYTES))
NUMBERS: Final = frozenset((INT, UINT))
SCALARS: Final = frozenset((BOOL, INT, UINT))
CASTS: Final = frozenset((*SCALARS, *POINTERS))
TYPES: Final = frozenset((OBJECT, *CASTS))

MASK: Final = 0xFFFF_FFFF
SIGN: Final = 0x8000_0000
RANGES: Final = {BOOL: (-SIGN, MASK), INT: (-SIGN, SIGN - 1), UINT: (0, MASK)}
"""The lowest and highest number of a type; a bool cast from a number keeps its bits."""


class Refused(Exception):
    """Code that a board refuses to compile. The error is what a script sees, raised at the node's line."""

    def __init__(self, error: Exception, node: ast.AST) -> None:
        super().__init__(str(error))
        self.error = error
        self.line = getattr(node, "lineno", 1)


@dataclass(frozen=True, slots=True)
class Value:
    """An expression and its type; for SCALARS, between which numbers Python's result is."""

    node: ast.expr
    type: str
    low: int = 0
    high: int = 0


def refuse(node: ast.AST, message: str) -> NoReturn:
    """Raise the board's ViperTypeError for a node."""
    raise Refused(ViperTypeError(message), node)


def any_of(node: ast.expr, kind: str) -> Value:
    """A value of a type of which no more is known."""
    return Value(node, kind, *RANGES.get(kind, (0, 0)))


def number(value: int, at: ast.expr, kind: str = INT) -> Value:
    return Value(ast.Constant(value, **place(at)), kind, value, value)


def name(text: str, at: ast.expr | ast.stmt) -> ast.Name:
    return ast.Name(text, ast.Load(), **place(at))


def call(function: str, arguments: list[ast.expr], at: ast.expr | ast.stmt) -> ast.Call:
    """A call of one of the run-time half's functions."""
    return ast.Call(name(function, at), arguments, [], **place(at))


def binary(left: ast.expr, operator: ast.operator, right: ast.expr | int, at: ast.expr) -> ast.BinOp:
    operand = ast.Constant(right, **place(at)) if isinstance(right, int) else right
    return ast.BinOp(left, operator, operand, **place(at))


def settled(value: Value) -> Value:
    """The same value with its number in its type's range."""
    low, high = RANGES[value.type]
    if low <= value.low and value.high <= high:
        return value
    at = value.node
    if value.low == value.high:
        bits = value.low & MASK
        return number(bits - ((bits & SIGN) << 1) if value.type == INT else bits, at, value.type)
    node = at if value.low >= 0 and value.high <= MASK else binary(at, ast.BitAnd(), MASK, at)
    if value.type == INT:
        node = binary(binary(node, ast.BitXor(), SIGN, at), ast.Sub(), SIGN, at)
    return Value(node, value.type, low, high)


def boxed(value: Value) -> ast.expr:
    """The value as a Python object (MP_F_CONVERT_NATIVE_TO_OBJ); NotImplementedError for pointers and casts."""
    if value.type in NUMBERS:
        return settled(value).node
    if value.type == BOOL:
        return truth(value)
    if value.type in POINTERS or value.type == CAST:
        raise Refused(NotImplementedError("conversion to object"), value.node)
    return value.node


def truth(value: Value) -> ast.expr:
    """A bool's register as True or False."""
    node = value.node
    if isinstance(node, ast.Compare) or (isinstance(node, ast.Constant) and isinstance(node.value, bool)):
        return node
    return ast.Compare(node, [ast.NotEq()], [ast.Constant(0, **place(node))], **place(node))
