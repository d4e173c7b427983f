"""One MPSSE and its pins: who has them, in which state they are, and how that comes back after an unplugging."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from machine_compat.backends.ft232h.codec import (
    SERIAL_PINS,
    Chip,
    Step,
    batches,
    clock_setup,
    drive_zero,
    get_pins,
    set_high,
    set_low,
)
from machine_compat.backends.ft232h.transport import Transport
from machine_compat.bridge.adapter import Unplugged
from machine_compat.bridge.link import Link
from machine_compat.bridge.turns import Turns
from machine_compat.clock import Clock
from machine_compat.errors import BusError, ConfigError

FIVE = 0xFF & ~SERIAL_PINS
"""The pins of ADBUS that no bus needs."""


class Engine:
    """The MPSSE of one channel. Pins are bits: ADBUS in the low byte, ACBUS in the high one.

    connect: opens the chip; called again when something is wanted of a chip that was unplugged. D0 to D2 belong to the
    bus that was configured last, or to lines. What talks to the chip does so in its turn.
    """

    def __init__(self, connect: Callable[[], Transport], clock: Clock) -> None:
        self.turns = Turns(clock)
        self._owner: object | None = None
        self._setup = b""
        self._levels = 0
        self._direction = 0
        self._serial = (0, 0)
        self._link = Link("FT232H", connect, self._begin)
        self.chip: Chip = self._link.get().chip

    # ---- to the chip and back

    def exchange(
        self, steps: Iterable[Step], busy_ms: int = 0, check: Callable[[bytes], object] | None = None
    ) -> bytes:
        """Send steps in as few batches as are safe, and return their reply; in the caller's turn.

        busy_ms: how long the pins will be busy with it. check: called with the reply so far between two batches; what
        it raises leaves the rest unsent. After a transfer that broke the MPSSE is started anew.
        """
        reply = b""
        for batch in batches(steps, self.chip.fifo):
            if reply and check is not None:
                check(reply)
            transport = self._link.get()
            try:
                reply += transport.exchange(batch, busy_ms)
            except Unplugged:
                self._link.lose()
                raise
            except BusError:
                with suppress(BusError):
                    self._link.restore(transport)
                raise
        return reply

    def _begin(self, transport: Transport) -> None:
        """Start the MPSSE, with clock and pins as they were."""
        chip = transport.chip
        transport.start()
        transport.exchange(Step((self._setup or no_bus(chip)) + self._low() + self._high() * chip.high_byte), 0)

    def close(self) -> None:
        with self.turns:
            self._link.close()

    # ---- the bus on D0 to D2

    def own(self, owner: object, setup: bytes, levels: int, direction: int) -> None:
        """Give D0 to D2 to a bus, with its clock; whoever had them has lost them."""
        with self.turns:
            self._owner, self._setup, self._serial = owner, setup, (levels, direction)
            self._levels &= ~SERIAL_PINS
            self._direction &= ~SERIAL_PINS
            self.exchange([Step(setup + self._low())])

    @contextmanager
    def turn_of(self, owner: object) -> Iterator[tuple[int, int]]:
        """A bus's turn; gives levels and direction of the other five pins. ConfigError if it has lost D0 to D2."""
        with self.turns:
            if self._owner is not owner:
                raise ConfigError("D0 to D2 were configured as something else since; configure the bus again")
            yield self._levels & FIVE, self._direction & FIVE

    def rest(self, levels: int, direction: int) -> None:
        """What a bus has left D0 to D2 like, for whoever sets the other pins of their byte."""
        self._serial = (levels, direction)

    def disown(self, owner: object) -> None:
        """Take D0 to D2 from a bus, if it has them still: they become inputs."""
        if self._owner is owner:
            with self.turns:
                self._owner, self._setup, self._serial = None, b"", (0, 0)
                self.exchange([Step(no_bus(self.chip) + self._low())])

    # ---- lines

    def take(self, pin: int) -> None:
        """Take a pin from the bus that may have it."""
        if 1 << pin & SERIAL_PINS:
            self.disown(self._owner)

    def set(self, pin: int, level: int, output: bool) -> None:
        """Drive a pin, or let it go; a bus's pin is left alone."""
        bit = 1 << pin
        if bit & SERIAL_PINS and self._owner is not None:
            return
        with self.turns:
            self._levels = self._levels & ~bit | level << pin
            self._direction = self._direction & ~bit | output << pin
            self.exchange([Step(self._high() if pin >= 8 else self._low())])

    def read(self) -> int:
        """The levels of all pins."""
        with self.turns:
            return self._read()

    def poll(self) -> int | None:
        """The levels of all pins, or None while somebody else has the turn."""
        if not self.turns.try_take():
            return None
        try:
            return self._read()
        finally:
            self.turns.give()

    def _read(self) -> int:
        return int.from_bytes(self.exchange([get_pins(self.chip.high_byte)]), "little")

    def _low(self) -> bytes:
        levels, direction = self._serial
        return set_low(self._levels & 0xFF | levels, self._direction & 0xFF | direction)

    def _high(self) -> bytes:
        return set_high(self._levels >> 8, self._direction >> 8)


def no_bus(chip: Chip) -> bytes:
    """The set-up without a bus: every pin drives high and low."""
    return clock_setup(0) + (drive_zero(0) if chip.drive_zero else b"")
