"""This file finds the type of every expression of a viper function, and writes it as Python computes it.

The tree is read in the order in which a board compiles it, as a variable has the type of what is stored in it first.

# Ref: MicroPython py/emitnative.c, py/compile.c
"""

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from machine_compat.interpreter.rewrite.stores import Cell, place
from machine_compat.interpreter.rewrite.viper.arithmetic import compare, invert_or_negate, operate, reread
from machine_compat.interpreter.rewrite.viper.constants import SMALL, fold
from machine_compat.interpreter.rewrite.viper.runtime import ADDRESS, TO_INT, TO_POINTER, TO_UINT
from machine_compat.interpreter.rewrite.viper.scopes import Comprehension, Names
from machine_compat.interpreter.rewrite.viper.types import (
    BOOL,
    CAST,
    CASTS,
    INT,
    ITEM_BYTES,
    MASK,
    NONE,
    NUMBERS,
    OBJECT,
    POINTERS,
    SCALARS,
    SIGN,
    UINT,
    Refused,
    Value,
    any_of,
    binary,
    boxed,
    call,
    number,
    refuse,
    settled,
)

_LOADED: Final = {"ptr8": (0, 0xFF), "ptr16": (0, 0xFFFF), "ptr32": (-SIGN, SIGN - 1)}


