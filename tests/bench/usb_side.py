"""This file is the far side of a USB device that the guest's kernel has: the simulated device, in real time."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from machine_compat.errors import BusError, ConfigError, DeviceError
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.usb import devices
from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.ch341 import CH341A
from machine_compat.mock.usb.ft232h import FT232H
from machine_compat.mock.usb.i2c_tiny_usb import I2CTinyUSB
from machine_compat.mock.usb.mcp2221 import MCP2221A
from machine_compat.mock.usb.vhci import KernelHost
from machine_compat.mock.world import World
from tests.bench.plan import USBPlan
from tests.bench.side import Readable

BRIDGES: Mapping[str, type[Bridge]] = {
    "ch341": CH341A,
    "ft232h": FT232H,
    "i2c_tiny_usb": I2CTinyUSB,
    "mcp2221": MCP2221A,
}
WRONG = (BusError, ConfigError, DeviceError, OSError)
"""What can go wrong in the world."""


class Pin:
    """A pin of a bridge from outside: something is soldered to it, which may drive it or put a voltage on it."""

    def __init__(self, bridge: Bridge, name: str) -> None:
        self._pin = bridge.terminal(name)
        self._solder = Terminal(bridge.world, f"at {name}", None)
        connect(self._solder, self._pin)

    @property
    def level(self) -> int:
        return self._pin.level

    @property
    def volts(self) -> float | None:
        return self._solder.volts

    @volts.setter
    def volts(self, volts: float) -> None:
        self._solder.supply(volts)

    def drive(self, level: int | None) -> None:
        """Hold the wire at a level, or let it go."""
        self._solder.drive(level)


class USBSide:
    """A device at the kernel, and the world behind it. chips: with the device itself, by its name in the plan."""

    def __init__(self, plan: USBPlan) -> None:
        self.world = World()
        self.host = KernelHost(self.world)
        self.chips: dict[str, Any] = {}
        self.failures: list[Exception] = []
        self._pins: dict[str, Pin] = {}
        self._start = time.monotonic_ns()
        maker = BRIDGES.get(plan.device) or devices.parts()[plan.device]
        self.device = self.chips[plan.device] = self.host.attach(maker(**plan.options))
        for spec in plan.chips:
            self.attach(spec)
        for one, other in plan.wires:
            connect(self.bridge.terminal(one), self.bridge.terminal(other))

    @property
    def bridge(self) -> Bridge:
        """The device, where it has wires."""
        if not isinstance(self.device, Bridge):
            raise ConfigError(f"{type(self.device).__name__} has no pins")
        return self.device

    def nodes(self) -> list[str]:
        """The port of vhci_hcd."""
        return [str(self.host.port(self.device).number)]

    def files(self) -> dict[Readable, Callable[[], None]]:
        return {self.host: self._serve}

    def attach(self, spec: str) -> None:
        self.chips[spec] = self.bridge.attach(spec)

    def detach(self, spec: str) -> None:
        """Take a chip off all its wires."""
        for leg in self.chips.pop(spec).legs.values():
            leg.disconnect()

    def pin(self, name: str) -> Pin:
        if name not in self._pins:
            self._pins[name] = Pin(self.bridge, name)
        return self._pins[name]

    # ---- time

    def run(self) -> None:
        """Let the world catch up with the clock on the wall."""
        self._do(lambda: self.world.run(time.monotonic_ns() - self._start))

    def idle_s(self) -> float:
        """How long nothing will happen in the world by itself."""
        return max(0.0, (self._start + self.world.due - time.monotonic_ns()) / 1e9)

    def _serve(self) -> None:
        self.run()
        self._do(self.host.serve)

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except WRONG as error:
            self.failures.append(error)

    # ---- the end

    def unplug(self) -> None:
        """Pull the device out."""
        self.host.close()
