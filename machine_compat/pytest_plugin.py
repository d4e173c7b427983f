"""The pytest plugin: a fresh simulated board for each test, and firmware that tests import as plainly as any module.

# pyproject.toml
[tool.pytest.ini_options]
machine_compat_board = "pico"
machine_compat_path = ["firmware"]

# test_blink.py
import mydriver                                   # firmware/mydriver.py, with `machine` and all

def test_blinks(board):
    board.run("firmware/main.py", seconds=3)      # returns with the endless loop still alive
    assert [edge.ms for edge in board.pin("LED").edges][:2] == pytest.approx([0, 500], abs=1)

@pytest.mark.board("esp32", attach=["bme280@i2c0:0x76"])
def test_sensor(board): ...
"""

import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader as ImportLoader
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from machine_compat.simulation import SimulatedBoard

FINDER = pytest.StashKey["FirmwareFinder"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("machine_compat")
    group.addoption(
        "--machine-compat-board",
        metavar="NAME|FILE.toml",
        help="the simulated board of tests that choose none by marker, e.g. --machine-compat-board=pico",
    )
    parser.addini("machine_compat_board", "the simulated board of tests that choose none by marker", default="mock")
    parser.addini(
        "machine_compat_guard", "seconds a script may compute without board time moving; 0 lets it", default="10"
    )
    parser.addini("machine_compat_path", "folders of firmware that tests may import from", type="paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "board(name, attach=[...], wire=[...]): the simulated board of this test, and what hangs on it"
    )
    folders = config.getini("machine_compat_path")
    for folder in folders:
        if not folder.is_dir():
            raise pytest.UsageError(f"machine_compat_path: no folder {folder}")
    if folders:
        finder = config.stash[FINDER] = FirmwareFinder(chosen_board(config), folders)
        sys.meta_path.insert(0, finder)


def pytest_unconfigure(config: pytest.Config) -> None:
    finder = config.stash.get(FINDER, None)
    if finder is not None:
        sys.meta_path.remove(finder)
        finder.close()


def chosen_board(config: pytest.Config) -> str:
    return str(config.getoption("--machine-compat-board") or config.getini("machine_compat_board"))


@pytest.fixture
def board(request: pytest.FixtureRequest) -> Iterator["SimulatedBoard"]:
    """A fresh simulated board on virtual time; see machine_compat.simulation.SimulatedBoard."""
    from machine_compat.interpreter.guard import guard
    from machine_compat.simulation import SimulatedBoard

    marker = request.node.get_closest_marker("board")
    name = marker.args[0] if marker and marker.args else chosen_board(request.config)
    finder = request.config.stash.get(FINDER, None)
    if finder is not None and name == finder.board_name:
        simulated = finder.board
        simulated.renew()
    else:
        simulated = SimulatedBoard(name)
    # A debugger stops the script, and the clock with it.
    patience = 0.0 if request.config.getoption("usepdb") else float(request.config.getini("machine_compat_guard"))
    with simulated.in_use(), guard(simulated.world, patience):
        for spec in marker.kwargs.get("attach", ()) if marker else ():
            simulated.attach(spec)
        for pins in marker.kwargs.get("wire", ()) if marker else ():
            simulated.wire(*pins.split("="))
        yield simulated
    simulated.power_off()
    if finder is None or simulated is not finder.board:
        simulated.close()


class FirmwareFinder(MetaPathFinder, ImportLoader):
    """Finds the modules of the firmware folders, and loads them as the scripts of one board.

    Tests and drivers share them: a helper that both import is one module. The board of the `board` fixture is that
    same board, renewed, wherever the test names no other.
    """

    def __init__(self, board_name: str, folders: Sequence[Path]) -> None:
        self.board_name = board_name
        self._folders = [Path(folder) for folder in folders]
        self._board: SimulatedBoard | None = None
        self._loaded: set[str] = set()

    @property
    def board(self) -> "SimulatedBoard":
        from machine_compat.simulation import SimulatedBoard

        if self._board is None:
            self._board = SimulatedBoard(self.board_name, path=self._folders)
        return self._board

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top in sys.stdlib_module_names or not self._has(top):
            return None
        return ModuleSpec(fullname, self, is_package=self._has(fullname.replace(".", "/"), package=True))

    def _has(self, name: str, package: bool = False) -> bool:
        if any((folder / name).is_dir() for folder in self._folders):
            return True
        return not package and any((folder / f"{name}.py").is_file() for folder in self._folders)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        self._loaded.add(spec.name)
        return self.board.firmware.load(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """The board's loader has run it already."""

    def close(self) -> None:
        """Leave nothing behind in this process."""
        for name in self._loaded:
            sys.modules.pop(name, None)
        if self._board is not None:
            self._board.close()
