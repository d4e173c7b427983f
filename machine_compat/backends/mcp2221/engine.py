"""One MCP2221: turns of its users, the state of its pins, and how that comes back after an unplugging."""

from collections.abc import Callable, Generator
from contextlib import suppress
from typing import TypeVar

from machine_compat.backends.mcp2221.codec import (
    DAC,
    GPIO,
    HIGH,
    INPUT,
    Pins,
    Status,
    get_gpio,
    get_sram,
    gpio_levels,
    set_gpio,
    status,
)
from machine_compat.backends.mcp2221.i2c_codec import prepared
from machine_compat.backends.mcp2221.transport import Transport
from machine_compat.bridge.adapter import Unplugged
from machine_compat.bridge.link import Link
from machine_compat.bridge.turns import Turns
from machine_compat.clock import Clock
from machine_compat.errors import BusError, Fault

R = TypeVar("R")
FUNCTION = 0x07
UNATTENDED_NS = 1_000_000_000
"""After this time SDA may have moved, by a plug that was pulled: the engine is looked at before it is used."""


class Engine:
    """The chip. connect: opens it; called again when something is wanted of a chip that was unplugged."""

    def __init__(self, connect: Callable[[], Transport], clock: Clock) -> None:
        self.turns = Turns(clock)
        self._clock = clock
        self._pins: Pins | None = None
        self._divider: int | None = None
        self._looked_ns = 0
        self._link = Link("MCP2221", connect, self._begin)

    def _begin(self, transport: Transport) -> None:
        """Bring the chip to where it was; a new one is only asked what it is."""
        if self._pins is None:
            self._pins = Pins.of(transport.exchange(get_sram()))
        else:
            for report in self._pins.load():
                transport.exchange(report)
        if self._divider is not None:
            self._run(prepared(self._divider), transport.exchange)

    def exchange(self, report: bytes) -> bytes:
        """The answer to a report; in the caller's turn."""
        transport = self._link.get()
        try:
            return transport.exchange(report)
        except Unplugged:
            self._link.lose()
            raise

    def close(self) -> None:
        with self.turns:
            self._link.close()

    # ---- I2C

    def set_clock(self, divider: int) -> None:
        with self.turns:
            self._divider = None
            self._run(prepared(divider), self.exchange)
            self._divider = divider
            self._looked_ns = self._clock.now_ns()

    def transfer(self, conversation: Generator[bytes | int, bytes, R], held: bool) -> R:
        """Run an I2C transfer; held: the bus has been left without STOP, and the engine is not to be cancelled."""
        with self.turns:
            if not held and self._clock.now_ns() - self._looked_ns > UNATTENDED_NS:
                self._run(prepared(None), self.exchange)
            try:
                return self._run(conversation, self.exchange)
            finally:
                self._looked_ns = self._clock.now_ns()

    def _run(self, conversation: Generator[bytes | int, bytes, R], exchange: Callable[[bytes], bytes]) -> R:
        """Have a conversation of reports and answers; what it returns."""
        answer = b""
        try:
            wanted = next(conversation)
            while True:
                if isinstance(wanted, bytes):
                    answer = exchange(wanted)
                else:
                    self._clock.wait_until(self._clock.now_ns() + wanted)
                wanted = conversation.send(answer)
        except StopIteration as end:
            result: R = end.value
            return result

    def cancel(self) -> None:
        """Let go of a held bus."""
        with self.turns, suppress(BusError):
            self.exchange(status(cancel=True))

    # ---- pins

    @property
    def pins(self) -> Pins:
        if self._pins is None:
            self._pins = Pins.of(self.exchange(get_sram()))
        return self._pins

    def set(self, pin: int, level: int, output: bool) -> None:
        """Make a pin GPIO, or change one that is."""
        setting = (HIGH if level else 0) | (0 if output else INPUT) | GPIO
        with self.turns:
            was, self.pins.settings[pin] = self.pins.settings[pin], setting
            if was & FUNCTION == GPIO:
                self.exchange(set_gpio(pin, setting))
            else:
                self._load()

    def make(self, pin: int, function: int) -> None:
        """Give a pin to a converter."""
        with self.turns:
            if self.pins.settings[pin] & FUNCTION != function:
                self.pins.settings[pin] = function | INPUT
                self._load()

    def _load(self) -> None:
        for report in self.pins.load():
            if self.exchange(report)[1]:
                raise BusError(Fault.IO, message="the MCP2221 refused a pin's function")

    def refer(self, adc: int) -> None:
        """Set the ADC's reference."""
        with self.turns:
            if adc != self.pins.adc_reference:
                self.pins.adc_reference = adc
                self.exchange(self.pins.load_references())

    def put_out(self, value: int, pin: int) -> None:
        """Have the DAC put out a value, 0 to 31, on a pin."""
        with self.turns:
            self.pins.dac_value = value
            self.exchange(self.pins.load_references())
        self.make(pin, DAC)

    def read(self) -> int:
        """The levels of all pins."""
        with self.turns:
            return gpio_levels(self.exchange(get_gpio()))

    def poll(self) -> int | None:
        """The levels of all pins, or None while somebody else has the turn."""
        if not self.turns.try_take():
            return None
        try:
            return gpio_levels(self.exchange(get_gpio()))
        finally:
            self.turns.give()

    def convert(self, channel: int) -> int:
        """What the ADC makes of one of its three inputs, 0 to 1023."""
        with self.turns:
            return Status.of(self.exchange(status())).adc[channel]
