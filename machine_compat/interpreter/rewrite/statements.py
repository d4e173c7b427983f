"""This file walks a script's syntax tree and changes, in place, what CPython would run otherwise than a board."""

from __future__ import annotations

import ast
import re
from typing import Final

from machine_compat.interpreter.rewrite import stores
from machine_compat.interpreter.rewrite.runtime import CALLEE, IDLE, OWN_ERRORS
from machine_compat.interpreter.rewrite.source import Tree
from machine_compat.interpreter.rewrite.stores import place

_BLOCKS: Final = ("body", "handlers", "orelse", "finalbody", "cases")
# How many arguments int's conversions have when ``signed`` is the last (4: ``int.to_bytes(x, 2, "big", True)``).
_CONVERSIONS: Final = {"to_bytes": (3, 4), "from_bytes": (3,)}
# A bytearray made from more than a number or a text of bytes: its elements may be out of range.
_FILLED: Final = re.compile(r"\bbytearray\(\s*(?![\d)]|b?[\"'])")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def rewrite(tree: Tree, text: str) -> None:
    """Change the tree of the source ``text`` in place; functions in a board's assembler are left as they are."""
    # Few scripts need their expressions looked at, and most of a tree is expressions.
    expressions = any(word in text for word in ("OSError", "to_bytes", "from_bytes")) or bool(_FILLED.search(text))
    if isinstance(tree, ast.Expression) and not expressions:
        return
    # Children come before their parents, so that nothing generated is looked at again.
    for node in reversed(_nodes(tree, expressions)):
        if isinstance(node, ast.Call):
            _call(node)
        elif isinstance(node, (ast.stmt, ast.Module, ast.ExceptHandler, ast.match_case)):
            _blocks(node)
            if isinstance(node, ast.ClassDef):
                _own_errors(node)
            elif isinstance(node, ast.While):
                node.body.insert(0, _idle(node))
            elif isinstance(node, (ast.For, ast.AsyncFor)):
                stores.loop_target(node)
            elif isinstance(node, (ast.With, ast.AsyncWith)):
                stores.context_targets(node)


def _nodes(tree: Tree, expressions: bool) -> list[ast.AST]:
    """The tree's nodes, parents first, without the functions in assembler; only statements unless ``expressions``."""
    nodes: list[ast.AST] = [tree]
    for node in nodes:  # grows while it is read
        if expressions:
            children = list(ast.iter_child_nodes(node))
        else:
            children = [child for field in _BLOCKS for child in getattr(node, field, ())]
        nodes += [child for child in children if not (isinstance(child, _Function) and _is_assembler(child))]
    return nodes


def _is_assembler(function: _Function) -> bool:
    """Whether a decorator makes it machine code: ``@micropython.asm_thumb``, ``@rp2.asm_pio(...)``, ``@asm_pio()``."""
    for decorator in function.decorator_list:
        maker = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = maker.attr if isinstance(maker, ast.Attribute) else maker.id if isinstance(maker, ast.Name) else ""
        if name.startswith("asm_"):
            return True
    return False


def _blocks(node: ast.AST) -> None:
    for field in _BLOCKS:
        block = getattr(node, field, None)
        if not block:
            continue
        changed: list[ast.AST] = []
        for statement in block:
            changed += stores.truncating(statement) or (statement,)
        block[:] = changed


def _idle(loop: ast.While) -> ast.Expr:
    at = place(loop)
    return ast.Expr(ast.Call(ast.Name(IDLE, ast.Load(), **at), [], [], **at), **at)


def _own_errors(made: ast.ClassDef) -> None:
    """``class Failed(OSError)`` gets the errno and the text that a board's would have."""
    if not any(isinstance(base, ast.Name) and base.id == "OSError" for base in made.bases):
        return
    first = made.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    at = place(first)
    made.body[documented:documented] = [
        ast.Assign([ast.Name(name, ast.Store(), **at)], ast.Name(hook, ast.Load(), **at), **at)
        for name, hook in OWN_ERRORS.items()
    ]


def _call(call: ast.Call) -> None:
    """``OSError(x)`` becomes ``@callee(OSError)(x)``: what the name means is known only when it runs."""
    function = call.func
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    if isinstance(function, ast.Name):
        allowed = function.id == "bytearray" and len(call.args) == 1 and not isinstance(call.args[0], ast.Constant)
        allowed = function.id == "OSError" or (allowed and not starred)
    elif isinstance(function, ast.Attribute):
        allowed = len(call.args) in _CONVERSIONS.get(function.attr, ()) and not starred
    else:
        return
    if allowed and not call.keywords:
        at = place(function)
        call.func = ast.Call(ast.Name(CALLEE, ast.Load(), **at), [function], [], **at)
