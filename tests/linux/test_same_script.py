"""This file runs the scripts of tests/same_script on the Linux backend, where they print what they print elsewhere."""

from pathlib import Path

import pytest

from machine_compat.interpreter.direct import open_board
from tests.bench.rig import Rig
from tests.linux.board import profile_on
from tests.same_script_boards import (
    SCRIPTS,
    boards,
    expected,
    expected_screen,
    run_directly,
    wanted,
    write_wiring,
)

BOARD = "rpi"
HERE = [script for script in SCRIPTS if BOARD in boards(script)]


@pytest.mark.parametrize("script", HERE, ids=[script.stem for script in HERE])
def test_the_same_output(script: Path, tmp_path: Path) -> None:
    write_wiring(BOARD, tmp_path)
    asked = wanted(script, BOARD)
    screen = expected_screen(script)
    with Rig(*asked.chips, wires=asked.wires) as rig:
        for pin, volts in asked.volts.items():
            rig.pin(pin).volts = volts
        assert run_directly(open_board(profile_on(rig, BOARD), script.parent), script, tmp_path) == expected(script)
        if screen is not None:
            assert f"{rig[asked.chips[0]].picture().text()}\n" == screen
