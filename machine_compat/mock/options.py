"""Checks what a simulated part is given, in Python or by --attach; its errors name part, option and choices."""

from collections.abc import Iterable
from typing import TypeVar

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import Chip

T = TypeVar("T")


def within(chip: Chip, option: str, value: float, low: float, high: float, *, unit: str = "") -> float:
    """The value, if it is a number from `low` to `high`; raises ConfigError otherwise."""
    if isinstance(value, int | float) and low <= value <= high:
        return value
    raise ConfigError(f"{chip.name}: {option}={value!r} is not within {low:g}..{high:g} {unit}".rstrip())


def one_of(chip: Chip, option: str, value: T, choices: Iterable[T]) -> T:
    """The value, if it is one of the choices; raises ConfigError otherwise."""
    known = list(choices)
    if value in known:
        return value
    raise ConfigError(f"{chip.name}: {option}={value!r} is none of {', '.join(map(str, known))}")
