"""What the README shows is what happens: its script, its command, its test."""

import re
import shlex
from pathlib import Path

import pytest

from machine_compat.cli import main

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def block(language: str, beginning: str) -> str:
    """The block of the README that begins so."""
    [found] = [text for text in re.findall(rf"```{language}\n(.*?)```", README, re.S) if text.startswith(beginning)]
    return str(found)


@pytest.fixture
def newcomer(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty folder with the README's files in it."""
    monkeypatch.delenv("MACHINE_COMPAT_BOARD", raising=False)
    for name in ("main.py", "test_main.py"):
        pytester.path.joinpath(name).write_text(block("python", f"# {name}: "), encoding="utf-8")
    return pytester


def test_the_command_prints_what_it_says(newcomer: pytest.Pytester, capfd: pytest.CaptureFixture[str]) -> None:
    command, *shown = block("console", "$ machine-compat run ").splitlines()
    assert newcomer.path == Path.cwd()
    _, _, run, *words = shlex.split(command)
    assert main([run, "--fast", *words]) == 0
    out, err = capfd.readouterr()
    assert (err + out).splitlines() == shown


def test_the_test_passes(newcomer: pytest.Pytester) -> None:
    newcomer.runpytest_inprocess("-p", "no:cacheprovider", "test_main.py").assert_outcomes(passed=1)


def test_every_command_that_is_named_exists(capsys: pytest.CaptureFixture[str]) -> None:
    named = set(re.findall(r"`machine-compat ([a-z]+)", README))
    assert {"run", "check", "boards", "pins", "chips", "doctor", "scan"} <= named
    for name in sorted(named):
        assert main([name, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"usage: machine-compat {name} ")


def test_every_file_that_is_linked_is_there() -> None:
    root = Path(__file__).resolve().parent.parent
    pages = [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").rglob("*.md")]
    gone = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            if not (page.parent / target).exists():
                gone.append(f"{page.relative_to(root)}: {target}")
    assert gone == []


def test_every_heading_that_is_linked_is_there() -> None:
    root = Path(__file__).resolve().parent.parent
    gone = []
    for page in (root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").rglob("*.md")):
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
            there = (page.parent / target if target else page).read_text(encoding="utf-8")
            if anchor not in map(anchor_of, re.findall(r"^#+ (.+)$", there, re.M)):
                gone.append(f"{page.relative_to(root)}: {target}#{anchor}")
    assert gone == []


def anchor_of(heading: str) -> str:
    """The name by which a page's address reaches a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
