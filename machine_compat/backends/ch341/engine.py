"""One CH341A: turns of its users, the state of its pins, and how that comes back after an unplugging."""

from collections.abc import Callable

from machine_compat.backends.ch341.codec import Packet, get_pins, set_pins
from machine_compat.backends.ch341.transport import Transport
from machine_compat.bridge.adapter import Unplugged
from machine_compat.bridge.link import Link
from machine_compat.bridge.turns import Turns
from machine_compat.clock import Clock


class Engine:
    """The chip. Pins are bits. connect: opens it; called again when it was unplugged and something is wanted of it."""

    def __init__(self, connect: Callable[[], Transport], clock: Clock) -> None:
        self.turns = Turns(clock)
        self._levels = 0
        self._direction = 0
        self._speed: Packet | None = None
        self._link = Link("CH341A", connect, self._begin)

    def _begin(self, transport: Transport) -> None:
        transport.exchange(get_pins())
        transport.exchange(set_pins(self._levels, self._direction))
        if self._speed is not None:
            transport.exchange(self._speed)

    def exchange(self, packet: Packet) -> bytes:
        """Send a packet and return its reply; in the caller's turn."""
        transport = self._link.get()
        try:
            return transport.exchange(packet)
        except Unplugged:
            self._link.lose()
            raise

    def set_speed(self, packet: Packet) -> None:
        with self.turns:
            self._speed = packet
            self.exchange(packet)

    def set(self, pins: int, levels: int, outputs: int) -> None:
        """Set level and direction of the pins in a mask."""
        with self.turns:
            self._levels = self._levels & ~pins | levels
            self._direction = self._direction & ~pins | outputs
            self.exchange(set_pins(self._levels, self._direction))

    def read(self) -> int:
        """The levels of all pins."""
        with self.turns:
            return self.exchange(get_pins())[0]

    def poll(self) -> int | None:
        """The levels of all pins, or None while somebody else has the turn."""
        if not self.turns.try_take():
            return None
        try:
            return self.exchange(get_pins())[0]
        finally:
            self.turns.give()

    def close(self) -> None:
        with self.turns:
            self._link.close()
