"""`sys` as a script sees it: its board's platform, its own modules and path, its own streams.

# Ref: MicroPython py/modsys.c
"""

import sys
from types import ModuleType
from typing import NoReturn

from machine_compat.interpreter.loader import Loader
from machine_compat.traces import write_exception

VERSION = (1, 29, 0, "")
"""The MicroPython whose behaviour this library follows."""


class Implementation(tuple[object, ...]):
    """A tuple whose items have names, which may begin with an underscore (py/objattrtuple.c)."""

    _names: tuple[str, ...]

    def __new__(cls, **items: object) -> "Implementation":
        self = super().__new__(cls, items.values())
        self._names = tuple(items)
        return self

    def __getattr__(self, name: str) -> object:
        if name in self._names:
            return self[self._names.index(name)]
        raise AttributeError(f"'attrtuple' object has no attribute '{name}'")

    def __repr__(self) -> str:
        return "(" + ", ".join(f"{name}={value!r}" for name, value in zip(self._names, self, strict=True)) + ")"


def build(loader: Loader) -> ModuleType:
    """The module; its `path`, `modules` and `argv` are the loader's own lists."""
    board = loader.board
    port = board.port
    module = ModuleType("sys")

    def print_exception(error: BaseException, file: object = None, /) -> None:
        write_exception(error, board.stdout if file is None else file)

    def leave(*status: object) -> NoReturn:
        if len(status) > 1:
            raise TypeError(f"function expected at most 1 arguments, got {len(status)}")
        raise SystemExit(*status)

    implementation = Implementation(
        name="micropython",
        version=VERSION,
        _machine=board.profile.machine,
        _mpy=7942,
        _build=board.profile.build or port.build,
        _thread="unsafe",
    )
    module.__dict__.update(
        argv=loader.argv,
        byteorder=sys.byteorder,
        exit=leave,
        implementation=implementation,
        maxsize=0x7FFF_FFFF,
        modules=loader.modules,
        path=loader.path,
        platform=port.platform,
        print_exception=print_exception,
        ps1=">>> ",
        ps2="... ",
        stderr=board.stdout,
        stdin=board.stdin,
        stdout=board.stdout,
        version="3.4.0; MicroPython v1.29.0",
        version_info=(3, 4, 0),
    )
    return module
