"""This file compiles a script with what MicroPython allows and CPython does not.

The syntax tree is changed so that stores truncate, ``while`` loops let the board's time move on, ``OSError(19)`` has an
errno, ``x.to_bytes(2, "little", True)`` is taken and private names are not mangled. Line numbers stay the script's.
"""

import __future__

import types
import warnings
from typing import Final

from machine_compat.interpreter.rewrite import private
from machine_compat.interpreter.rewrite.runtime import hooks
from machine_compat.interpreter.rewrite.source import Mode, Tree, decode, parse
from machine_compat.interpreter.rewrite.statements import rewrite

__all__ = ["compile_script", "hooks"]

# MicroPython's compiler skips annotations.
_FLAGS: Final = __future__.annotations.compiler_flag


def compile_script(source: bytes | str, filename: str, mode: Mode = "exec") -> types.CodeType:
    """Code to execute in a module dict whose ``__builtins__`` hold ``hooks()``; mode "eval" is for one expression.

    Raises SyntaxError (IndentationError too) with the script's own line. The script's compile warnings, about
    ``"\\d"`` or ``x is 1``, are nobody's here: a board prints none.
    """
    text = decode(source, filename)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parse(text, filename, _FLAGS, mode)
        rewrite(tree, text)
        if not private.may_mangle(text):
            return _compile(tree, filename, mode)
        private.mark(tree)
        try:
            return private.unmark(_compile(tree, filename, mode))
        except SyntaxError as error:
            error.msg = private.plain(error.msg)
            raise


def _compile(tree: Tree, filename: str, mode: Mode) -> types.CodeType:
    code: types.CodeType = compile(tree, filename, mode, _FLAGS, dont_inherit=True)
    return code
