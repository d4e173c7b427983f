"""This file loads modules that were compiled for CPython, by Cython for one, as a board's scripts load modules.

Compiled with `include/machine_compat.h`, such a module imports the board's `machine` and `time` and prints where its
board prints. Its C variables exist once for each file that is loaded, so that every life of every board loads a copy
of its own.
"""

import _imp
import sys
from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final

MODULE: Final = "@builtins"
"""Under which name a script's builtins hold themselves as a module, as the header knows."""
MARK: Final = b"compiled with machine_compat.h"
_EXECUTE: Final = compile("execute(module)", "<compiled module>", "exec")


def find(base: str) -> Path | None:
    """The compiled module of a path without its suffix, if there is one that this CPython can load."""
    return next((Path(base + suffix) for suffix in EXTENSION_SUFFIXES if Path(base + suffix).is_file()), None)


def load(name: str, file: Path, shown: str, builtins: dict[str, object], known: Callable[[ModuleType], None]) -> None:
    """Load a compiled module with a script's builtins.

    shown: the file as the board calls it; known: is given the module before its own code runs. Raises what that code
    raises, and ImportError for a file that CPython cannot load.
    """
    import shutil
    import tempfile

    if MODULE not in builtins:
        own = ModuleType("builtins")
        builtins[MODULE] = own
        vars(own).update(builtins)
    before = sys.modules.get(name)
    with tempfile.TemporaryDirectory(prefix="machine-compat-", ignore_cleanup_errors=True) as folder:
        copy = shutil.copy(file, folder)
        spec = ModuleSpec(name, ExtensionFileLoader(name, copy), origin=copy)
        module = _imp.create_dynamic(spec)
    module.__file__ = shown
    known(module)
    try:
        # Its frame is where the header finds the builtins.
        exec(_EXECUTE, {"__builtins__": builtins, "execute": _imp.exec_dynamic, "module": module})
    except ImportError as error:
        if MARK in file.read_bytes():
            raise
        raise ImportError(
            f"{file.name} imports CPython's modules, not the board's ({error}); compile it with -include "
            "machine_compat.h from machine_compat.get_include()",
            name=error.name,
        ) from error
    finally:
        # Cython enters its modules into CPython's table.
        if before is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before
