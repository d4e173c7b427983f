"""Runs scripts as a board would and compares what they print: language and modules, examples, public packages.

A script's expected output is beside it: ``x.exp`` what it prints, ``x.screen`` what its display shows then. The
examples', which are code for people, are in tests/examples.
"""

import importlib.util
import runpy
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def module(file: Path) -> ModuleType:
    """A module of the tests, wherever pytest was started."""
    spec = importlib.util.spec_from_file_location(f"machine_compat_tests_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


runner = module(HERE / "script_runner.py")
fetch = module(HERE / "packages" / "fetch.py").fetch

SCRIPTS = sorted((HERE / "scripts").glob("*.py"))
USES = sorted((HERE / "packages").glob("use_*.py"))
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
CACHE = ROOT / ".cache" / "packages"


def name(path: Path) -> str:
    return path.stem


def compare_screen(screen: str, expected: Path) -> None:
    """Compare what displays show; blanks at the end of a line cannot be seen."""
    if expected.is_file():
        wanted = expected.read_text(encoding="utf-8").splitlines()
        assert [line.rstrip() for line in screen.splitlines()] == [line.rstrip() for line in wanted]


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_script(script: Path) -> None:
    with closing(runner.run_script(script, runner.asked(script)).board) as board:
        assert board.output == script.with_suffix(".exp").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", EXAMPLES, ids=name)
def test_example(script: Path) -> None:
    expected = HERE / "examples" / f"{script.stem}.exp"
    ran = runner.run_script(script, runner.commanded(script))
    with closing(ran.board) as board:
        assert board.output == expected.read_text(encoding="utf-8")
        compare_screen(ran.screen, expected.with_suffix(".screen"))


def test_example_of_two_boards(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "two_boards" / "simulate.py"), run_name="__main__")
    assert capsys.readouterr().out == (HERE / "examples" / "two_boards.exp").read_text(encoding="utf-8")


def test_example_of_a_keyboard(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "usb_keyboard" / "simulate.py"), run_name="__main__")
    assert capsys.readouterr().out == (HERE / "examples" / "usb_keyboard.exp").read_text(encoding="utf-8")


def test_example_of_a_mouse(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "usb_mouse" / "simulate.py"), run_name="__main__")
    assert capsys.readouterr().out == (HERE / "examples" / "usb_mouse.exp").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", USES, ids=name)
def test_package(script: Path) -> None:
    wanted = runner.asked(script)
    folders = [fetch(package, CACHE) for package in wanted.packages]
    ran = runner.run_script(script, wanted, *folders)
    with closing(ran.board) as board:
        assert board.output == script.with_suffix(".exp").read_text(encoding="utf-8")
        compare_screen(ran.screen, script.with_suffix(".screen"))


def test_every_script_has_its_expected_output() -> None:
    assert SCRIPTS
    assert [script for script in (*SCRIPTS, *USES) if not script.with_suffix(".exp").is_file()] == []
    assert {file.stem for file in (HERE / "scripts").glob("*.exp")} == {script.stem for script in SCRIPTS}
