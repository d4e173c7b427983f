"""A bench for the tests of bridge backends: a simulated adapter on a virtual USB host, and a backend on it."""

from typing import Any, Generic, TypeVar

import pytest

from machine_compat.bridge.backend import BridgeBackend
from machine_compat.contract import I2CBus, I2CConfig, Read, Wiring, Write
from machine_compat.errors import BusError
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.host import VirtualHost

MS = 1_000_000
C = TypeVar("C", bound=Bridge)


class Bench(Generic[C]):
    """An adapter that was just plugged in, and its backend. place, options: what the URL says."""

    def __init__(self, backend: type[BridgeBackend[Any]], chip: C, place: str = "", **options: str) -> None:
        self.host = VirtualHost()
        self.chip = self.host.plug(chip)
        self.place, self.options = place, options
        self._class = backend
        self.backend = self.open()

    def open(self) -> BridgeBackend[Any]:
        """One more backend, as `place` and `options` say now."""
        return self._class(Wiring(), self.place, self.options, usb_backend=self.host.backend(), clock=self.host.clock)

    def i2c(self, frequency: int = 400_000) -> I2CBus:
        bus = self.backend.i2c("i2c0")
        bus.configure(I2CConfig(frequency))
        self.counted()
        return bus

    def sleep(self, ms: float) -> None:
        deadline = self.host.world.now + round(ms * MS)
        while self.host.world.now < deadline:
            self.host.clock.wait_until(deadline)

    def later(self, ms: float) -> int:
        """A moment so much later, in the world's time."""
        return self.host.world.now + round(ms * MS)

    def hold(self, pin: str) -> Terminal:
        """Something that can hold a wire low."""
        finger = Terminal(self.host.world, "finger", None)
        connect(finger, self.chip.terminal(pin))
        return finger

    def counted(self) -> int:
        """How many USB transfers there were since this was asked last."""
        count = len(self.host.transfers)
        self.host.transfers.clear()
        return count


def failing(bus: I2CBus, address: int, *ops: Write | Read, stop: bool = True) -> BusError:
    """The error of a transfer."""
    with pytest.raises(BusError) as raised:
        bus.transfer(address, ops, stop)
    return raised.value
