"""This file compiles a script with what MicroPython allows and CPython does not.

The syntax tree is changed so that stores truncate, ``while`` loops let the board's time move on, ``OSError(19)`` has an
errno, ``x.to_bytes(2, "little", True)`` is taken, constants stand where they are named, private names are not mangled,
viper functions compute with 32 bits, and generators can be awaited. Line numbers stay the script's.
"""

import __future__

import types
import warnings
from typing import Final

from machine_compat.interpreter.rewrite import private
from machine_compat.interpreter.rewrite.awaits import awaitable
from machine_compat.interpreter.rewrite.constants import fold
from machine_compat.interpreter.rewrite.runtime import hooks
from machine_compat.interpreter.rewrite.source import Mode, Tree, decode, parse
from machine_compat.interpreter.rewrite.statements import rewrite
from machine_compat.interpreter.rewrite.viper import compile_viper

__all__ = ["compile_script", "hooks"]

# MicroPython's compiler skips annotations.
_FLAGS: Final = __future__.annotations.compiler_flag


def compile_script(source: bytes | str, filename: str, mode: Mode = "exec", level: int = 0) -> types.CodeType:
    """Code to execute in a module dict whose ``__builtins__`` hold ``hooks()``; mode "eval" is for one expression.

    level: micropython.opt_level's; from 1 on there are no assertions.

    Raises SyntaxError (IndentationError too) with the script's own line, and ViperTypeError and NotImplementedError for
    viper functions that a board does not compile. The script's compile warnings, about
    ``"\\d"`` or ``x is 1``, are nobody's here: a board prints none.
    """
    text = decode(source, filename)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parse(text, filename, _FLAGS, mode)
        fold(tree, text, filename)
        compile_viper(tree, text, filename)
        rewrite(tree, text)
        if not private.may_mangle(text):
            return _compile(tree, filename, mode, level)
        private.mark(tree)
        try:
            return private.unmark(_compile(tree, filename, mode, level))
        except SyntaxError as error:
            error.msg = private.plain(error.msg)
            raise


def _compile(tree: Tree, filename: str, mode: Mode, level: int) -> types.CodeType:
    code: types.CodeType = compile(tree, filename, mode, _FLAGS, dont_inherit=True, optimize=min(level, 1))
    return awaitable(code)
