"""Keeps the house in its rings: who may import whom, and which third-party package enters where.

A *room* is a module or package directly in machine_compat; in backends/ each module or package is a room of its own.
Every import statement counts, also one inside a function or under TYPE_CHECKING: a type is a dependency too.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = "machine_compat"
ROOT = Path(__file__).resolve().parent.parent / PACKAGE

# The house, from the inside out. Left: the rooms of a ring. Right: the rooms they may import; a room is open to itself.
CORE = "errors clock contract"
AROUND_CORE = "bitbang interrupts oserror ports profile registry taps testing"
FACADE = f"{CORE} usbspec bitbang flash raw_flash interrupts oserror ports profile traces board"

HOUSE = {
    "errors": "",
    "clock": "errors",
    "contract": "errors clock",
    AROUND_CORE: CORE,
    "flash": "errors oserror",
    "raw_flash": "errors",
    "traces": "",
    "usbspec": "",
    "bridge": f"{CORE} usbspec",
    "backends.*": f"{CORE} bridge usbspec",
    "mock": f"{CORE} usbspec",
    "channels": f"{CORE} taps",
    "board": f"{CORE} {AROUND_CORE} channels flash raw_flash",
    "machine": FACADE,
    "modules": f"{FACADE} machine",
    "pyb": f"{FACADE} machine modules",
    "pinout": f"{CORE} profile",
    "interpreter faces simulation surroundings vm check commands pytest_plugin cli __main__ __init__": "*",
}

# Third-party packages: the rooms that may import them, and whether already while the module itself is imported.
# "lazily" is inside a function, or under TYPE_CHECKING, which does not run. Any package not named here is "other".
GUESTS = {
    "greenlet": ("mock", "at once"),
    "pytest": ("pytest_plugin", "at once"),
    "littlefs": ("modules", "lazily"),
    # What a script's `usb` is made of.
    "usb": ("backends.* bridge mock modules", "lazily"),
    "other": ("backends.* bridge mock", "lazily"),
}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: who imports it, where, its absolute dotted name, and whether it waits until a call."""

    importer: str
    place: str
    imported: str
    lazily: bool


def sources(root: Path) -> list[Path]:
    """The package's own files; what is in vm/guest is MicroPython's to run, and has its modules."""
    return [path for path in sorted(root.rglob("*.py")) if path.relative_to(root).parts[:2] != ("vm", "guest")]


def dotted(path: Path, root: Path) -> str:
    """The module name of a file below the package folder `root`."""
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    """The room that a module of the package is in; `__init__` is the package's own door."""
    parts = module.split(".")[1:] or ["__init__"]
    return ".".join(parts[:2]) if parts[0] == "backends" else parts[0]


def listed(name: str, rooms: str) -> bool:
    return any(name == entry or (entry.endswith(".*") and name.startswith(entry[:-1])) for entry in rooms.split())


def statements(node: ast.AST, lazily: bool = False) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import below `node`, and whether it stands in a function or under TYPE_CHECKING."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, lazily
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            yield from statements(ast.Module(child.body, []), True)
            yield from statements(ast.Module(child.orelse, []), lazily)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from statements(child, lazily or inside)


