"""What a board file says about a board's wires."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from machine_compat.errors import ConfigError


class Wiring(NamedTuple):
    """What a board file says about a board's wires, as plain data for a backend.

    pins: the refs of its lines. aliases: other names of them. labels: the names people use, for messages.
    buses: the default pins of each bus, ``{"i2c0": {"scl": "GP5", "sda": "GP4"}}``. parts: what is soldered on, in the
    form of --attach: ``"mma7660@i2c1:0x4c"``. open_pins: whether any other name is a pin too. call_ns: what one call
    into `machine` costs on the board. pwm: the backend's names of the PWM channels a line may be connected to; the
    first there is counts.
    """

    board: str = "board"
    pins: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = MappingProxyType({})
    buses: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    parts: tuple[str, ...] = ()
    open_pins: bool = False
    call_ns: int = 1_000
    pwm: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    labels: tuple[str, ...] = ()

    def ref(self, name: str) -> str:
        """The ref of a line by any of its names; ConfigError names the choices."""
        ref = self.aliases.get(name, name)
        if ref in self.pins or self.open_pins:
            return ref
        choices = ", ".join(self.labels or sorted(self.pins, key=natural))
        raise ConfigError(f"board {self.board} has no pin {name!r}; it has {choices}")


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts GP2 before GP10."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)
