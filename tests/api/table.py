"""Prints how many documented names work here, by module and class: python -m tests.api.table writes docs/api.md."""

from collections.abc import Iterator
from pathlib import Path

from tests.api.examples import shown
from tests.api.inventory import difference, records

DOCS = Path(__file__).resolve().parents[2] / "docs"
TABLE = DOCS / "api.md"
DIFFERENCES = DOCS / "differences.md"

HEAD = """\
# Documented names, and how many of them work

What MicroPython 1.29's documentation names, and its C code besides, by module and class. A name *works* when
[an example](../tests/api/examples) shows it on a simulated board, on `mock` where the chip does not matter, with the
answers that MicroPython gives. One that *differs* is explained in
[Where it differs from a board](differences.md#documented-names).

Written by `python -m tests.api.table`; a test keeps it current.

| | names | work | differ |
|---|---|---|---|
"""


def table() -> str:
    """The page."""
    return HEAD + "".join(f"{row}\n" for row in rows())


def rows() -> Iterator[str]:
    owners = sorted({record.owner for record in records()}, key=lambda owner: (owner.lower(), owner))
    total = [0, 0, 0]
    for owner in owners:
        own = [record for record in records() if record.owner == owner]
        works = sum(record.full in shown() for record in own)
        differs = sum(difference(record) is not None for record in own)
        total = [a + b for a, b in zip(total, (len(own), works, differs), strict=True)]
        yield f"| {owner} | {len(own)} | {works or '-'} | {differs or '-'} |"
    yield f"| **all** | **{total[0]}** | **{total[1]}** | **{total[2]}** |"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
