"""Loads a board's scripts: finds modules on the board's own path and runs them with the board's own builtins.

Nothing here enters `sys.modules`: each board has its own table, and a reset begins a new one.
"""

import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from machine_compat.board import Board
from machine_compat.interpreter import table
from machine_compat.interpreter.rewrite import compile_script, hooks


class Loader:
    """One life of a board's interpreter: from power-on or reset to the next."""

    def __init__(self, board: Board, path: Sequence[Path], argv: Sequence[str], idle: Callable[[], None]) -> None:
        self.board = board
        self.path = [str(folder) for folder in path]
        self.argv = list(argv)
        self.modules: dict[str, ModuleType] = {}
        self.files: set[str] = set()
        """The file names of all code of the script, for its tracebacks."""
        self.builtins = table.script_builtins(self, hooks(idle))
        self.builtins["__import__"] = self.import_
        self.builtins["print"] = self._print
        self.builtins["micropython"] = micropython = self.load("micropython")
        self.builtins["const"] = micropython.const
        for name, value in file_builtins(board).items():
            self.builtins[name] = value

    def _print(self, *values: object, sep: str = " ", end: str = "\n", file: Any = None) -> None:
        print(*values, sep=sep, end=end, file=self.board.stdout if file is None else file)

    # ---- running

    def run(self, source: bytes | str, filename: str, name: str = "__main__", path: str | None = None) -> ModuleType:
        """Run a script's text as a module of that name; errors are the script's own."""
        module = self._new(name, filename)
        if path is not None:
            module.__dict__["__path__"] = path
            module.__dict__["__package__"] = name
        self.modules[name] = module
        self.exec(self.compile(source, filename), module.__dict__)
        return module

    def run_file(self, file: Path, name: str = "__main__") -> ModuleType:
        return self.run(file.read_bytes(), str(file), name)

    def compile(self, source: bytes | str, filename: str) -> CodeType:
        self.files.add(filename)
        return compile_script(source, filename)

    def exec(self, code: CodeType, namespace: dict[str, object]) -> None:
        exec(code, namespace)

    def _new(self, name: str, filename: str) -> ModuleType:
        module = ModuleType(name)
        namespace = module.__dict__
        namespace["__builtins__"] = self.builtins
        namespace["__file__"] = filename
        namespace["__package__"] = name.rpartition(".")[0]
        return module

    # ---- importing

    def import_(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """What the script's `import` statement calls."""
        full = absolute(name, globals or {}, level) if level else name
        module = self.load(full)
        if not fromlist:
            # `import a.b` binds a; for a relative import there is always a fromlist.
            return self.modules.get(table.plain_name(full.partition(".")[0]), module)
        for item in fromlist:
            if hasattr(module, "__path__") and item != "*" and not hasattr(module, item):
                try:
                    self.load(f"{full}.{item}")
                except ImportError as error:
                    if error.name != f"{full}.{item}":
                        raise
        return module

    def load(self, name: str) -> ModuleType:
        """The module of that absolute name, loaded with its parents if need be; ImportError as on a board."""
        name = table.plain_name(name) if "." not in name else name
        known = self.modules.get(name)
        if known is not None:
            return known
        parent, _, child = name.rpartition(".")
        if not parent:
            return self._top(name)
        package = self.load(parent)
        known = self.modules.get(name)
        if known is None:
            known = self._from_folders(name, child, package_path(package)) or self._of_cpython(name, package)
        setattr(package, child, known)
        return known

    def _top(self, name: str) -> ModuleType:
        module = table.built_in(self, name)
        if module is None:
            module = self._from_folders(name, name, self.path) or table.frozen(self, name)
        if module is None:
            return self._of_cpython(name, None)
        self.modules[name] = module
        return module

    def _from_folders(self, name: str, last: str, folders: Sequence[str]) -> ModuleType | None:
        for folder in folders:
            base = os.path.join(folder, last)
            package = os.path.join(base, "__init__.py")
            if os.path.isfile(package):
                return self._execute(name, package, base)
            if os.path.isfile(base + ".py"):
                return self._execute(name, base + ".py", None)
            if os.path.isdir(base):
                module = self.modules[name] = self._new(name, base)
                module.__dict__["__path__"] = base
                return module
            if os.path.isfile(base + ".mpy"):
                raise ImportError(f"{base}.mpy is compiled for a board and cannot run here; use its .py source", name=name)
        return None

    def _execute(self, name: str, file: str, path: str | None) -> ModuleType:
        try:
            return self.run(Path(file).read_bytes(), file, name, path)
        except BaseException:
            self.modules.pop(name, None)
            raise

    def _of_cpython(self, name: str, package: ModuleType | None) -> ModuleType:
        if package is not None and package.__dict__.get("__builtins__") is self.builtins:
            raise ImportError(f"no module named '{name}'", name=name)
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and not (name == error.name or name.startswith(error.name + ".")):
                raise
            raise ImportError(f"no module named '{name}'", name=name) from None
        self.modules[name] = module
        return module


def package_path(module: ModuleType) -> list[str]:
    path: Any = getattr(module, "__path__", ())
    return [path] if isinstance(path, str) else list(path)


def absolute(name: str, globals: Mapping[str, object], level: int) -> str:
    """The full name that a relative import means."""
    package = str(globals.get("__package__") or "")
    parts = package.split(".") if package else []
    if level - 1 >= len(parts) and not (level == 1 and parts):
        raise ImportError("can't perform relative import")
    base = parts[: len(parts) - (level - 1)]
    return ".".join([*base, name] if name else base)


def file_builtins(board: Board) -> dict[str, object]:
    """`open` and `input`, on the board's flash and its standard input."""
    from machine_compat.interpreter import files

    return {"open": files.opener(board), "input": files.prompt(board)}
