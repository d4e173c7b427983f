"""Simulates the contact in a button or encoder: it ties a leg to ground or supply, and chatters as it moves."""

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import Chip
from machine_compat.mock.options import within
from machine_compat.mock.world import Event

CHATTER = (1, 2, 4, 8)
"""Eighths of the bounce time at which a moving contact changes its mind; after the last it stays."""


class Contact:
    """One contact of a chip. level: what the leg meets when it is closed. bounce_us: for how long it chatters."""

    def __init__(self, chip: Chip, leg: str, level: int = 0, bounce_us: float = 0) -> None:
        self._chip = chip
        self._leg = leg
        self._level = level
        self._bounce = round(within(chip, "bounce_us", bounce_us, 0, 1e6, unit="µs") * 1000)
        self._chatter: list[Event] = []
        self._opening: Event | None = None
        self.closed = False
        """Where it stands, or is about to come to rest."""

    def close(self, ms: float | None = None) -> None:
        """Close it now; with `ms`, it opens by itself after so many milliseconds."""
        self.move(True)
        if ms is not None:
            self._opening = self._chip.after(round(within(self._chip, "ms", ms, 0, 1e12) * 1e6), self.open)

    def open(self) -> None:
        """Open it now."""
        self.move(False)

    def move(self, closed: bool) -> None:
        """Close or open it now, and until further notice."""
        if not self._chip.attached:
            raise ConfigError(f"{self._chip.name} is not attached to a board")
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if closed == self.closed:
            return
        self.closed = closed
        for event in self._chatter:
            event.cancel()
        self._touch(closed)
        if self._bounce:
            states = (not closed, closed, not closed, closed)
            self._chatter = [self._later(part, state) for part, state in zip(CHATTER, states, strict=True)]

    def _later(self, eighths: int, closed: bool) -> Event:
        return self._chip.after(self._bounce * eighths // CHATTER[-1], lambda: self._touch(closed))

    def _touch(self, closed: bool) -> None:
        leg = self._chip.legs[self._leg]
        if self._level:
            leg.drive(1 if closed else None)
        else:
            leg.pull_low(closed)
