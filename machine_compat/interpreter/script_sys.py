"""`sys` as a script sees it: its board's platform, its own modules and path, its own streams.

# Ref: MicroPython py/modsys.c
"""

import sys
from types import ModuleType, SimpleNamespace
from typing import NoReturn

from machine_compat.interpreter.loader import Loader
from machine_compat.interpreter.trace import write_exception

VERSION = (1, 29, 0, "")
"""The MicroPython whose behaviour this library follows."""


def build(loader: Loader) -> ModuleType:
    """The module; its `path`, `modules` and `argv` are the loader's own lists."""
    board = loader.board
    port = board.port
    module = ModuleType("sys")

    def print_exception(error: BaseException, file: object = None, /) -> None:
        write_exception(error, loader.files, board.stdout if file is None else file)

    def leave(status: object = 0, /) -> NoReturn:
        raise SystemExit(status)

    implementation = SimpleNamespace(
        name="micropython",
        version=VERSION,
        _machine=board.profile.machine,
        _mpy=7942,
        _build=port.build,
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
