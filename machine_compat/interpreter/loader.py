"""Loads a board's scripts: finds modules on the board's own path and runs them with the board's own builtins.

Nothing here enters `sys.modules`: each board has its own table, and a reset begins a new one.
"""

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from machine_compat.board import Board
from machine_compat.interpreter import compiled, table
from machine_compat.interpreter.dynamic import Dynamic
from machine_compat.interpreter.rewrite import compile_script, hooks
from machine_compat.interpreter.search import Place, Search
from machine_compat.modules import PACKAGES
from machine_compat.modules.micropython import opt_level


class Loader:
    """One life of a board's interpreter: from power-on or reset to the next."""

    def __init__(self, board: Board, search: Search, argv: Sequence[str], idle: Callable[[], None]) -> None:
        self.board = board
        self.search = search
        self.path = search.path
        self.argv = list(argv)
        self.modules: dict[str, ModuleType] = {}
        self._packages: dict[str, Place] = {}
        self._own: set[str] = set()
        self.builtins_module = ModuleType("builtins")
        self.builtins: dict[str, Any] = self.builtins_module.__dict__
        self.builtins.update(table.script_builtins(self, hooks(idle)))
        self.builtins["__import__"] = self.import_
        self.builtins["print"] = self._print
        self.builtins["micropython"] = micropython = self.load("micropython")
        self.builtins["const"] = micropython.const
        dynamic = Dynamic(self)
        for name in ("compile", "eval", "exec", "execfile"):
            self.builtins[name] = getattr(dynamic, name)
        for name, value in file_builtins(board).items():
            self.builtins[name] = value

    def _print(self, *values: object, sep: str = " ", end: str = "\n", file: Any = None) -> None:
        if file is not None:
            from machine_compat.modules.io import Encoded, IOBase

            if isinstance(file, IOBase):
                file = Encoded(file)
        print(*values, sep=sep, end=end, file=self.board.stdout if file is None else file)

    # ---- running

    def run(self, source: bytes | str, filename: str, name: str = "__main__", shown: str | None = None) -> ModuleType:
        """Run a script's text as a module of that name; errors are the script's own.

        filename: as tracebacks have it; shown: as the module itself does. All that runs as `__main__` is one module.
        """
        module = self.modules.get(name) if name == "__main__" else None
        if module is None:
            module = self.modules[name] = self._new(name)
        self._run_in(module, source, Place(filename if shown is None else shown, filename))
        return module

    def _run_in(self, module: ModuleType, source: bytes | str, file: Place) -> None:
        module.__dict__["__file__"] = file.shown
        self.exec(self.compile(source, file.host), module.__dict__)

    def run_file(self, file: Path, name: str = "__main__") -> ModuleType:
        return self.run(file.read_bytes(), str(file), name, self.search.file(file))

    def compile(self, source: bytes | str, filename: str) -> CodeType:
        return compile_script(source, filename, level=opt_level(self.board))

    def exec(self, code: CodeType, namespace: dict[str, object]) -> None:
        exec(code, namespace)

    def _new(self, name: str) -> ModuleType:
        module = ModuleType(name)
        namespace = module.__dict__
        namespace["__builtins__"] = self.builtins
        package = self._packages.get(name)
        if package is not None:
            namespace["__path__"] = package.shown
        namespace["__package__"] = name.rpartition(".")[0] if package is None else name
        return module

    # ---- importing

    def import_(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | bool | None = (),
        level: int = 0,
    ) -> ModuleType:
        """What the script's `import` statement calls."""
        if not isinstance(name, str):
            raise TypeError(f"can't convert '{type(name).__name__}' object to str implicitly")
        if level < 0 or not (name or level):
            raise ValueError("Empty module name" if not name else "level must be >= 0")
        if level and globals is not None and not isinstance(globals, dict):
            raise TypeError(f"'{type(globals).__name__}' object isn't a dict")
        if level and globals is None:
            globals = sys._getframe(1).f_globals
        full = absolute(name, globals or {}, level) if level else name
        module = self.load(full)
        if not fromlist:
            # `import a.b` binds a; for a relative import there is always a fromlist.
            return self.modules.get(table.plain_name(full.partition(".")[0]), module)
        # Of MicroPython's own packages some give True, for the innermost module.
        for item in () if fromlist is True else fromlist:
            if item != "*" and not hasattr(module, item):
                self._from(module, full, item)
        return module

    def _from(self, module: ModuleType, name: str, item: str) -> None:
        """Find a name that a module lacks among its submodules."""
        inner = f"{name}.{item}"
        if hasattr(module, "__path__"):
            try:
                self.load(inner)
            except ImportError as error:
                if error.name != inner:
                    raise
        if not hasattr(module, item):
            raise ImportError(f"can't import name {item}", name=name)

    def load(self, name: str) -> ModuleType:
        """The module of that absolute name, loaded with its parents if need be; ImportError as on a board."""
        top, dot, rest = name.partition(".")
        name = f"{table.plain_name(top)}{dot}{rest}"
        known = self.modules.get(name)
        if known is not None:
            return known
        parent, _, child = name.rpartition(".")
        if not parent:
            return self._top(name)
        package = self.load(parent)
        known = self.modules.get(name) or self._submodule(name, parent, package)
        setattr(package, child, known)
        return known

    def _top(self, name: str) -> ModuleType:
        there = self.board.has_module(name)
        module = table.built_in(self, name) if there else None
        if module is None:
            found = self._from_folders(name, self._places())
            if found is not None:
                return found
            if not there:
                raise missing(name)
            module = table.frozen(self, name)
        if module is None:
            return self._of_cpython(name)
        self._own.add(name)
        self.modules[name] = module
        return module

    def _places(self) -> Iterator[Place]:
        """The folders of `sys.path`, which may be another list by now."""
        system = self.modules.get("sys")
        self.search.path = getattr(system, "path", self.search.path)
        return self.search.places()

    def _submodule(self, name: str, parent: str, package: ModuleType) -> ModuleType:
        folder = self._packages.get(parent)
        if folder is not None:
            found = self._from_folders(name, [folder]) or self._part(name)
        elif parent in self._own:
            whole = package if name.rpartition(".")[2] in table.PARTS.get(parent, ()) else None
            found = whole or self._part(name) or self._beside(name, parent)
        elif package.__dict__.get("__builtins__") is self.builtins:
            found = None
        else:
            return self._of_cpython(name)
        if found is None:
            raise missing(name)
        self.modules[name] = found
        return found

    def _part(self, name: str) -> ModuleType | None:
        """What an open package has of that name."""
        found = table.part(self, name)
        if found is not None:
            self._own.add(name)
        return found

    def _beside(self, name: str, parent: str) -> ModuleType | None:
        """What the script's folders have of that name, where there is a built-in package of the parent's."""
        if parent not in PACKAGES:
            return None
        return self._from_folders(name, [place.inner(parent) for place in self._places()])

    def _from_folders(self, name: str, places: Iterable[Place]) -> ModuleType | None:
        last = name.rpartition(".")[2]
        for place in places:
            place.look_for(last)
            here, file = place.inner(last), place.inner(f"{last}.py")
            init = here.inner("__init__.py")
            if os.path.isfile(init.host):
                return self._execute(name, init, here)
            extension = compiled.find(here.host)
            if extension is not None:
                return self._load(name, extension, f"{here.shown}{extension.name.removeprefix(last)}")
            if os.path.isfile(file.host):
                return self._execute(name, file, None)
            if os.path.isdir(here.host):
                self._packages[name] = here
                module = self.modules[name] = self._new(name)
                return module
            if os.path.isfile(f"{here.host}.mpy"):
                there = here.host if here.copied is None else here.shown
                raise ImportError(
                    f"{there}.mpy is compiled for a board and cannot run here; use its .py source", name=name
                )
        return None

    def _execute(self, name: str, file: Place, package: Place | None) -> ModuleType:
        """Run a module's file. One that fails is not kept."""
        if package is not None:
            self._packages[name] = package
        module = self.modules[name] = self._new(name)
        parent, _, child = name.rpartition(".")
        if parent:
            # Already while it runs, for modules that import each other.
            setattr(self.modules[parent], child, module)
        try:
            self._run_in(module, Path(file.host).read_bytes(), file)
        except BaseException:
            self._packages.pop(name, None)
            self.modules.pop(name, None)
            if parent:
                vars(self.modules[parent]).pop(child, None)
            raise
        return self.modules.get(name, module)

    def _load(self, name: str, file: Path, shown: str) -> ModuleType:
        """Load a compiled module. One that fails is not kept."""

        def known(module: ModuleType) -> None:
            self.modules[name] = module

        try:
            compiled.load(name, file, shown, self.builtins, known)
        except BaseException:
            self.modules.pop(name, None)
            raise
        return self.modules[name]

    def _of_cpython(self, name: str) -> ModuleType:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and not (name == error.name or name.startswith(error.name + ".")):
                raise
            raise missing(name) from None
        self.modules[name] = module
        return module


def missing(name: str) -> ImportError:
    return ImportError(f"no module named '{name}'", name=name)


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
