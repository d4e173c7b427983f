"""This file keeps names like ``__x`` as they are written: MicroPython's classes do not mangle them.

The compiler mangles a name by its two leading underscores. So every such name of the script is compiled under another
spelling, and the finished code objects get the script's spelling back: scopes, closures and ``super()`` come out as if
mangling did not exist.
"""

from __future__ import annotations

import ast
import re
import types
from typing import Final

# A Unicode noncharacter: neither the start of an identifier nor text that a program would hold.
_MARK: Final = "\ufdd0"
_PRIVATE: Final = re.compile(r"\b__(?!\w*__\b)\w")


def may_mangle(text: str) -> bool:
    """Whether a source may hold a class with private names; False is certain."""
    return "class" in text and _PRIVATE.search(text) is not None


def mark(tree: ast.AST) -> None:
    """Respell every private name of the tree, in place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            continue
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, _marked(value))
            elif isinstance(value, list) and value and isinstance(value[0], str):
                setattr(node, field, [_marked(name) for name in value])


def _marked(name: str) -> str:
    return _MARK + name if name.startswith("__") and not name.endswith("__") else name


def unmark(code: types.CodeType) -> types.CodeType:
    """The code object, and all inside it, with the script's own spelling."""
    return code.replace(
        co_name=plain(code.co_name),
        co_qualname=plain(code.co_qualname),
        co_names=tuple(map(plain, code.co_names)),
        co_varnames=tuple(map(plain, code.co_varnames)),
        co_cellvars=tuple(map(plain, code.co_cellvars)),
        co_freevars=tuple(map(plain, code.co_freevars)),
        co_consts=tuple(map(_constant, code.co_consts)),
    )


def plain(text: str) -> str:
    """Text that the compiler made of marked names, without the marks."""
    return text.replace(_MARK, "")


def _constant(value: object) -> object:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, tuple):  # the keywords of a call
        return tuple(map(_constant, value))
    if isinstance(value, types.CodeType):
        return unmark(value)
    return value
