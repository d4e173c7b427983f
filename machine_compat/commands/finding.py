"""One line of what `machine-compat doctor` says."""

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that was looked at: usable or not, and in a few words what it is, or why not and what would help."""

    usable: bool
    name: str
    text: str
