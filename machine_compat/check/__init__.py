"""Tells which names, pins and buses scripts use that a board lacks, before they are copied over.

Scripts are read, never executed. What cannot be told from the text alone is left alone: a name that may be several
things, a value that is computed, what the script itself asks or catches. So what is reported is missing, and more may
be.
"""

from dataclasses import dataclass
from pathlib import Path

from machine_compat.check.facts import Facts
from machine_compat.check.needs import NeedsName
from machine_compat.check.scripts import Program
from machine_compat.profile import Profile

__all__ = ["Finding", "Program", "findings"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that a board lacks. problem: "pico has no machine.DAC; use ..."; for a file that is no Python, that."""

    file: Path
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


def findings(program: Program, profile: Profile) -> list[Finding]:
    """What a board lacks for a program, in the order of files and lines."""
    own_names = any(use.need in (NeedsName("Pin", "mapper"), NeedsName("Pin", "dict")) for use in program.uses)
    facts = Facts(profile, own_names)
    found = [Finding(one.file, one.line, f"cannot be read: {one.reason}") for one in program.unreadable]
    for use in program.uses:
        problem = facts.lacks(use)
        if problem is not None:
            found.append(Finding(use.file, use.line, f"{profile.name} {problem}"))
    return list(dict.fromkeys(found))
