"""A simulated USB bridge as a board: its pins and buses are places where chips hang, in the grammar of --attach."""

from collections.abc import Mapping
from typing import Any, ClassVar

from machine_compat.contract import Wiring
from machine_compat.errors import ConfigError
from machine_compat.mock.attach import Part, attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.nets import Terminal
from machine_compat.mock.usb.device import SimulatedDevice


class Bridge(SimulatedDevice):
    """A USB device with wires. Its pins are there once it was plugged in; chips stay when it is pulled out.

    label: its name on wires. pins, buses: as in a board file.
    """

    label: ClassVar[str] = "bridge"
    pins: ClassVar[tuple[str, ...]] = ()
    buses: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    def __init__(self, *strings: str) -> None:
        super().__init__(*strings)
        self._wires: MockBackend | None = None

    def powered(self) -> None:
        wiring = Wiring(board=self.label, pins=frozenset(self.pins), buses=self.buses)
        self._wires = MockBackend(wiring, self.world)

    @property
    def wires(self) -> MockBackend:
        """Its pins and buses, as those of a simulated board."""
        if self._wires is None:
            raise ConfigError(f"{self.label}: plug it into a host before you use its pins")
        return self._wires

    def attach(self, spec: str, **face: object) -> Any:
        """Hang a simulated chip on it, as ``bme280@i2c0:0x76``; `face` sets attributes of it. Returns the chip."""
        chip: Part = attach_spec(self.wires, spec)
        for name, value in face.items():
            if not hasattr(chip, name):
                raise ConfigError(f"{chip.name} has no {name!r} to set")
            setattr(chip, name, value)
        return chip

    def terminal(self, pin: str) -> Terminal:
        """The wire at one of its pins, to look at, to drive from outside and to solder to others."""
        return self.wires.terminal(self.wires.wiring.ref(pin))
