"""What `machine-compat run` of an empty script takes beyond `python -c pass`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, seconds


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "main.py"
        script.write_text("")
        ours = [sys.executable, "-m", "machine_compat", "run", "--fast", str(script)]
        extra = timed(ours) - timed([sys.executable, "-c", "pass"])
    return [Result("start", "machine-compat run of an empty script, over python -c pass", extra * 1e3, 60, "ms")]


def timed(command: list[str]) -> float:
    # With compiled files, as any second run has them: some environments forbid writing them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True, env=environment), 7)
