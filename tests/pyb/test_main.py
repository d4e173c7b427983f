"""pyb.main: the file that runs after boot.py."""

from pathlib import Path

import pytest

from machine_compat.simulation import SimulatedBoard


@pytest.mark.parametrize("name", ["other.py", "/flash/other.py"])
@pytest.mark.parametrize("has_main", [True, False])
def test_another_file_instead_of_main(tmp_path: Path, name: str, has_main: bool) -> None:
    (tmp_path / "boot.py").write_text(f"import pyb\npyb.main({name!r})\nprint('boot')\n")
    (tmp_path / "other.py").write_text("print('other')\n")
    if has_main:
        (tmp_path / "main.py").write_text("print('main')\n")
    with SimulatedBoard("pyboard") as board:
        board.run(tmp_path)
        assert board.output == "boot\nother\n"


def test_main_follows_when_nothing_else_is_said(tmp_path: Path) -> None:
    (tmp_path / "boot.py").write_text("import pyb\npyb.main(None)\nprint('boot')\n")
    (tmp_path / "main.py").write_text("import pyb\npyb.main('later.py')\nprint('main')\n")
    with SimulatedBoard("pyboard") as board:
        board.run(tmp_path)
        assert board.output == "boot\nmain\n"


def test_a_file_that_is_not_there_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "boot.py").write_text("import pyb\npyb.main('gone.py')\n")
    (tmp_path / "main.py").write_text("print('main')\n")
    with SimulatedBoard("pyboard") as board:
        board.run(tmp_path)
        assert board.output == ""
