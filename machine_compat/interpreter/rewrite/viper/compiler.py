"""This file finds a script's viper functions, has them compiled, and raises what a board's compiler refuses."""

import ast
from types import CodeType
from typing import Final, NoReturn

from machine_compat.interpreter.rewrite.source import Tree
from machine_compat.interpreter.rewrite.viper.functions import compile_function, emitter
from machine_compat.interpreter.rewrite.viper.scopes import Function
from machine_compat.interpreter.rewrite.viper.types import Refused

_ERROR: Final = "@error"


def compile_marked(tree: Tree, filename: str) -> None:
    """Rewrite the viper functions of a tree in place; raises as `compile_viper` says."""
    for function in _marked(tree):
        try:
            compile_function(function)
        except Refused as refusal:
            _raise_at(refusal, filename, function.name)


def _marked(tree: ast.AST) -> list[Function]:
    """The outermost viper functions."""
    found: list[Function] = []
    waiting = [tree]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if isinstance(child, Function) and emitter(child) == "viper":
                found.append(child)
            else:
                waiting.append(child)
    return sorted(found, key=lambda function: function.lineno)


def _raise_at(refusal: Refused, filename: str, function: str) -> NoReturn:
    """Raise the error as if the refused line had done it."""
    error, line = refusal.error, refusal.line
    if isinstance(error, SyntaxError):
        error.filename, error.lineno = filename, line
        raise error from None
    at = {"lineno": line, "col_offset": 0, "end_lineno": line, "end_col_offset": 0}
    raising = ast.Raise(ast.Name(_ERROR, ast.Load(), **at), None, **at)
    code: CodeType = compile(ast.Module([raising], []), filename, "exec", dont_inherit=True)
    exec(code.replace(co_name=function), {_ERROR: error, "__builtins__": {}})
    raise AssertionError(error)
