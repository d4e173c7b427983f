"""One life of a board's script, from power-on or a reset until it ends: boot.py and main.py, or a single file."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from machine_compat.board import MAIN_SCRIPT, Board
from machine_compat.errors import ConfigError
from machine_compat.interpreter.loader import Loader
from machine_compat.interpreter.search import Search

IDLE_NS = 1_000
"""What a turn of a `while` loop costs on a board, so that time passes in loops that touch nothing."""


class Program(NamedTuple):
    """What to run. script: a .py file, or a folder with boot.py and main.py; path: more folders to import from."""

    script: Path
    args: tuple[str, ...] = ()
    path: tuple[Path, ...] = ()

    def files(self) -> list[Path]:
        """The files to run, in order; ConfigError when there are none, or one is not for this user to read."""
        if self.script.is_dir():
            found = [file for name in ("boot.py", "main.py") if (file := self.script / name).is_file()]
            if not found:
                raise ConfigError(f"{self.script} has neither boot.py nor main.py")
        elif self.script.is_file():
            found = [self.script]
        else:
            raise ConfigError(f"no script {str(self.script)!r}")
        for file in found:
            if not os.access(file, os.R_OK):
                raise ConfigError(f"{file}: {os.strerror(errno.EACCES)}")
        return found

    @property
    def folder(self) -> Path:
        """Where the script's own modules are."""
        return self.script if self.script.is_dir() else self.script.parent


class Life:
    """A fresh interpreter on a board."""

    def __init__(self, board: Board, program: Program) -> None:
        self.program = program
        argv = [str(program.script), *program.args]
        search = Search(board, program.folder, program.path)
        self.loader = Loader(board, search, argv, idle_of(board))

    def run(self) -> None:
        """Run the program's files; raises what they raise."""
        files = self.program.files()
        if not self.program.script.is_dir():
            self.loader.run_file(files[0])
            return
        if files[0].name == "boot.py":
            self.loader.run_file(files[0])
        self.loader.board.booted = True
        main = self._main()
        if main.is_file():
            self.loader.run_file(main)

    def _main(self) -> Path:
        """The file that follows boot.py, which may have named it."""
        named = self.loader.board.singletons.get(MAIN_SCRIPT)
        return self.program.folder / (str(named).removeprefix("/flash").lstrip("/") if named else "main.py")


def idle_of(board: Board) -> Callable[[], None]:
    """What every turn of a script's `while` loop calls: board time moves, handlers get their turn."""
    spend, look = board.clock.spend, board.interrupts.run

    def idle() -> None:
        spend(IDLE_NS)
        look()

    return idle
