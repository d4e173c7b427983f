"""Chooses the board: what the command says, else the environment, else the project's own file, else the mock."""

import os
from pathlib import Path

from machine_compat.errors import ConfigError
from machine_compat.profile import Profile, load

VARIABLE = "MACHINE_COMPAT_BOARD"
PROJECT_FILE = "pyproject.toml"
TABLE = "tool.machine_compat"


def choose(asked: str | None, start: Path) -> tuple[Profile, str]:
    """The board's profile, and in a few words where the choice comes from.

    asked: a board's name or TOML file, or None; start: the folder from which the nearest pyproject.toml is looked for,
    upwards. Raises ConfigError for a board that is not there, naming where it was asked for.
    """
    if asked is not None:
        return load(asked), "chosen by --board"
    name = os.environ.get(VARIABLE)
    if name:
        return chosen_in(name, f"${VARIABLE}"), f"chosen by ${VARIABLE}"
    file = nearest(start)
    name = named_in(file) if file is not None else None
    if name is not None and file is not None:
        if name.endswith(".toml"):
            name = str(file.parent / name)
        return chosen_in(name, str(file)), f"chosen in {file}"
    return load("mock"), "no other was chosen"


def chosen_in(name: str, place: str) -> Profile:
    try:
        return load(name)
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from error


def nearest(start: Path) -> Path | None:
    """The pyproject.toml in a folder or in the nearest one above it."""
    folder = start.absolute()
    for place in (folder, *folder.parents):
        file = place / PROJECT_FILE
        if file.is_file():
            return file
    return None


def named_in(file: Path) -> str | None:
    """The board in ``[tool.machine_compat]``; None where the file names none."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: {error}") from None
    if "machine_compat" not in text:
        return None
    import tomllib

    try:
        data: object = tomllib.loads(text)
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from None
    for key in TABLE.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    name = data.get("board") if isinstance(data, dict) else None
    if name is not None and not isinstance(name, str):
        raise ConfigError(f'{file}: board in [{TABLE}] must be a text, as in board = "pico"')
    return name


def is_hardware(profile: Profile) -> bool:
    """Whether a board is real: its scripts then run on this computer's own buses, or an adapter's."""
    return not profile.backend.startswith("mock://")
