"""MicroPython's own tests, run here: each prints what MicroPython's maintainers want, or differs for a known reason.

The scripts come from Debian's source package (see prepare), of a release before the one this library follows.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TESTS = ROOT / ".cache" / "yardstick" / "tests"
LACKING = 69


def module(name: str) -> ModuleType:
    """A module beside this file, wherever pytest was started."""
    spec = importlib.util.spec_from_file_location(f"machine_compat_yardstick_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    # NamedTuple and the like look their module up.
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


stages, known, yardstick = (module(name) for name in ("stages", "known", "yardstick"))


@pytest.fixture(scope="module")
def micropythons_tests() -> Path:
    """The folder of the tests, downloaded once; skipped where that cannot be, except in CI."""
    if sys.platform != "linux":
        pytest.skip("MicroPython's tests come from Debian's source package")
    prepared = subprocess.run([HERE / "prepare"], capture_output=True, text=True, check=False)
    if prepared.returncode == LACKING and os.environ.get("CI") != "true":
        pytest.skip(prepared.stderr.strip().splitlines()[-1])
    assert prepared.returncode == 0, prepared.stderr
    return TESTS


@pytest.mark.parametrize("stage", stages.STAGES, ids=lambda stage: f"{stage.folder}-{stage.board}")
def test_folder(stage: "stages.Stage", micropythons_tests: Path) -> None:
    scripts = [
        script for script in sorted((micropythons_tests / stage.folder).glob("*.py")) if stages.runs(stage, script)
    ]
    verdicts = yardstick.measured(scripts, stage.board, stage.wires)
    expected = known.different(stage.folder, stage.board)
    new = {name: found for name, found in verdicts.different.items() if name not in expected}
    assert new == {}
    assert expected - set(verdicts.different) == set(), "no longer different: take it out of known.py"
    assert len(verdicts.same) >= stage.same


def test_known_differences_are_named_once() -> None:
    names = [name for group in known.DIFFERENT.values() for name in group]
    assert len(names) == len(set(names))
    folders = {stage.folder for stage in stages.STAGES}
    assert {name.partition(" on ")[0].rpartition("/")[0] for name in names} <= folders


@pytest.mark.parametrize(
    ("ours", "wanted", "found"),
    [
        ("a\nb\n", "a\nb\n", None),
        ("a\r\nb\r\n", "a\nb\n", None),
        ("a\nx\ny\nb\n", "a\n########\nb\n", None),
        ("a\n", "a\nb\n", "line 2: '(no more)' instead of 'b'"),
        ("a\nc\n", "a\nb\n", "line 2: 'c' instead of 'b'"),
        ("test_x\nOK\n", None, None),
        ("FAIL C.test_x: ValueError: no\n", None, "FAIL C.test_x: ValueError: no"),
        ("", None, ""),
    ],
)
def test_difference(ours: str, wanted: str | None, found: str | None) -> None:
    assert yardstick.difference(ours, wanted) == found
