"""Compiles and runs what a script gives as text: `exec`, `eval`, `compile` and `execfile`, as its own lines run.

# Ref: MicroPython py/builtinevex.c
"""

import builtins
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from machine_compat.flash import board_errors, mounted
from machine_compat.interpreter.rewrite import compile_script

if TYPE_CHECKING:
    from machine_compat.interpreter.loader import Loader

CO_OPTIMIZED = 1
"""The flag of code whose variables are in no dict: that of functions (inspect.CO_OPTIMIZED)."""

Namespace = dict[str, object]


class Dynamic:
    """The functions for one board's scripts. Text is compiled as scripts are; in a function it sees globals alone."""

    def __init__(self, loader: "Loader") -> None:
        self._loader = loader

    def compile(self, source: str | bytes, filename: str, mode: str, /) -> CodeType:
        """Code of a text; mode: "eval" for an expression, "exec" and "single" for statements.

        Raises SyntaxError, ValueError "bad compile mode".
        """
        if mode not in ("exec", "eval", "single"):
            raise ValueError("bad compile mode")
        return compile_script(source, filename, "eval" if mode == "eval" else "exec")

    def exec(self, source: str | bytes | CodeType, globals: Namespace | None = None, locals: Any = None, /) -> None:
        """Run statements, in the caller's namespace unless one is given."""
        code = source if isinstance(source, CodeType) else self.compile(source, "<string>", "exec")
        self._run(code, globals, locals, sys._getframe(1))

    def eval(self, source: str | bytes | CodeType, globals: Namespace | None = None, locals: Any = None, /) -> object:
        """The value of an expression, in the caller's namespace unless one is given."""
        code = source if isinstance(source, CodeType) else self.compile(source.lstrip(), "<string>", "eval")
        return self._run(code, globals, locals, sys._getframe(1))

    def execfile(self, name: str, globals: Namespace | None = None, locals: Any = None, /) -> None:
        """Run a file of the flash, in the caller's namespace unless one is given; OSError where there is none."""
        host = mounted(self._loader.board).member(name)
        with board_errors():
            source = Path(host).read_bytes()
        self._run(self.compile(source, str(host), "exec"), globals, locals, sys._getframe(1))

    def _run(self, code: CodeType, globals: Namespace | None, locals: Any, caller: FrameType) -> object:
        if globals is None:
            globals = caller.f_globals
            if locals is None and not caller.f_code.co_flags & CO_OPTIMIZED:
                locals = caller.f_locals
        globals.setdefault("__builtins__", self._loader.builtins)
        return builtins.eval(code, globals, globals if locals is None else locals)
