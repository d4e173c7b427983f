"""Runs one script on every board that has what it needs: the same chips, and the same output to the last character.

The Linux backend's turn is tests/linux/test_same_script.py, on a real kernel.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from machine_compat.backends.ch341 import CH341Backend
from machine_compat.backends.ft232h import FT232HBackend
from machine_compat.backends.mcp2221 import MCP2221Backend
from machine_compat.board import Board
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.ch341 import CH341A
from machine_compat.mock.usb.ft232h import FT232H
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.mcp2221 import MCP2221A
from machine_compat.profile import load
from machine_compat.simulation import SimulatedBoard
from tests.same_script_boards import (
    BOARDS,
    FOLDER,
    SCRIPTS,
    boards,
    expected,
    expected_screen,
    roles,
    run_directly,
    wanted,
    write_wiring,
)

BRIDGES: dict[str, tuple[type[Bridge], type[FT232HBackend] | type[MCP2221Backend] | type[CH341Backend]]] = {
    "ft232h": (FT232H, FT232HBackend),
    "mcp2221": (MCP2221A, MCP2221Backend),
    "ch341": (CH341A, CH341Backend),
}
AFTERWARDS_NS = 100_000_000
HERE = ("pico", *BRIDGES)
FAR_SIDES = [(script, board) for script in SCRIPTS for board in boards(script) if board in HERE]


def screen(chips: list[Any]) -> str | None:
    """What the display shows, where there is one."""
    return next((f"{chip.picture().text()}\n" for chip in chips if hasattr(chip, "picture")), None)


def on_simulated_board(script: Path, wiring: Path) -> tuple[str, str | None]:
    asked = wanted(script, "pico")
    with closing(SimulatedBoard("pico", path=[wiring])) as board:
        chips = [board.attach(spec) for spec in asked.chips]
        for one, other in asked.wires:
            board.wire(one, other)
        for pin, volts in asked.volts.items():
            board.pin(pin).volts = volts
        board.run(script)
        return board.output, screen(chips)


@contextmanager
def plugged(name: str) -> Iterator[tuple[Bridge, BridgeBackend]]:
    """A simulated bridge on a virtual USB host, and the backend that finds it there."""
    chip, backend = BRIDGES[name]
    host = VirtualHost()
    bridge = host.plug(chip())
    yield bridge, backend(load(name).wiring(), "", {}, usb_backend=host.backend(), clock=host.clock)


def on_bridge(name: str, script: Path, wiring: Path) -> tuple[str, str | None]:
    asked = wanted(script, name)
    with plugged(name) as (bridge, backend):
        chips = [bridge.attach(spec) for spec in asked.chips]
        for one, other in asked.wires:
            connect(bridge.terminal(one), bridge.terminal(other))
        for pin, volts in asked.volts.items():
            source = Terminal(bridge.world, "a voltage", None)
            connect(source, bridge.terminal(pin))
            source.supply(volts)
        output = run_directly(Board(load(name), backend, script.parent), script, wiring)
        # A bridge may still be working off what it was sent last.
        bridge.world.run(bridge.world.now + AFTERWARDS_NS)
        return output, screen(chips)


@pytest.mark.parametrize(("script", "board"), FAR_SIDES, ids=[f"{script.stem}-{board}" for script, board in FAR_SIDES])
def test_the_same_output(script: Path, board: str, tmp_path: Path) -> None:
    write_wiring(board, tmp_path)
    ran = on_simulated_board(script, tmp_path) if board == "pico" else on_bridge(board, script, tmp_path)
    assert ran == (expected(script), expected_screen(script))


def row(script: Path) -> str:
    """What the table in the README says of a script."""
    marks = ["x" if board in boards(script) else " " for board in BOARDS]
    return f"| {script.stem} | {', '.join(sorted(roles(script)))} | {' | '.join(marks)} |"


def test_the_readme_tells_which_script_runs_where() -> None:
    table = [line for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert table[0] == f"| | needs | {' | '.join(BOARDS)} |"
    assert table[2:] == [row(script) for script in SCRIPTS]


def test_every_script_is_compared() -> None:
    assert len(SCRIPTS) >= 10
    assert {file.stem for file in FOLDER.glob("*.exp")} == {script.stem for script in SCRIPTS}
    assert [script for script in SCRIPTS if len(boards(script)) < 2] == []
    assert {board for script in SCRIPTS for board in boards(script)} == set(BOARDS)