def targets(statement: ast.Import | ast.ImportFrom, package: str, modules: set[str]) -> Iterator[str]:
    """The absolute names that a statement in `package` imports: modules where they are ours, else what was written."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
        return
    base = statement.module or ""
    if statement.level:
        above = package.split(".")[: len(package.split(".")) - statement.level + 1]
        base = ".".join([*above, base] if base else above)
    for alias in statement.names:
        name = f"{base}.{alias.name}"
        yield name if name in modules else base


def imports(root: Path) -> Iterator[Import]:
    """Every import in the package whose folder is `root`."""
    files = sources(root)
    modules = {dotted(path, root) for path in files}
    for path in files:
        importer = dotted(path, root)
        package = importer if path.name == "__init__.py" else importer.rpartition(".")[0]
        for statement, lazily in statements(ast.parse(path.read_text(encoding="utf-8"), str(path))):
            place = f"{path.relative_to(root.parent)}:{statement.lineno}"
            for target in targets(statement, package, modules):
                yield Import(importer, place, target, lazily)


def broken_inside(found: Import) -> str | None:
    """The rule of HOUSE that an import breaks."""
    here, there = room(found.importer), room(found.imported)
    if here == there:
        return None
    allowed = next((open_to for ring, open_to in HOUSE.items() if listed(here, ring)), "")
    if allowed == "*" or listed(there, allowed):
        return None
    return f"{here} may import {allowed or 'no other room'}"


def broken_by_guest(found: Import) -> str | None:
    """The rule of GUESTS that an import breaks."""
    name = found.imported.partition(".")[0]
    rooms, when = GUESTS.get(name, GUESTS["other"])
    if not listed(room(found.importer), rooms):
        return f"{name} may be imported only in {rooms}"
    if when == "lazily" and not found.lazily:
        return f"{name} may be imported only inside a function, when the backend is opened"
    return None


def violations(root: Path) -> list[str]:
    """One line for each broken rule: file:line, importer, imported, rule."""
    lines = []
    for found in imports(root):
        top = found.imported.partition(".")[0]
        if top in sys.stdlib_module_names:
            continue
        rule = broken_inside(found) if top == PACKAGE else broken_by_guest(found)
        if rule is not None:
            lines.append(f"{found.place}: {found.importer} imports {found.imported}, but {rule}")
    return lines


def homeless(root: Path) -> list[str]:
    """Modules in no ring of HOUSE."""
    modules = [dotted(path, root) for path in sources(root)]
    rings = f"{' '.join(HOUSE)} backends"
    return [
        f"{module} has no ring: give {room(module)} one in HOUSE"
        for module in modules
        if not listed(room(module), rings)
    ]


def test_every_import_stays_in_its_ring() -> None:
    broken = violations(ROOT)
    assert not broken, "\n" + "\n".join(broken)


def test_every_module_has_a_ring() -> None:
    missing = homeless(ROOT)
    assert not missing, "\n" + "\n".join(missing)


# The checker itself, on a small house.


def build(folder: Path, sources: dict[str, str]) -> Path:
    root = folder / PACKAGE
    for name, source in (FOUNDATION | sources).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return root


FOUNDATION = {"__init__.py": "", "errors.py": "", "contract.py": "", "machine/__init__.py": ""}

ALLOWED = {
    "machine/pin.py": "import time\nfrom ..contract import Line\nfrom . import i2c\nfrom machine_compat import board\n",
    "machine/i2c.py": "from machine_compat.machine.pin import Pin\n",
    "backends/ft232h.py": "def connect():\n    import usb.core\n",
    "backends/linux/gpio.py": "if TYPE_CHECKING:\n    import gpiod\nfrom .chip import Chip\n",
    "backends/linux/chip.py": "from ...errors import Fault\n",
    "mock/world.py": "from greenlet import greenlet\n",
    "pyb/pin.py": "from machine_compat.machine import pin\n",
    "interpreter/loader.py": "from ..mock import world\n",
    "board.py": "from . import taps, registry\n",
    "taps.py": "import machine_compat.contract as contract\n",
    "registry.py": "",
}


def test_imports_within_the_rules_are_accepted(tmp_path: Path) -> None:
    root = build(tmp_path, ALLOWED)
    assert violations(root) == []
    assert homeless(root) == []


@pytest.mark.parametrize(
    ("file", "source", "message"),
    [
        ("machine/pin.py", "from ..mock import nets", "1: machine_compat.machine.pin imports machine_compat.mock"),
        (
            "machine/pin.py",
            "def f():\n    import machine_compat.backends.ft232h",
            "2: machine_compat.machine.pin imports ",
        ),
        ("contract.py", "if TYPE_CHECKING:\n    from .board import Board", "contract may import errors clock"),
        ("clock.py", "from .contract import Line", "clock may import errors"),
        ("errors.py", "from . import contract", "errors may import no other room"),
        ("taps.py", "from .errors import Fault\nfrom .registry import load", ":2: machine_compat.taps imports "),
        ("mock/world.py", "from machine_compat.machine.pin import Pin", "mock may import errors clock contract"),
        ("backends/ch341.py", "from .ft232h import Bridge", "backends.ch341 may import errors clock contract"),
        ("board.py", "from .backends import ft232h", "board may import errors clock contract bitbang"),
        ("modules/time.py", "from ..pyb import delay", "modules may import errors clock contract usbspec"),
        ("board.py", "from . import install", "machine_compat.board imports machine_compat, but board may import"),
        ("board.py", "from greenlet import greenlet", "greenlet may be imported only in mock"),
        ("testing.py", "def f():\n    import pytest", "pytest may be imported only in pytest_plugin"),
        ("backends/ft232h.py", "import usb.core", "usb may be imported only inside a function, when the backend"),
        ("machine/uart.py", "def f():\n    import serial", "serial may be imported only in backends.* bridge mock"),
    ],
)
def test_an_import_against_the_rules_is_named(tmp_path: Path, file: str, source: str, message: str) -> None:
    [line] = violations(build(tmp_path, {"backends/ft232h.py": "", "mock/__init__.py": "", file: source}))
    assert line.startswith(f"{PACKAGE}/{file}:")
    assert message in line


def test_a_module_without_a_ring_is_named(tmp_path: Path) -> None:
    assert homeless(build(tmp_path, {"helpers.py": ""})) == [
        "machine_compat.helpers has no ring: give helpers one in HOUSE"
    ]
