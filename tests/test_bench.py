"""This file runs tests/linux where they belong: on a real kernel, in the bench's virtual computer."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LACKING = 69
"""What tests/bench/prepare returns where the bench cannot be."""

# Without Hypothesis, which nothing there uses, and which takes as long to import as everything else.
TESTS = (
    ".venv/bin/python -m pytest tests/linux -q -p no:cacheprovider -p no:hypothesispytest -o faulthandler_timeout=60"
)
LIMIT_S = "600"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def require_bench() -> None:
    """Skip, with the one line that says what is missing; in continuous integration that is a failure."""
    if "BENCH_GUEST" in os.environ:
        pytest.skip("this is the bench")
    check = run("tests/bench/prepare", "--check")
    if check.returncode == LACKING and os.environ.get("CI") != "true":
        pytest.skip(check.stderr.strip())
    assert check.returncode == 0, check.stderr


def test_the_linux_tests_pass_on_a_real_kernel() -> None:
    require_bench()
    bench = run("scripts/bench-vm", "--limit", LIMIT_S, TESTS)
    assert bench.returncode == 0, f"\n{bench.stdout}\n{bench.stderr}"
    assert re.search(r"^\d+ passed", bench.stdout, re.MULTILINE), bench.stdout
