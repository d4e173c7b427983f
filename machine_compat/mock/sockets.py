"""A board's peripheral as something to plug: the legs of "i2c0" or "uart1", and the pins they are muxed to."""

from collections.abc import Callable, Mapping

from machine_compat.errors import ConfigError
from machine_compat.mock.nets import Terminal, connect, cut
from machine_compat.mock.world import World

LEGS = {
    "i2c": ("scl", "sda"),
    "spi": ("sck", "mosi", "miso"),
    "uart": ("tx", "rx", "rts", "cts"),
    "i2s": ("sck", "ws", "sd", "mck"),
    "can": ("tx", "rx", "bus"),
    "sd": ("clk", "cmd", "dat0", "dat3"),
}
"""The signals of each kind of bus. A CAN controller comes with its transceiver: `bus` is the far side of that."""


class Socket:
    """One bus of a board. What is attached to "i2c0" hangs on its legs, wherever the script then muxes them.

    defaults: the pins the board file names, by signal; a leg without one is plugged nowhere until asked.
    """

    __slots__ = ("_defaults", "_pin", "label", "legs", "name", "plugged")

    def __init__(
        self, world: World, name: str, label: str, defaults: Mapping[str, str], pin: Callable[[str], Terminal]
    ) -> None:
        self.name = name
        self.label = label
        kind = name.rstrip("0123456789")
        self.legs = {leg: Terminal(world, f"{label}.{leg}", self) for leg in LEGS[kind]}
        self.plugged: dict[str, str] = {}
        self._defaults = defaults
        self._pin = pin

    def plug(self, **pins: str | None) -> None:
        """Mux the legs to these pins, None meaning the board's own; where nothing changes nothing is touched."""
        for leg, asked in pins.items():
            ref = asked or self.plugged.get(leg) or self._defaults.get(leg)
            old = self.plugged.get(leg)
            if ref == old or ref is None:
                continue
            terminal = self.legs[leg]
            if old is not None:
                cut(terminal, self._pin(old))
            connect(terminal, self._pin(ref))
            self.plugged[leg] = ref

    def plug_defaults(self) -> None:
        """Mux to the board's own pins whatever is plugged nowhere yet, so that a chip on it can be reached by hand."""
        self.plug(**dict.fromkeys(self.legs))

    def take(self, *legs: str) -> None:
        """Have the pins of these legs stop driving as GPIO: the mux gives a pin to one function at a time."""
        for leg in legs:
            if leg in self.plugged:
                pin = self._pin(self.plugged[leg])
                if pin.wave is not None:
                    pin.modulate(None)
                pin.release()

    def release(self) -> None:
        """Stop driving; the wires stay where they are, as traces on a board do."""
        for terminal in self.legs.values():
            terminal.modulate(None)

    def leg(self, name: str) -> Terminal:
        try:
            return self.legs[name]
        except KeyError:
            raise ConfigError(f"{self.name} has no {name}; it has {', '.join(self.legs)}") from None
