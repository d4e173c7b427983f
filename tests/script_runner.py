"""Runs a script on the simulated board that its first comment lines ask for.

    # board: pico
    # attach: 24c32@i2c0:0x50
    # wire: GP0=GP1
    # seconds: 2
"""

import re
from pathlib import Path

from machine_compat.simulation import SimulatedBoard

HEADER = re.compile(r"# (board|attach|wire|seconds|package): *(.*)")


def asked(script: Path) -> dict[str, list[str]]:
    """What a script's first comment lines ask for."""
    wants: dict[str, list[str]] = {}
    for line in script.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        if match := HEADER.fullmatch(line.strip()):
            wants.setdefault(match[1], []).append(match[2])
    return wants


def run_script(script: Path, *path: Path) -> SimulatedBoard:
    """The board after the script ran; the caller closes it."""
    wants = asked(script)
    board = SimulatedBoard(wants.get("board", ["mock"])[0], path=path)
    try:
        for spec in wants.get("attach", []):
            board.attach(spec)
        for pins in wants.get("wire", []):
            board.wire(*pins.split("="))
        seconds = wants.get("seconds")
        board.run(script, seconds=float(seconds[0]) if seconds else None)
    except BaseException:
        board.close()
        raise
    return board
