"""`machine-compat run --vm`: MicroPython at the terminal."""

from pathlib import Path

import pytest

from machine_compat.cli import main
from machine_compat.vm import install

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def script(tmp_path: Path, installation: install.Installation, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(install.VARIABLE, str(installation.package.parents[2]))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "main.py"


def test_micropython_runs_the_script(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text("import sys\nprint(repr(ValueError('a')), sys.argv[1:])\nsys.exit(4)")
    assert main(["run", "--vm", "micropython", "--fast", "main.py", "x"]) == 4
    assert capsys.readouterr().out == "ValueError('a',) ['x']\n"


def test_its_traceback_is_on_stderr(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text("print({}['k'])")
    assert main(["run", "--vm", "micropython", "--fast", "main.py"]) == 1
    assert capsys.readouterr().err.endswith('  File "main.py", line 1, in <module>\nKeyError: k\n')


def test_both_print_once_and_agree(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(
        "from machine import Pin\np = Pin(2, Pin.OUT)\nfor i in range(3):\n    p.toggle()\n    print(i)\n"
    )
    assert main(["run", "--vm", "both", "main.py"]) == 0
    out, err = capsys.readouterr()
    assert out == "0\n1\n2\n"
    assert "no difference in 3 printed lines and 3 events on the wires, within 10 s of board time" in err


def test_the_first_difference_is_shown(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text("print('same')\nprint(repr(ValueError('a')))\nprint(1 / 0)")
    assert main(["run", "--vm", "both", "main.py"]) == 1
    assert capsys.readouterr().err.endswith(
        "machine-compat: the first difference is printed line 2\n"
        "  CPython:     ValueError('a')\n"
        "  MicroPython: ValueError('a',)\n"
        "  CPython ended with ZeroDivisionError: 'division by zero'\n"
        "  MicroPython ended with ZeroDivisionError: 'divide by zero'\n"
    )


def test_both_takes_no_trace(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text("print(1)")
    assert main(["run", "--vm", "both", "--trace", "-", "main.py"]) == 2
    assert "leave --trace and --show out" in capsys.readouterr().err


def test_without_node_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.py").write_text("print(1)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(install, "node_program", lambda: None)
    assert main(["run", "--vm", "micropython", "main.py"]) == 2
    assert "needs Node.js 20 or later" in capsys.readouterr().err


def test_without_the_package_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.py").write_text("print(1)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(install.VARIABLE, raising=False)
    monkeypatch.setattr(install, "node_program", lambda: "node")
    assert main(["run", "--vm", "both", "main.py"]) == 2
    wanted = f"npm install --prefix {install.FOLDER} {install.PACKAGE}@{install.VERSION}"
    assert wanted in capsys.readouterr().err
