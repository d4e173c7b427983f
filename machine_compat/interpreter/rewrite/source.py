"""This file reads a script's source as MicroPython's lexer would, and gives its syntax tree."""

from __future__ import annotations

import ast
import re
from typing import Final, Literal

Mode = Literal["exec", "eval"]
Tree = ast.Module | ast.Expression

# As CPython's tokenizer finds them; a backslash escapes a quote in raw strings too.
_STRING_OR_COMMENT: Final = re.compile(
    r"""
    \#[^\n]*
    | (?P<quotes>\"{3}|'{3}) (?:\\.|(?!(?P=quotes)).)* (?P=quotes)
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    """,
    re.DOTALL | re.VERBOSE,
)
_INDENTATION: Final = re.compile(r"^[ \t\f]*\t[ \t\f]*", re.MULTILINE)
_TAB: Final = 8  # columns from one tab stop to the next (py/lexer.c)


def decode(source: bytes | str, filename: str) -> str:
    """The text of a script: UTF-8, with or without a byte order mark, newlines as they are.

    Raises SyntaxError, with the line, for bytes that are not UTF-8 and for a NUL.
    """
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"source is not UTF-8: byte 0x{data[error.start]:02x}"
        raise _syntax_error(reason, data.decode("utf-8", "replace"), _line_of(data, error.start), filename) from None
    nul = data.find(b"\0")
    if nul >= 0:
        raise _syntax_error("source contains a NUL byte", text, _line_of(data, nul), filename)
    return text.removeprefix("\ufeff")


def parse(text: str, filename: str, flags: int, mode: Mode = "exec") -> Tree:
    """The syntax tree of a script; indentation that CPython finds inconsistent is read with tab stops of 8.

    Raises SyntaxError with the script's own line.
    """
    try:
        tree = compile(text, filename, mode, flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    except TabError:
        tree = compile(expand_tabs(text), filename, mode, flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module | ast.Expression)
    return tree


def expand_tabs(text: str) -> str:
    """The same source with the tabs of its indentation expanded, and every string as it was."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    strings = [match.span() for match in _STRING_OR_COMMENT.finditer(text) if match[0][0] != "#"]
    strings.reverse()

    def expand(match: re.Match[str]) -> str:
        while strings and strings[-1][1] <= match.start():
            strings.pop()
        if strings and strings[-1][0] < match.start():
            return match[0]
        # A form feed starts the column again (Python Language Reference, 2.1.8).
        return match[0].rpartition("\f")[2].expandtabs(_TAB)

    return _INDENTATION.sub(expand, text)


def _line_of(data: bytes, position: int) -> int:
    before = data[:position].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1


def _syntax_error(reason: str, text: str, line: int, filename: str) -> SyntaxError:
    return SyntaxError(reason, (filename, line, None, re.split("\r\n|\r|\n", text)[line - 1]))
