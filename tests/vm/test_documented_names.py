"""Types the examples of modules at MicroPython's own prompt: the answers that tests/api expects are MicroPython's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from machine_compat.board import Board
from machine_compat.interpreter.life import Life, Program
from machine_compat.vm.judge import Stage, play
from tests.api.examples import HERE, Session, sessions
from tests.script_runner import asked

APART = {
    "_thread": "the VM has no _thread",
    "gc": "another heap",
    "onewire": "the VM takes OneWireError for no Exception",
    "os": "the VM's os has no dupterm, sync and file systems",
    "stm": "memory of the board's",
    "sys": "the VM's sys has no ps1, and other words for a division by zero",
}
"""Sessions that the VM cannot run to their end, and why."""

MODULES = [session for session in sessions() if session.path.parent == HERE and session.path.stem not in APART]


@pytest.mark.parametrize("session", MODULES, ids=lambda session: session.path.stem)
def test_session(session: Session, tmp_path: Path, micropython: Callable[[Board, Program], Life]) -> None:
    script = tmp_path / "main.py"
    script.write_text(session.script(), encoding="utf-8")
    wanted = asked(session.path)
    outcome = play(script, Stage(wanted.board, wanted.attach, wanted.wire), micropython)
    assert not list(session.wrong(outcome.output))
