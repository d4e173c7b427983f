"""This file compiles whole functions of the viper emitter: their signatures, and what is in them.

# Ref: MicroPython py/compile.c (compile_funcdef_lambdef, compile_viper_type_annotation)
"""

import ast
from typing import Final

from machine_compat.interpreter.rewrite.stores import place
from machine_compat.interpreter.rewrite.viper.expressions import Expressions
from machine_compat.interpreter.rewrite.viper.scopes import Function, arguments_of, names_of
from machine_compat.interpreter.rewrite.viper.statements import Statements, nothing
from machine_compat.interpreter.rewrite.viper.types import (
    CASTS,
    OBJECT,
    TYPES,
    Refused,
    Value,
    name,
    refuse,
)

_PLAIN: Final = frozenset(("native", "bytecode"))


def emitter(function: Function) -> str | None:
    """What a function asks to be compiled with: "viper", "native", "asm_thumb", ..., or None."""
    for decorator in function.decorator_list:
        maker = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(maker, ast.Attribute) and isinstance(maker.value, ast.Name) and maker.value.id == "micropython":
            return maker.attr
    return None


def compile_function(function: Function) -> None:
    """Rewrite a viper function in place. Raises Refused for what a board does not compile."""
    if isinstance(function, ast.AsyncFunctionDef):
        raise Refused(NotImplementedError("native yield"), function)
    names = names_of(function)
    declared = {argument.arg: _annotated(argument.annotation) for argument in arguments_of(function)}
    returns = _annotated(function.returns)
    expressions = Expressions(names, {key: kind for key, kind in declared.items() if key in names.typed})
    statements = Statements(expressions, returns)
    # In a closure's variable every type is an object's.
    entry = [
        _conversion(expressions, argument, declared[argument.arg])
        for argument in arguments_of(function)
        if declared[argument.arg] in CASTS and argument.arg in names.typed
    ]
    body = statements.block(function.body)
    if returns != OBJECT:
        last = function.body[-1]
        body.append(ast.Return(nothing(returns, name("", last)), **place(last)))
    documented = ast.get_docstring(function, clean=False) is not None
    function.body = [*body[:documented], *entry, *body[documented:]]
    _take_positions_only(function.args)


def compile_nested(function: ast.FunctionDef) -> None:
    """A function in a viper function is viper too, unless it asks for another emitter."""
    if emitter(function) in (None, "viper"):
        compile_function(function)


def compile_lambda(function: ast.Lambda) -> ast.Lambda:
    """A lambda in a viper function: it takes objects, and must return one."""
    names = names_of(function)
    types = {argument.arg: OBJECT for argument in arguments_of(function) if argument.arg in names.typed}
    result = Expressions(names, types).value(function.body)
    if result.type not in (OBJECT, "None"):
        refuse(function, f"return expected 'object' but got '{result.type}'")
    function.body = result.node
    return function


def _annotated(annotation: ast.expr | None) -> str:
    if annotation is None:
        return OBJECT
    if not isinstance(annotation, ast.Name):
        raise Refused(SyntaxError("annotation must be an identifier"), annotation)
    if annotation.id not in TYPES:
        refuse(annotation, f"unknown type '{annotation.id}'")
    return annotation.id


def _conversion(expressions: Expressions, argument: ast.arg, kind: str) -> ast.stmt:
    """``x = @int(x)``: what arrives is an object."""
    at = place(ast.copy_location(ast.Pass(), argument))
    given = ast.Name(argument.arg, ast.Load(), **at)
    taken = expressions.converted(kind, Value(given, OBJECT), given)
    return ast.Assign([ast.Name(argument.arg, ast.Store(), **at)], taken.node, **at)


def _take_positions_only(arguments: ast.arguments) -> None:
    """Viper functions know neither keywords nor defaults."""
    arguments.posonlyargs += arguments.args
    arguments.args = []
    arguments.defaults = []
