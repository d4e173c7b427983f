"""This file compiles functions marked ``@micropython.viper`` so that they compute as a 32-bit board's registers do.

Such a function is rewritten while its script is compiled: its variables get the types that the board's compiler would
give them, sums and products are wrapped where they can leave 32 bits, pointers load and store the bytes of buffers and
of the board's address space. What a board's compiler refuses is refused with its words.
"""

from machine_compat.interpreter.rewrite.source import Tree

__all__ = ["ViperTypeError", "compile_viper"]


class ViperTypeError(TypeError):
    """Types that the viper emitter cannot compile, as a board's builtin of that name."""

    __module__ = "builtins"


def compile_viper(tree: Tree, text: str, filename: str) -> None:
    """Rewrite the viper functions of a tree in place; the compiler is imported for scripts that have some.

    Raises ViperTypeError, NotImplementedError or SyntaxError where a board's compiler would, with a traceback to the
    script's line.
    """
    if "viper" in text:
        from machine_compat.interpreter.rewrite.viper.compiler import compile_marked

        compile_marked(tree, filename)
