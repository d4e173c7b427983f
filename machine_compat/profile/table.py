"""Reads values out of one TOML table, and refuses each that is missing, unknown or of a wrong type by its full name."""

import re
import reprlib
from collections.abc import Collection, Mapping

from machine_compat.errors import ConfigError


def wrong(file: str, problem: str) -> ConfigError:
    """The error that names a board file; one line, whatever the file's keys and values look like."""
    return ConfigError(" ".join(f"board file {file}: {problem}".split()))


class Table:
    """One table of a board file.

    file: for messages. place: its name in the file, as ``pins.board``; "" for the file itself. keys: all it may have,
    None for any. Each reading method raises ConfigError naming file, key, value and what is wanted.
    """

    def __init__(self, file: str, place: str, data: Mapping[str, object], keys: Collection[str] | None = None) -> None:
        self.file = file
        self.place = place
        self.data = data
        for key in data:
            if keys is not None and key not in keys:
                raise wrong(file, f"{self.title} has no {key!r}; it may have {', '.join(sorted(keys))}")

    @property
    def title(self) -> str:
        return f"[{self.place}]" if self.place else "the file"

    def error(self, key: str, problem: str) -> ConfigError:
        """What is wrong with a key's value."""
        shown = key if re.fullmatch(r"[\w-]+", key) else repr(key)
        where = f"[{self.place}] {shown}" if self.place else shown
        value = self.data.get(key)
        said = "" if isinstance(value, Mapping) else f" = {reprlib.repr(value)}"
        return wrong(self.file, f"{where}{said} {problem}")

    def text(self, key: str, default: str = "") -> str:
        """A non-empty string."""
        value = self.data.get(key, default)
        if not isinstance(value, str) or (key in self.data and not value):
            raise self.error(key, 'must be text in quotes, as in "GP25"')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of non-empty strings, or one of them by itself."""
        value = self.data.get(key, ())
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or not all(isinstance(item, str) and item for item in items):
            raise self.error(key, 'must be a list of texts, as in ["GP4", "GP0"]')
        return tuple(items)

    def integer(self, key: str, default: int, least: int = 0) -> int:
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.error(key, f"must be a whole number from {least} on")
        return value

    def flag(self, key: str) -> bool:
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def table(self, key: str, keys: Collection[str] | None = None) -> "Table":
        """The table under a key; empty where there is none."""
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, "must be a table")
        shown = key if re.fullmatch(r"[\w-]+", key) else repr(key)
        return Table(self.file, f"{self.place}.{shown}" if self.place else shown, value, keys)
