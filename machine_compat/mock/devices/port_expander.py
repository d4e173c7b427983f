"""Gives I2C port expanders their legs: ports of eight whose levels make a byte, and that a test holds from outside."""

from typing import ClassVar

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import I2CChip
from machine_compat.mock.nets import Terminal, connect


class PortExpander(I2CChip):
    """An I2C chip with ports of eight legs, bit 0 first; all legs are option pins.

    Python face: ``levels(port)``, and ``hold(leg, level)``, a wire from outside.
    """

    ports: ClassVar[tuple[tuple[str, ...], ...]] = ()

    def __init__(self, address: int | None = None) -> None:
        super().__init__(address)
        self._holders: dict[str, Terminal] = {}
        self.port_legs: list[list[Terminal]] = []

    def installed(self) -> None:
        self.port_legs = [[self.legs[name] for name in names] for names in self.ports]

    def levels(self, port: int = 0) -> int:
        """The levels on the legs of a port, as a byte."""
        levels = 0
        for bit, leg in enumerate(self.port_legs[port]):
            levels |= leg.net.read() << bit
        return levels

    def hold(self, leg: str, level: int | None) -> None:
        """Drive a leg from outside, as a button or another chip does; None lets go.

        Raises ConfigError for a leg there is not, and Contention where the chip drives the other level itself.
        """
        if leg not in self.legs:
            raise ConfigError(f"{self.name} has no leg {leg!r}; there are {', '.join(self.legs)}")
        holder = self._holders.get(leg)
        if holder is None:
            holder = self._holders[leg] = Terminal(self.world, f"whatever holds {self.name}.{leg}")
            connect(self.legs[leg], holder)
        holder.drive(level)
