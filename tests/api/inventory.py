"""Knows every documented name: the inventory, the examples that show them, and the list of what differs.

# Ref: MicroPython 1.29: docs/library/*.rst; where these are silent, the C and frozen Python files they describe
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Record:
    """A documented name. owner: module, or module and class; calls: its documented signatures; none for a value."""

    owner: str
    name: str
    calls: tuple[str, ...]

    @property
    def full(self) -> str:
        return f"{self.owner}.{self.name}"


@cache
def records() -> tuple[Record, ...]:
    """The inventory, in its own order."""
    table: Mapping[str, Mapping[str, list[str]]] = json.loads((HERE / "inventory.json").read_text(encoding="utf-8"))
    return tuple(Record(owner, name, tuple(calls)) for owner, names in table.items() for name, calls in names.items())


@cache
def differing() -> Mapping[str, str]:
    """Why a name cannot be shown. A class or module stands for all its names."""
    table: Mapping[str, Mapping[str, str]] = tomllib.loads((HERE / "differences.toml").read_text(encoding="utf-8"))
    return {
        f"{module}.{name}" if name else module: why for module, names in table.items() for name, why in names.items()
    }


def difference(record: Record) -> str | None:
    """The entry a record falls under, or None."""
    return next((entry for entry in covering(record.full) if entry in differing()), None)


def covering(full: str) -> Iterator[str]:
    """A name and all it is part of: machine.Pin.on, machine.Pin, machine."""
    parts = full.split(".")
    for length in range(len(parts), 0, -1):
        yield ".".join(parts[:length])
