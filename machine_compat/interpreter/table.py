"""The modules a board has, made when a script imports them.

what is built in (machine, time, sys, ...)  ->  the script's folders  ->  frozen drivers  ->  CPython
"""

import builtins
import types
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from machine_compat.board import Board
from machine_compat.interpreter.rewrite.viper import ViperTypeError
from machine_compat.interpreter.rewrite.viper.runtime import hooks as viper_hooks
from machine_compat.modules import BUILT_IN, FROZEN, OF_PORTS, PACKAGES

if TYPE_CHECKING:
    from machine_compat.interpreter.loader import Loader

PLAIN = frozenset(
    (
        "array", "asyncio", "binascii", "bluetooth", "collections", "cryptolib", "errno", "hashlib", "heapq",
        "io", "json", "machine", "os", "platform", "random", "re", "select", "socket", "ssl", "struct", "sys", "time",
        "zlib",
    )
)  # fmt: skip
"""Modules that are also known with a u before their name, as all of MicroPython's were until 1.21."""


def plain_name(name: str) -> str:
    """`time` for `utime`; any other name is its own."""
    return name[1:] if name.startswith("u") and name[1:] in PLAIN else name


def built_in(loader: "Loader", name: str) -> ModuleType | None:
    """A module that no file of the script can replace."""
    board = loader.board
    made: ModuleType | None = None
    if name == "machine" or (name == "pyb" and board.port.pyb):
        made = import_module(f"machine_compat.{name}").build(board)
    elif name == "builtins":
        made = loader.builtins_module
    elif name == "sys":
        made = import_module("machine_compat.interpreter.script_sys").build(loader)
    elif name in BUILT_IN and on_port(board, name):
        made = from_file(board, name)
    return made


def on_port(board: Board, name: str) -> bool:
    """Whether boards of this port have a module."""
    return board.port.name in ("mock", *OF_PORTS.get(name, (board.port.name,)))


def frozen(loader: "Loader", name: str) -> ModuleType | None:
    """A driver that boards ship; the script's folders come before it."""
    return from_file(loader.board, name) if name in FROZEN else None


PARTS = {"asyncio": frozenset(("core", "event", "funcs", "lock", "stream"))}
"""Modules that are packages on a board, and here are in one piece: the part is the whole."""


def part(loader: "Loader", name: str) -> ModuleType | None:
    """A module in an open package, "usb.core"; None where the package is none, or has no such part."""
    top = name.partition(".")[0]
    if top not in PACKAGES:
        return None
    try:
        found: ModuleType = import_module(f"machine_compat.modules.{top}").part(loader.board, name)
    except ImportError as error:
        if error.name == name and error.__cause__ is None:
            return None
        raise
    return found


def from_file(board: Board, name: str) -> ModuleType:
    """A module of machine_compat.modules, with a namespace of its own for each board."""
    source = import_module(f"machine_compat.modules.{name}")
    module = types.ModuleType(name, source.__doc__)
    make = getattr(source, "names", None)
    public = make(board) if make else {key: getattr(source, key) for key in source.__all__}
    module.__dict__.update(public)
    return module


def script_builtins(loader: "Loader", hooks: dict[str, object]) -> dict[str, object]:
    """The builtins of a board's scripts: CPython's, and what MicroPython's compiler knows without an import."""
    names = {name: value for name, value in vars(builtins).items() if name not in INTERACTIVE}
    names.update(hooks)
    names.update(viper_hooks(loader.board))
    names.update({"ptr8": same, "ptr16": same, "ptr32": same, "uint": int, "ViperTypeError": ViperTypeError})
    return names


INTERACTIVE = frozenset(
    ("exit", "quit", "copyright", "credits", "license", "help", "__debug__", "_", "__spec__", "__loader__")
)
"""What CPython's prompt adds, and boards do not have."""


def same(value: object) -> object:
    """`ptr8(buffer)` outside viper functions, which a board does not know: the buffer itself."""
    return value
