"""What the VM asks the board for besides `machine`: its modules, the source of the script's files, its terminal."""

from datetime import datetime
from pathlib import Path

from machine_compat.board import Board
from machine_compat.interpreter.life import Program
from machine_compat.interpreter.loader import Loader
from machine_compat.interpreter.table import plain_name
from machine_compat.modules import FROZEN
from machine_compat.vm.source import REMOTE, for_vm

STAND_IN = """\
from _host.proxy import fill
fill("{name}", globals())
"""
UNIX = datetime(1970, 1, 1)


class Desk:
    """The board as the VM's start-up code sees it; its first object, with handle 0."""

    def __init__(self, board: Board, loader: Loader, program: Program) -> None:
        self._board = board
        self._loader = loader
        self._program = program

    # ---- at the start

    def files(self) -> list[tuple[str, str, str]]:
        """(file on this computer, as the board calls it, source) of what is to be run."""
        show = self._loader.search.file
        return [(str(file), show(file), for_vm(file.read_bytes(), str(file))) for file in self._program.files()]

    def sys(self) -> dict[str, object]:
        """What `sys` says here and would say otherwise in the VM."""
        own = self._loader.load("sys")
        told = own.implementation
        return {
            "argv": list(own.argv),
            "path": list(own.path),
            "platform": own.platform,
            "machine": told._machine,
            "build": told._build,
            "stdin": own.stdin,
        }

    def epoch_s(self) -> int:
        """The port's epoch in seconds after 1970."""
        return int((datetime(self._board.port.epoch_year, 1, 1) - UNIX).total_seconds())

    # ---- modules

    def module(self, name: str) -> tuple[object, list[str], dict[str, object]]:
        """A module of the board's, its names, and those that are its port's constants."""
        module = self._loader.load(name)
        names = [key for key in dir(module) if not key.startswith("_")]
        constants = self._board.port.constants.get(name, {})
        return module, names, {key: value for key, value in constants.items() if key in names}

    def function(self, name: str) -> object:
        """A builtin function of the script's: open, input."""
        return self._loader.builtins[name]

    def kind(self, path: str) -> int:
        """What an import finds at a path: 0 nothing, 1 a file, 2 a folder."""
        if self._remote(path):
            return 1
        found = next(iter(self._hosts(path)), None)
        return 0 if found is None else 2 if found.is_dir() else 1

    def source(self, path: str) -> str:
        """The source of a module's file that `kind` has found."""
        name = self._remote(path)
        if name:
            return STAND_IN.format(name=name)
        host = next(iter(self._hosts(path)))
        return for_vm(host.read_bytes(), str(host))

    def _remote(self, path: str) -> str:
        """The name of the board's module that answers for a path; "" where a file does, or nothing."""
        name = plain_name(path.removesuffix(".py").removeprefix("/"))
        if not path.endswith(".py") or name not in REMOTE or (name == "pyb" and not self._board.port.pyb):
            return ""
        return name if name not in FROZEN or not self._hosts(path) else ""

    def _hosts(self, path: str) -> list[Path]:
        """The files and folders of this computer that a path of the board's means, the first one first."""
        return [host for host in self._loader.search.hosts(path) if host.exists()]
