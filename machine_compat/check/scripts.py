"""Reads the scripts and the modules they import from their own folder; nothing of them is ever executed.

# Ref: MicroPython py/builtinimport.c (a folder's modules, packages), ports/*/main.c (lib on the path)
"""

import __future__

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path

from machine_compat.check.finder import Finder, imported
from machine_compat.check.needs import Unreadable, Use
from machine_compat.errors import ConfigError
from machine_compat.interpreter.rewrite.source import decode, parse
from machine_compat.interpreter.table import plain_name

MAIN = ("boot.py", "main.py")
COMPILED = ".mpy"


class Program:
    """A script with the modules it imports.

    uses: what all its files need of a board. unreadable: files that are no Python. Raises ConfigError for a script
    that is not there.
    """

    def __init__(self, script: Path, path: tuple[Path, ...] = ()) -> None:
        self.script = script
        self.folder = script if script.is_dir() else script.parent
        self._places = (self.folder, self.folder / "lib", *path)
        self.uses: list[Use] = []
        self.unreadable: list[Unreadable] = []
        waiting = list(started(script))
        seen = set()
        while waiting:
            file = waiting.pop(0)
            if file.resolve() not in seen:
                seen.add(file.resolve())
                waiting += self._read(file)

    def _read(self, file: Path) -> list[Path]:
        """Look at one file; the files it imports."""
        try:
            tree = parsed(file)
            names = list(imported(tree))
            # The longest way to a module goes through every part of its name.
            found = [part for level, name in names for part in self._found(file, level, name)]
            tops = {plain_name(name.partition(".")[0]): name.partition(".")[0] for level, name in names if not level}
            local = frozenset(plain for plain, name in tops.items() if self._is_local(name) or self._is_local(plain))
            local |= {name for level, name in names if not level and self._is_local(name.replace(".", "/"))}
            self.uses += Finder(file, tree, local).uses()
        except SyntaxError as error:
            self.unreadable.append(Unreadable(file, error.lineno or 1, error.msg))
            return []
        except (RecursionError, MemoryError):
            self.unreadable.append(Unreadable(file, 1, "is nested too deeply to be checked"))
            return []
        return found

    def _is_local(self, top: str) -> bool:
        return any(
            (place / top).is_dir() or any((place / f"{top}{end}").is_file() for end in (".py", COMPILED))
            for place in self._places
        )

    def _found(self, file: Path, level: int, name: str) -> Iterator[Path]:
        """The files of a dotted name: a module, or a package's __init__ and what is below it."""
        parts = [part for part in name.split(".") if part]
        above = file.parent
        for _ in range(level - 1):
            above = above.parent
        for place in (above,) if level else self._places:
            for depth in range(level == 0, len(parts) + 1):
                stem = place.joinpath(*parts[:depth])
                candidates = (stem / "__init__.py",) if depth == 0 else (stem.with_suffix(".py"), stem / "__init__.py")
                yield from (candidate for candidate in candidates if candidate.is_file())


def started(script: Path) -> list[Path]:
    """The files a board starts: the script, or a folder's boot.py and main.py."""
    if script.is_file():
        return [script]
    if not script.exists():
        raise ConfigError(f"{script}: there is no such file")
    if not script.is_dir():
        raise ConfigError(f"{script} is neither a file nor a folder")
    found = [script / name for name in MAIN if (script / name).is_file()] or sorted(script.glob("*.py"))
    if not found:
        raise ConfigError(f"{script} has no boot.py, no main.py and no other script")
    return found


def parsed(file: Path) -> ast.Module:
    """The syntax tree of a file; SyntaxError where it is no Python, ConfigError where it cannot be read."""
    try:
        source = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parse(decode(source, str(file)), str(file), __future__.annotations.compiler_flag)
    assert isinstance(tree, ast.Module)
    return tree
