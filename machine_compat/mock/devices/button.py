"""Simulates a push button: a contact from one leg to ground, or to the supply."""

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import Chip
from machine_compat.mock.contact import Contact
from machine_compat.mock.options import one_of


class Button(Chip):
    """Push button; as most scripts use the pin's own pull, it brings none.

    active: the level of the leg while it is pressed: 0 ties it to ground, 1 to the supply. pullup, pulldown: 1 adds a
    resistor. bounce_us: for how long the contact chatters at each press and release.
    """

    pins = ("pin",)

    def __init__(self, active: int = 0, pullup: int = 0, pulldown: int = 0, bounce_us: float = 0) -> None:
        super().__init__()
        one_of(self, "active", active, (0, 1))
        if pullup and pulldown:
            raise ConfigError(f"{self.name}: pullup=1 and pulldown=1 together make half a voltage; choose one")
        self._pull = 1 if pullup else 0 if pulldown else None
        self._contact = Contact(self, "pin", active, bounce_us)

    @property
    def pressed(self) -> bool:
        return self._contact.closed

    def press(self, ms: float | None = None) -> None:
        """Press it now; with `ms`, let it go by itself after so many milliseconds."""
        self._contact.close(ms)

    def release(self) -> None:
        """Let it go now."""
        self._contact.open()

    def installed(self) -> None:
        self.legs["pin"].pull(self._pull)


PARTS = {"button": Button}
