"""Runs each script on CPython and on MicroPython, on boards of the same kind: same output, same events on the wires."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from machine_compat.board import Board
from machine_compat.interpreter.life import Life, Program
from machine_compat.vm.judge import Stage, difference, play

TESTS = Path(__file__).resolve().parents[1]
EXAMPLES = TESTS.parent / "examples"

APART = {
    "asyncio_uart": "the VM's asyncio has no StreamReader and no ThreadSafeFlag",
    "integers": "the VM takes `signed` of to_bytes by keyword alone",
    "no_import": "`const` as a value, which MicroPython's compiler alone knows",
    "schedule": "four scheduled functions wait at most in the VM",
    "threads": "the VM has no _thread",
    "viper": "the VM has no viper emitter: such functions run as bytecode",
}
"""Scripts of tests/scripts that the VM cannot run, or runs as docs/differences.md says, and why."""

EXAMPLES_APART = {"usb_host": "the VM has no usb.core"}
"""The same of the examples."""


def module(file: Path) -> ModuleType:
    """A module of the tests, wherever pytest was started."""
    spec = importlib.util.spec_from_file_location(f"machine_compat_tests_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


runner = module(TESTS / "script_runner.py")
OWN = sorted((TESTS / "vm" / "scripts").glob("*.py"))
SHARED = sorted(file for file in (TESTS / "scripts").glob("*.py") if file.stem not in APART)
SHOWN = sorted(file for file in EXAMPLES.glob("*.py") if file.stem not in EXAMPLES_APART)


def compare(script: Path, wanted: Any, micropython: Callable[[Board, Program], Life]) -> None:
    stage = Stage(wanted.board, wanted.attach, wanted.wire, (), wanted.seconds)
    ours, theirs = play(script, stage), play(script, stage, micropython)
    found = difference(ours, theirs)
    assert found is None, found
    assert ours.output or ours.wires


@pytest.mark.parametrize("script", [*OWN, *SHARED], ids=lambda file: file.stem)
def test_script(script: Path, micropython: Callable[[Board, Program], Life]) -> None:
    compare(script, runner.asked(script), micropython)


@pytest.mark.parametrize("script", SHOWN, ids=lambda file: file.stem)
def test_example(script: Path, micropython: Callable[[Board, Program], Life]) -> None:
    compare(script, runner.commanded(script), micropython)


def test_there_are_enough_scripts() -> None:
    assert len([*OWN, *SHARED]) >= 60
    assert set(APART) <= {file.stem for file in (TESTS / "scripts").glob("*.py")}
    assert set(EXAMPLES_APART) <= {file.stem for file in EXAMPLES.glob("*.py")}
