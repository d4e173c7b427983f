"""This file compiles the statements of a viper function to Python ones, in the order in which a board does.

# Ref: MicroPython py/compile.c, py/emitnative.c
"""

import ast
from collections.abc import Sequence

from machine_compat.interpreter.rewrite.stores import place
from machine_compat.interpreter.rewrite.viper.assignments import Assignments
from machine_compat.interpreter.rewrite.viper.constants import SMALL, fold
from machine_compat.interpreter.rewrite.viper.expressions import Expressions
from machine_compat.interpreter.rewrite.viper.runtime import ADDRESS, RANGE
from machine_compat.interpreter.rewrite.viper.scopes import is_range
from machine_compat.interpreter.rewrite.viper.types import (
    BOOL,
    NONE,
    NUMBERS,
    OBJECT,
    POINTERS,
    Refused,
    Value,
    boxed,
    call,
    name,
    number,
    refuse,
    settled,
    truth,
)


class Statements(Assignments):
    """The statements of one function, which returns a value of the type `returns`."""

    def __init__(self, expressions: Expressions, returns: str) -> None:
        super().__init__(expressions)
        self._returns = returns

    def block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        return [made for statement in body for made in self._statement(statement)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        compiler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if compiler is None:
            return [node]  # pass, break, continue, import, global, nonlocal, class
        made: list[ast.stmt] = compiler(node)
        return made

    # ---- flow

    def _return(self, node: ast.Return) -> list[ast.stmt]:
        value = self._in.value(node.value) if node.value is not None else Value(ast.Constant(None, **place(node)), NONE)
        if value.type == NONE:
            node.value = nothing(self._returns, value.node)
        elif value.type != self._returns:
            refuse(node, f"return expected '{self._returns}' but got '{value.type}'")
        elif value.type in POINTERS:
            node.value = call(ADDRESS, [value.node], value.node)
        else:
            node.value = truth(value) if value.type == BOOL else boxed(value)
        return [node]

    def _raise(self, node: ast.Raise) -> list[ast.stmt]:
        if node.exc is None or node.cause is not None:
            raise Refused(NotImplementedError("native raise"), node)
        raised = self._in.value(node.exc)
        if raised.type != OBJECT:
            refuse(node, "must raise an object")
        node.exc = raised.node
        return [node]

    def _assert(self, node: ast.Assert) -> list[ast.stmt]:
        node.test = self._in.condition(node.test)
        node.msg = self._in.object(node.msg) if node.msg is not None else None
        return [node]

    def _if(self, node: ast.If) -> list[ast.stmt]:
        node.test = self._in.condition(node.test)
        node.body = self.block(node.body)
        node.orelse = self.block(node.orelse)
        return [node]

    def _while(self, node: ast.While) -> list[ast.stmt]:
        node.body = self.block(node.body)
        node.test = self._in.condition(node.test)  # compiled after the body, by which it may know more variables
        node.orelse = self.block(node.orelse)
        return [node]

    def _for(self, node: ast.For) -> list[ast.stmt]:
        if isinstance(node.target, ast.Name) and is_range(node.iter):
            assert isinstance(node.iter, ast.Call)
            step = fold(node.iter.args[2]) if len(node.iter.args) == 3 else 1
            if step and step in SMALL:
                self._counted(node, node.target, node.iter)
                return self._loop(node)
        node.iter = self._iterated(node.iter)
        self._unpacked(node.target)
        return self._loop(node)

    def _loop(self, node: ast.For) -> list[ast.stmt]:
        node.body = self.block(node.body)
        node.orelse = self.block(node.orelse)
        return [node]

    def _counted(self, node: ast.For, target: ast.Name, counted: ast.Call) -> None:
        """``for i in range(...)`` compiles to a number that is counted and compared, not to an iterator."""
        values = [self._in.value(argument) for argument in counted.args]
        start, stop = (values[0], values[1]) if len(values) > 1 else (number(0, counted), values[0])
        if start.type not in NUMBERS or stop.type not in NUMBERS:
            refuse(node, f"can't do binary op between '{start.type}' and '{stop.type}'")
        if start.type != stop.type:
            refuse(node, "comparison of int and uint")
        arguments = [settled(value).node for value in (start, stop, *values[2:])]
        self._in.stored(target.id, start)
        node.iter = ast.Call(name(RANGE, counted), arguments, [], **place(counted))

    def _iterated(self, node: ast.expr) -> ast.expr:
        value = self._in.value(node)
        if value.type != OBJECT:
            refuse(node, f"can't iterate over '{value.type}'")
        return value.node

    def _with(self, node: ast.With) -> list[ast.stmt]:
        for item in node.items:
            item.context_expr = self._in.object(item.context_expr)
            if item.optional_vars is not None:
                self._unpacked(item.optional_vars)
        node.body = self.block(node.body)
        return [node]

    def _try(self, node: ast.Try) -> list[ast.stmt]:
        node.body = self.block(node.body)
        for handler in node.handlers:
            if handler.type is not None:
                handler.type = self._in.object(handler.type)
            if handler.name and handler.name in self._in.names.typed:
                self._in.types[handler.name] = OBJECT
            handler.body = self.block(handler.body)
            if handler.name:
                self._gone(handler.name, handler)
        node.orelse = self.block(node.orelse)
        node.finalbody = self.block(node.finalbody)
        return [node]

    def _import(self, node: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
        for alias in node.names:
            self._object(alias.asname or alias.name.partition(".")[0])
        return [node]

    _importfrom = _import

    def _classdef(self, node: ast.ClassDef) -> list[ast.stmt]:
        self._object(node.name)
        return [node]

    def _functiondef(self, node: ast.FunctionDef) -> list[ast.stmt]:
        from machine_compat.interpreter.rewrite.viper.functions import compile_nested

        compile_nested(node)
        self._object(node.name)
        return [node]

    def _object(self, variable: str) -> None:
        if variable in self._in.names.typed:
            self._in.types[variable] = OBJECT


def nothing(returns: str, at: ast.expr) -> ast.expr:
    """What returning None gives from a function of that type: a register that is 0."""
    empty = None if returns == OBJECT else False if returns == BOOL else 0
    return ast.Constant(empty, **place(at))
