"""Compiles and runs what a script gives as text: `exec`, `eval`, `compile` and `execfile`, as its own lines run.

# Ref: MicroPython py/builtinevex.c
"""

import builtins
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from machine_compat.flash import board_errors, mounted
from machine_compat.interpreter.rewrite import compile_script
from machine_compat.machine.peripheral import readable
from machine_compat.modules.micropython import opt_level

if TYPE_CHECKING:
    from machine_compat.interpreter.loader import Loader

CO_OPTIMIZED = 1
"""The flag of code whose variables are in no dict: that of functions (inspect.CO_OPTIMIZED)."""

Namespace = dict[str, object]


class Dynamic:
    """The functions for one board's scripts. Text is compiled as scripts are; in a function it sees globals alone."""

    def __init__(self, loader: "Loader") -> None:
        self._loader = loader

    def compile(self, source: object, filename: str, mode: str, /) -> CodeType:
        """Code of a text; mode: "eval" for an expression, "exec" and "single" for statements.

        Raises SyntaxError, ValueError "bad compile mode".
        """
        if mode not in ("exec", "eval", "single"):
            raise ValueError("bad compile mode")
        text = source if isinstance(source, str) else readable(source)
        level = opt_level(self._loader.board)
        if mode == "eval":
            return compile_script(text.lstrip(), filename, "eval", level)
        return compile_script(text, filename, "exec", level)

    def exec(self, source: object, globals: Namespace | None = None, locals: Any = None, /) -> None:
        """Run statements, in the caller's namespace unless one is given."""
        code = source if isinstance(source, CodeType) else self.compile(source, "<string>", "exec")
        self._run(code, globals, locals, sys._getframe(1))

    def eval(self, source: object, globals: Namespace | None = None, locals: Any = None, /) -> object:
        """The value of an expression, in the caller's namespace unless one is given."""
        code = source if isinstance(source, CodeType) else self.compile(source, "<string>", "eval")
        return self._run(code, globals, locals, sys._getframe(1))

    def execfile(self, name: str, globals: Namespace | None = None, locals: Any = None, /) -> None:
        """Run a file of the flash, in the caller's namespace unless one is given; OSError where there is none."""
        flash = mounted(self._loader.board)
        system, inside = flash.split(name)
        if system is not None:
            with cast(BinaryIO, system.open(inside, "rb")) as file:
                shown, source = name, file.read()
        else:
            host = flash.member(name)
            with board_errors():
                shown, source = str(host), Path(host).read_bytes()
        self._run(self.compile(source, shown, "exec"), globals, locals, sys._getframe(1))

    def _run(self, code: CodeType, globals: Namespace | None, locals: Any, caller: FrameType) -> object:
        for given in (globals, locals):
            if given is not None and not isinstance(given, dict):
                raise TypeError(f"'{type(given).__name__}' object isn't a dict")
        if globals is None:
            globals = caller.f_globals
            if locals is None and not caller.f_code.co_flags & CO_OPTIMIZED:
                locals = caller.f_locals
        globals.setdefault("__builtins__", self._loader.builtins)
        return builtins.eval(code, globals, globals if locals is None else locals)
