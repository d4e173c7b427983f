"""A script as the VM is to read it: board time moves in its ``while`` loops, and decorators it lacks are others.

Only words within a line change, so line numbers stay the script's; ``while x:`` becomes ``while (x) and _turn_():``, at
the point where a script on CPython lets time pass too. What CPython cannot parse is left as it is.
"""

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from machine_compat.interpreter.rewrite.source import decode, expand_tabs
from machine_compat.interpreter.table import plain_name
from machine_compat.modules import BUILT_IN, FROZEN

OWN = frozenset((
    "array", "asyncio", "binascii", "collections", "errno", "framebuf", "gc", "heapq", "io", "json", "micropython",
    "os", "random", "struct", "sys", "time", "uctypes", "usb", "vfs", "_thread",
))  # fmt: skip
"""Modules of the VM's own, and those that it lacks and no message can stand for."""

NEED = "_need_"
"""What an import of names from a board's module calls first: it raises ImportError for one that is missing."""
REMOTE = frozenset(("machine", "pyb", *BUILT_IN, *FROZEN)) - OWN
"""The board's modules, in whose place the VM has an object that gives each name when it is asked for."""
TURN = "_turn_"
"""What every turn of a loop calls: a builtin of the VM's, true."""
DECORATORS = {"native": "_plain_", "viper": "_plain_", "asm_thumb": "_assembler_"}
"""The emitters that the VM was built without, and the builtins that stand for them."""
PIO = "_pio_"
"""What stands for asm_pio, which would have to read the script's own code: it says so."""


class Edit(NamedTuple):
    """Put `text` in place of so many bytes of a line, from 0."""

    line: int
    column: int
    length: int
    text: str


def for_vm(source: bytes, filename: str) -> str:
    """The text of a script for the VM; SyntaxError for one that is not UTF-8."""
    text = decode(source, filename).replace("\r\n", "\n").replace("\r", "\n")
    try:
        tree = parse(text)
    except TabError:
        text = expand_tabs(text)
        tree = parse(text)
    if tree is None:
        return text
    lines = [line.encode() for line in text.split("\n")]
    for edit in sorted(edits(tree), reverse=True):
        line, end = lines[edit.line], edit.column + edit.length
        lines[edit.line] = line[: edit.column] + edit.text.encode() + line[end:]
    return b"\n".join(lines).decode()


def parse(text: str) -> ast.Module | None:
    """The tree of a text; None where CPython finds it wrong. TabError is for the caller."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except TabError:
            raise
        except SyntaxError:
            return None


def edits(tree: ast.Module) -> Iterator[Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.While):
            test = node.test
            assert test.end_lineno is not None
            assert test.end_col_offset is not None
            yield Edit(test.lineno - 1, test.col_offset, 0, "(")
            yield Edit(test.end_lineno - 1, test.end_col_offset, 0, f") and {TURN}()")
        elif isinstance(node, ast.ImportFrom) and plain_name(node.module or "") in REMOTE and not node.level:
            names = ", ".join(map(repr, (plain_name(node.module or ""), *(alias.name for alias in node.names))))
            yield Edit(node.lineno - 1, node.col_offset, 0, f"{NEED}({names}); ")
        elif isinstance(node, ast.FunctionDef):
            yield from decorated(node)


def decorated(function: ast.FunctionDef) -> Iterator[Edit]:
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(ast.Attribute(ast.Name("rp2"), "asm_pio") | ast.Name("asm_pio")):
                name = decorator.func
                assert name.end_col_offset is not None
                yield Edit(name.lineno - 1, name.col_offset, name.end_col_offset - name.col_offset, PIO)
            case ast.Attribute(ast.Name("micropython"), name) if name in DECORATORS:
                length = len("micropython.") + len(name)
                yield Edit(decorator.lineno - 1, decorator.col_offset, length, DECORATORS[name])