class Expressions:
    """The expressions of one function. types: of the variables that have had a value so far."""

    def __init__(self, names: Names, types: dict[str, str]) -> None:
        self.names = names
        self.types = types

    # ---- what statements ask for

    def value(self, node: ast.expr) -> Value:
        folded = fold(node)
        if folded is not None:
            return number(folded, node) if folded in SMALL else Value(ast.Constant(folded, **place(node)), OBJECT)
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        if reader is None:
            return Value(self._with_objects(node), OBJECT)
        read: Value = reader(node)
        return read

    def object(self, node: ast.expr) -> ast.expr:
        """An expression's value as an object."""
        return boxed(self.value(node))

    def condition(self, node: ast.expr) -> ast.expr:
        """An expression that is only asked whether it is true."""
        if isinstance(node, ast.BoolOp):
            return ast.BoolOp(node.op, [self.condition(operand) for operand in node.values], **place(node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ast.UnaryOp(node.op, self.condition(node.operand), **place(node))
        if isinstance(node, ast.Constant):
            return node
        asked = self.value(node)
        if asked.type not in (OBJECT, *SCALARS):
            refuse(node, f"can't implicitly convert '{asked.type}' to 'bool'")
        return settled(asked).node if asked.type in NUMBERS else asked.node

    def stored(self, target: str, value: Value) -> ast.expr:
        """The value as a variable holds it, which has its type from now on."""
        if value.type == CAST:
            raise Refused(NotImplementedError("conversion to object"), value.node)
        if target in self.names.captured:
            # The board's compiler has no type for what it puts into a closure.
            refuse(value.node, f"local '{target}' used before type known")
        if target not in self.names.typed:
            return boxed(value)
        known = self.types.setdefault(target, value.type)
        if known != value.type:
            refuse(value.node, f"local '{target}' has type '{known}' but source is '{value.type}'")
        return settled(value).node if value.type in NUMBERS else value.node

    def converted(self, kind: str, operand: Value, at: ast.expr) -> Value:
        """``kind(operand)``."""
        if operand.type == CAST:
            raise Refused(NotImplementedError("casting"), at)
        if operand.type == NONE:
            operand = number(0, at)
        if kind in POINTERS:
            target = settled(operand).node if operand.type in NUMBERS else operand.node
            return Value(target if operand.type == kind else call(TO_POINTER[kind], [target], at), kind)
        if operand.type in POINTERS:
            operand = any_of(call(ADDRESS, [operand.node], at), UINT)
        if operand.type == OBJECT:
            if kind == BOOL:
                twice = ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), operand.node, **place(at)), **place(at))
                return Value(twice, BOOL, 0, 1)
            return any_of(call(TO_INT if kind == INT else TO_UINT, [operand.node], at), kind)
        return reread(operand, kind) if operand.type != kind else operand

    def cell(self, node: ast.Subscript, base: Value, context: ast.expr_context, verb: str) -> Value:
        """The element that a pointer's subscript means; its index may be any number with the right low bits."""
        index = self.value(node.slice) if not isinstance(node.slice, ast.Slice) else Value(node.slice, OBJECT)
        if base.type not in ITEM_BYTES:
            refuse(node, f"can't {verb} '{base.type}'")
        if index.type not in NUMBERS:
            refuse(node, f"can't {verb.partition(' ')[0]} with '{index.type}' index")
        where = index.node
        if index.low < 0 or index.high > MASK:
            where = binary(where, ast.BitAnd(), MASK, node)
        kind = Cell if isinstance(context, ast.Store) else ast.Subscript
        return Value(kind(base.node, where, context, **place(node)), INT, *_LOADED[base.type])

    # ---- kinds of nodes, by their names

    def _constant(self, node: ast.Constant) -> Value:
        if node.value is None:
            return Value(node, NONE)
        if isinstance(node.value, bool):
            return Value(node, BOOL, 0, 1)
        return Value(node, OBJECT)

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.names.typed:
            kind = self.types.get(node.id)
            if kind is None:
                refuse(node, f"local '{node.id}' used before type known")
            if kind == INT and node.id in self.names.counters:
                return Value(node, INT, 0, SIGN - 1)
            return any_of(node, kind)
        if node.id in CASTS and node.id not in self.names.objects:
            return Value(node, CAST)
        return Value(node, OBJECT)

    def _namedexpr(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        kept = self.stored(node.target.id, value)
        typed = node.target.id in self.names.typed
        made = ast.NamedExpr(node.target, kept, **place(node))
        return any_of(made, value.type if typed else OBJECT)

    def _binop(self, node: ast.BinOp) -> Value:
        return operate(self.value(node.left), node.op, self.value(node.right), node)

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        return invert_or_negate(node.op, self.value(node.operand), node)

    def _compare(self, node: ast.Compare) -> Value:
        return compare([self.value(operand) for operand in (node.left, *node.comparators)], node.ops, node)

    def _boolop(self, node: ast.BoolOp) -> Value:
        values = [self.value(operand) for operand in node.values]
        for value in values[:-1]:
            if value.type not in (OBJECT, *SCALARS):
                refuse(node, f"can't implicitly convert '{value.type}' to 'bool'")
        joined = self._joined(values, node)
        nodes = [value.node for value in joined]
        return Value(ast.BoolOp(node.op, nodes, **place(node)), joined[-1].type, *_union(joined))

    def _ifexp(self, node: ast.IfExp) -> Value:
        asked = self.condition(node.test)
        first, last = self._joined([self.value(node.body), self.value(node.orelse)], node)
        made = ast.IfExp(asked, first.node, last.node, **place(node))
        return Value(made, last.type, *_union([first, last]))

    def _joined(self, values: Sequence[Value], at: ast.expr) -> list[Value]:
        """Values of which one is taken: they have the type of the last one, which is compiled last."""
        kind = values[-1].type
        if all(value.type in SCALARS for value in values):
            return [settled(reread(value, kind) if value.type != kind else value) for value in values]
        if all(value.type in (OBJECT, NONE) for value in values):
            return [Value(value.node, OBJECT) for value in values]
        for value in values:
            if value.type != kind:
                refuse(at, f"can't choose between '{value.type}' and '{kind}'")
        return list(values)

    def _call(self, node: ast.Call) -> Value:
        function = self.value(node.func)
        if function.type == CAST:
            if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
                refuse(node, f"a cast takes one value: {ast.unparse(node.func)}(x)")
            return self.converted(ast.unparse(node.func), self.value(node.args[0]), node)
        if function.type != OBJECT:
            refuse(node, f"can't call '{function.type}'")
        arguments = [self.object(argument) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = self.object(keyword.value)
        return Value(ast.Call(function.node, arguments, node.keywords, **place(node)), OBJECT)

    def _attribute(self, node: ast.Attribute) -> Value:
        owner = self.value(node.value)
        if owner.type != OBJECT:
            refuse(node, f"can't load attribute of '{owner.type}'")
        return Value(ast.Attribute(owner.node, node.attr, node.ctx, **place(node)), OBJECT)

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        if base.type != OBJECT:
            return self.cell(node, base, node.ctx, "load from")
        index = self.object(node.slice)
        return Value(ast.Subscript(base.node, index, node.ctx, **place(node)), OBJECT)

    def _lambda(self, node: ast.Lambda) -> Value:
        from machine_compat.interpreter.rewrite.viper.functions import compile_lambda

        return Value(compile_lambda(node), OBJECT)

    def _listcomp(self, node: Comprehension) -> Value:
        with self._inside(node.generators):
            for field in ("elt", "key", "value"):
                if hasattr(node, field):
                    setattr(node, field, self.object(getattr(node, field)))
        return Value(node, OBJECT)

    _setcomp = _dictcomp = _listcomp

    def _yield(self, node: ast.expr) -> Value:
        raise Refused(NotImplementedError("native yield"), node)

    _yieldfrom = _await = _generatorexp = _yield

    def _with_objects(self, node: ast.expr) -> ast.expr:
        """A node whose parts are all taken as objects: a tuple, a list, a dict, a slice, an f-string."""
        for field, part in ast.iter_fields(node):
            if isinstance(part, ast.expr):
                setattr(node, field, self.object(part))
            elif isinstance(part, list):
                part[:] = [self.object(item) if isinstance(item, ast.expr) else item for item in part]
        return node

    @contextmanager
    def _inside(self, generators: Sequence[ast.comprehension]) -> Iterator[None]:
        """The scope of a comprehension, whose own variables are objects and end with it."""
        before = dict(self.types)
        for generator in generators:
            generator.iter = self.object(generator.iter)
            for node in ast.walk(generator.target):
                if isinstance(node, ast.Name):
                    self.types[node.id] = OBJECT
            generator.ifs = [self.condition(test) for test in generator.ifs]
        yield
        kept = {name for generator in generators for node in ast.walk(generator.target) for name in _ids(node)}
        for name in kept:
            self.types.pop(name, None)
            if name in before:
                self.types[name] = before[name]


def _ids(node: ast.AST) -> list[str]:
    return [node.id] if isinstance(node, ast.Name) else []


def _union(values: Sequence[Value]) -> tuple[int, int]:
    return min(value.low for value in values), max(value.high for value in values)
