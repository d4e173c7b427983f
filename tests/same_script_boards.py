"""This file says on which boards the scripts of tests/same_script run, and where each board has what they ask for.

A script's first comment lines hang chips on roles, and its module `wiring` tells it what the board calls them:

    # attach: bme280@{i2c}:0x76         a simulated chip on the far side
    # wire: {out}={into}                two pins soldered together
    # volts: {adc}=1.25                 a voltage put on a pin
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from machine_compat.board import Board
from machine_compat.interpreter.direct import DirectRun
from machine_compat.interpreter.life import Program
from machine_compat.interpreter.terminal import Output

FOLDER = Path(__file__).resolve().with_name("same_script")
SCRIPTS = sorted(FOLDER.glob("*.py"))
HEADER = re.compile(r"# (attach|wire|volts): *(.*)")
ROLE = re.compile(r"{(\w+)}")
FOLDER_ROLE = "folder"

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a board has a role. near: what a script gives to a class of `machine`; far: the wires, as in --attach."""

    near: Value
    far: str


BOARDS: Mapping[str, Mapping[str, Place]] = {
    "pico": {
        "i2c": Place(0, "i2c0"),
        "spi": Place(0, "spi0"),
        "uart": Place(0, "uart0"),
        "cs": Place(17, "GP17"),
        "dc": Place(20, "GP20"),
        "spare": Place(21, "GP21"),
        "out": Place(14, "GP14"),
        "into": Place(15, "GP15"),
        "pwm": Place(13, "GP13"),
        "adc": Place(26, "GP26"),
    },
    "ft232h": {
        "i2c": Place(0, "i2c0"),
        "spi": Place(0, "spi0"),
        "cs": Place(3, "AD3"),
        "dc": Place("C0", "AC0"),
        "spare": Place("C1", "AC1"),
        "out": Place(4, "AD4"),
        "into": Place(5, "AD5"),
    },
    "mcp2221": {
        "i2c": Place(0, "i2c0"),
        "out": Place(0, "GP0"),
        "into": Place(1, "GP1"),
        "adc": Place(2, "GP2"),
    },
    "ch341": {
        "i2c": Place(0, "i2c0"),
        "spi": Place(0, "spi0"),
        "cs": Place(0, "D0"),
        "dc": Place(1, "D1"),
        "spare": Place(2, "D2"),
        "out": Place(2, "D2"),
        "into": Place(4, "D4"),
    },
    "rpi": {
        "i2c": Place(1, "i2c1"),
        "spi": Place(0, "spi0"),
        "uart": Place(0, "uart0"),
        "cs": Place(8, "CE0"),
        "dc": Place(24, "GPIO24"),
        "spare": Place(25, "GPIO25"),
        "out": Place(5, "GPIO5"),
        "into": Place(6, "GPIO6"),
        "pwm": Place(18, "GPIO18"),
        "adc": Place(0, "A0"),
    },
}
"""By board; rpi is the Linux backend on the rig."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a script's first comment lines ask for, on the wires of one board."""

    chips: tuple[str, ...]
    wires: tuple[tuple[str, str], ...]
    volts: Mapping[str, float]


def headers(script: Path) -> Iterator[tuple[str, str]]:
    for line in script.read_text(encoding="utf-8").splitlines():
        if match := HEADER.fullmatch(line):
            yield match[1], match[2]


def roles(script: Path) -> set[str]:
    """What a board must have for a script: what it hangs chips on, and what it takes from `wiring`."""
    far = ROLE.findall(" ".join(text for _, text in headers(script)))
    near = re.findall(r"\bwiring\.([A-Z0-9]+)\b", script.read_text(encoding="utf-8"))
    return {*far, *map(str.lower, near)} - {FOLDER_ROLE}


def boards(script: Path) -> list[str]:
    """The boards that have all that a script needs."""
    return [board for board, places in BOARDS.items() if roles(script) <= set(places)]


def wanted(script: Path, board: str) -> Wanted:
    wires = {role: place.far for role, place in BOARDS[board].items()} | {FOLDER_ROLE: str(FOLDER)}
    asked: dict[str, list[str]] = {"attach": [], "wire": [], "volts": []}
    for kind, text in headers(script):
        asked[kind].append(text.format_map(wires))
    pairs = [text.split("=") for text in asked["wire"]]
    return Wanted(
        chips=tuple(asked["attach"]),
        wires=tuple((one, other) for one, other in pairs),
        volts={pin: float(volts) for pin, _, volts in (text.partition("=") for text in asked["volts"])},
    )


def write_wiring(board: str, folder: Path) -> None:
    """Make the module `wiring` of a board, in a folder for --path."""
    lines = [f"{role.upper()} = {place.near!r}\n" for role, place in BOARDS[board].items()]
    (folder / "wiring.py").write_text("".join(lines), encoding="utf-8")


def run_directly(board: Board, script: Path, wiring: Path) -> str:
    """Run a script on a real board, or one that takes itself for real, and give back what it printed.

    Raises what it raises, and what its handlers do.
    """
    text = io.StringIO()
    failures: list[BaseException] = []
    board.stdout = Output(text.write)
    board.handler_failed = failures.append
    DirectRun(board, Program(script, path=(wiring,))).run()
    if failures:
        raise failures[0]
    return text.getvalue()


def expected(script: Path) -> str:
    return script.with_suffix(".exp").read_text(encoding="utf-8")


def expected_screen(script: Path) -> str | None:
    """What a script's display shows at the end, a dot a pixel; None where it has none."""
    file = script.with_suffix(".screen")
    return file.read_text(encoding="utf-8") if file.is_file() else None
