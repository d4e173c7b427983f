"""USB transfers of the jobs in the table of docs/speed.md, to the last one: ours, and those of drivers from PyPI."""

import re
from pathlib import Path

import pytest

from benchmarks.usb import CHIPS, measured

OURS = {
    "FT232H": {"write": 2, "register": 2, "scan": 2, "spi": 6, "toggle": 1},
    "MCP2221A": {"write": 8, "register": 6, "scan": 668, "toggle": 2},
    "CH341A": {"write": 2, "register": 2, "scan": 32, "spi": 266, "toggle": 1},
}
THEIRS = {
    ("FT232H", "pyftdi"): {"write": 262, "register": 10, "scan": 448, "spi": 14, "toggle": 1},
    ("MCP2221A", "EasyMCP2221"): {"write": 10, "register": 12, "scan": 1332, "toggle": 2},
}
TABLE = Path(__file__).resolve().parents[2] / "docs/speed.md"


@pytest.mark.parametrize(("chip", "job"), [(chip, job) for chip, jobs in OURS.items() for job in jobs])
def test_ours(chip: str, job: str) -> None:
    found = CHIPS[chip]
    count, _ = measured(found, found.drivers["ours"], job, rounds=2)
    assert count == OURS[chip][job]
    assert count <= found.least[job] + 1


@pytest.mark.parametrize(
    ("chip", "library", "job"), [(chip, library, job) for (chip, library), jobs in THEIRS.items() for job in jobs]
)
def test_theirs(chip: str, library: str, job: str) -> None:
    found = CHIPS[chip]
    count, _ = measured(found, found.drivers[library], job, rounds=2)
    assert count == THEIRS[chip, library][job]
    assert count >= OURS[chip][job]


def test_the_table_in_the_documentation_says_the_same() -> None:
    row = r"^\| (FT232H|MCP2221A|CH341A) \| [^|]* \| (\d+) \| (\d+) \|"
    rows = re.findall(row, TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(chip, int(ours), int(least)) for chip, ours, least in rows] == [
        (chip, ours, CHIPS[chip].least[job]) for chip, jobs in OURS.items() for job, ours in jobs.items()
    ]
