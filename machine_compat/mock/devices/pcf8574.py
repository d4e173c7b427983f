"""Models the PCF8574: eight quasi-bidirectional legs, without registers, and an interrupt when an input changes."""

# Ref: NXP PCF8574; PCF8574A rev. 5 (2013): sections 7 "Functional description", 8.1 "Quasi-bidirectional I/Os",
# 8.2 "Writing to the port", 8.3 "Reading from a port", 8.5 "Interrupt output (INT)".

from collections.abc import Callable
from functools import partial

from machine_compat.mock.devices.port_expander import PortExpander


class PCF8574(PortExpander):
    """A PCF8574 (address 0x20; the PCF8574A 0x38): ``S 20W d0 d1 P`` sets the legs, each byte in its turn, and
    ``S 20R d0 d1 P`` reads them.

    A leg written 0 is held low; a leg written 1, as all are at power-up, is pulled up weakly and may be read. Option
    pins: p0 to p7 and int, which is open drain and low while the port differs from what was last read or written.
    """

    default_address = 0x20
    ports = (("p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"),)
    option_pins = (*ports[0], "int")

    def __init__(self, address: int | None = None) -> None:
        super().__init__(address)
        self.latch = 0xFF
        self._known = 0xFF
        self._setting = False

    def installed(self) -> None:
        super().installed()
        for name in self.ports[0]:
            self.legs[name].pull(1)
            self.watch(name, self._changed)
        self._know()

    def _know(self) -> int:
        """Take the port's levels as known: INT lets go."""
        self._known = self.levels()
        self.legs["int"].pull_low(False)
        return self._known

    def _changed(self, level: int, time: int) -> None:
        if not self._setting:
            self.legs["int"].pull_low(self.levels() != self._known)

    def write(self, byte: int) -> bool:
        self._setting = True
        changed = byte ^ self.latch
        self.latch = byte
        for bit, leg in enumerate(self.port_legs[0]):
            if changed >> bit & 1:
                leg.pull_low(not byte >> bit & 1)
        self._setting = False
        self._know()
        return True

    def read(self) -> int:
        return self._know()


PARTS: dict[str, Callable[..., PCF8574]] = {"pcf8574": PCF8574, "pcf8574a": partial(PCF8574, address=0x38)}
