"""Runs scripts on simulated boards, each in a process of its own, and tells what they print.

Reads ``{"scripts": [...], "board": ..., "wires": [...]}`` as JSON on stdin, and prints a JSON object: of each script
``[what it prints here, what CPython prints]``; the second is null where a file beside the script says what is wanted.

A process that takes too long or too much memory is ended by the system, and what it printed is lost.
"""

import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from machine_compat.simulation import SimulatedBoard

LIB = Path(__file__).with_name("lib")
WALL_S = 30
BOARD_S = 100
STEP_S = 0.1
MEMORY = 2 << 30


def main() -> None:
    job = json.load(sys.stdin)
    results: dict[str, object] = {}
    waiting = [Path(script) for script in job["scripts"]]
    running: dict[int, tuple[int, Path, list[bytes]]] = {}
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            script = waiting.pop(0)
            pid, pipe = started(script, job["board"], job["wires"])
            running[pipe] = (pid, script, [])
        for pipe in select.select(list(running), [], [])[0]:
            pid, script, parts = running[pipe]
            data = os.read(pipe, 65536)
            parts.append(data)
            if not data:
                os.close(pipe)
                os.waitpid(pid, 0)
                results[str(script)] = json.loads(b"".join(parts) or b'["(ended by the system)", null]')
                del running[pipe]
    json.dump(results, sys.stdout)


def started(script: Path, board: str, wires: list[str]) -> tuple[int, int]:
    """Start a process for a script: its id, and the pipe where its result comes."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            answer(script, board, wires, writing)
        finally:
            os._exit(0)
    os.close(writing)
    return pid, reading


def answer(script: Path, board: str, wires: list[str], pipe: int) -> None:
    """What the process of a script does."""
    signal.setitimer(signal.ITIMER_REAL, WALL_S)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # The script's own threads and files are none of the worker's.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    with open(pipe, "wb") as answers:
        answers.write(json.dumps([ours(script, board, wires), wanted(script)]).encode())


def ours(script: Path, name: str, wires: list[str]) -> str:
    """What the script prints on our board; the exception that ended it follows."""
    with SimulatedBoard(name, path=[LIB]) as board:
        for pair in wires:
            board.wire(*pair.split("="))
        try:
            board.run(script, seconds=STEP_S)
            while runs(board) and board.ms < BOARD_S * 1000:
                board.run_on(seconds=STEP_S)
        except BaseException as error:
            return board.output + "".join(traceback.format_exception_only(error))
        return board.output + (f"(still runs after {BOARD_S} s)\n" if runs(board) else "")


def runs(board: SimulatedBoard) -> bool:
    """Whether the script itself has not ended, whatever its threads and handlers do."""
    return board.power.script is not None and not board.power.standing_by


def wanted(script: Path) -> str | None:
    """What CPython prints, which MicroPython's tests want where they have no expected output of their own."""
    if script.with_name(f"{script.name}.exp").is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.defpath, "PYTHONIOENCODING": "utf-8", "TMPDIR": folder}
        command = [sys.executable, "-B", "-S", "-W", "ignore", script.name]
        done = subprocess.run(
            command, cwd=script.parent, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    return done.stdout.decode(errors="replace")


if __name__ == "__main__":
    main()
