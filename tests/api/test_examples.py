"""Types the examples at a simulated board's prompt, and compares what it answers."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.api.examples import Session, scripts, sessions
from tests.script_runner import asked, run_script


@pytest.mark.parametrize("session", sessions(), ids=lambda session: f"{session.path.parent.name}/{session.path.stem}")
def test_session(session: Session, tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(session.script(), encoding="utf-8")
    with closing(run_script(script, asked(session.path)).board) as board:
        wrong = list(session.wrong(board.output))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("script", [path for path, _ in scripts()], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_script(script: Path) -> None:
    with closing(run_script(script, asked(script)).board) as board:
        assert board.output == script.with_suffix(".exp").read_text(encoding="utf-8")
