"""What every simulated chip is made of: legs on wires, a place in the world, and one face per kind of bus.

A new chip is one file in ``mock/devices``: it subclasses one of the four below and names its parts in ``PARTS``.

    I2CChip   start(address, read) -> bool, write(byte) -> bool, read() -> int, stop()
    SPIChip   select(), exchange(data) -> bytes, deselect()
    UARTPeer  receive(data), and a send(data) it can call
    Chip      any other: it watches and drives its legs

The same chip is reached by a controller's whole transaction, by SoftI2C, and by a script that moves the pins by hand.
Besides, a chip has a plain-Python face for tests, in its own units: ``bme280.temperature = 21.5``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from machine_compat.errors import BusError, ConfigError, DeviceError
from machine_compat.mock.nets import Terminal
from machine_compat.mock.world import Action, Event, World


class Chip:
    """A simulated part.

    pins: the names of its legs, in the order --attach gives their places. options: legs that stay unconnected unless
    named (``int=GP7``). A chip is built in plain Python, then `install`ed into a world, once; `installed` is its hook.
    """

    pins: ClassVar[tuple[str, ...]] = ()
    option_pins: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.name = type(self).__name__.lower()
        self.legs: dict[str, Terminal] = {}
        self._world: World | None = None

    @property
    def world(self) -> World:
        if self._world is None:
            raise ConfigError(f"{self.name} is not attached to a board")
        return self._world

    @property
    def attached(self) -> bool:
        return self._world is not None

    def install(self, world: World, name: str) -> None:
        """Put the chip into a world: its legs become terminals named ``name.leg``."""
        if self._world is not None:
            raise ConfigError(f"{self.name} is attached already")
        self._world = world
        self.name = name
        for pin in (*self.pins, *self.option_pins):
            self.legs[pin] = Terminal(world, f"{name}.{pin}", self)
        self.installed()

    def installed(self) -> None:
        """Hook: the legs exist; watch them, pull them, start clocks."""

    def after(self, ns: int, action: Action) -> Event:
        """Have the chip do something later; an error in it names the chip."""

        def act() -> None:
            with naming(self):
                action()

        return self.world.after(ns, act)

    def watch(self, leg: str, watcher: Callable[[int, int], object]) -> None:
        """Call ``watcher(level, time_ns)`` at each change of a leg; an error in it names the chip."""

        def heard(level: int, time: int) -> None:
            with naming(self):
                watcher(level, time)

        self.legs[leg].watch(heard)


def chip_failed(chip: Chip, error: Exception) -> DeviceError:
    """The error that names a chip whose own code raised; no script can swallow it."""
    return chip.world.fatal(DeviceError(f"simulated chip {chip.name} failed: {type(error).__name__}: {error}"))


@contextmanager
def naming(chip: Chip) -> Iterator[None]:
    """Turn whatever a chip's own code raises into a DeviceError that names it."""
    try:
        yield
    except (BusError, ConfigError, DeviceError):
        raise
    except Exception as error:
        raise chip_failed(chip, error) from error


class I2CChip(Chip):
    """A target on an I2C bus, at one address or several."""

    pins = ("scl", "sda")
    default_address: ClassVar[int | None] = None

    def __init__(self, address: int | None = None) -> None:
        super().__init__()
        chosen = self.default_address if address is None else address
        if chosen is None:
            raise ConfigError(f"{self.name} needs an address: it stands behind a colon, as in @i2c0:0x42")
        if not 0 <= chosen <= 0x7F:
            raise ConfigError(f"{self.name}: {chosen:#x} is not a 7-bit I2C address")
        self.address = chosen

    def addresses(self) -> tuple[int, ...]:
        """The addresses it answers."""
        return (self.address,)

    def start(self, address: int, read: bool) -> bool:
        """START (or repeated START) with one of its addresses; False is a NACK."""
        return True

    def write(self, byte: int) -> bool:
        """One byte from the controller; False is a NACK."""
        raise NotImplementedError(f"{type(self).__name__}.write")

    def read(self) -> int:
        """One byte for the controller, 0..255."""
        raise NotImplementedError(f"{type(self).__name__}.read")

    def stop(self) -> None:
        """STOP after the chip was addressed."""

    def write_block(self, data: bytes) -> int:
        """All bytes of one message; returns how many were acknowledged. For chips that do better than one by one."""
        for acked, byte in enumerate(data):
            if not self.write(byte):
                return acked
        return len(data)

    def read_block(self, count: int) -> bytes:
        """`count` bytes of one message. For chips that can do better than one by one."""
        return bytes(self.read() & 0xFF for _ in range(count))


class SPIChip(Chip):
    """A target on an SPI bus, selected by its own CS leg (active low). One that cannot be read has no miso leg."""

    pins: ClassVar[tuple[str, ...]] = ("sck", "mosi", "miso", "cs")
    modes: ClassVar[tuple[int, ...]] = (0, 3)
    """The SPI modes (2 * polarity + phase) it understands."""
    lsb_first: ClassVar[bool] = False

    def select(self) -> None:
        """CS went low."""

    def exchange(self, data: bytes) -> bytes:
        """Bytes on MOSI while selected; returns as many for MISO."""
        raise NotImplementedError(f"{type(self).__name__}.exchange")

    def preview(self) -> int:
        """The byte it will put on MISO next, known before the controller's comes in: for pins moved by hand."""
        return 0xFF

    def deselect(self) -> None:
        """CS went high."""

    def idle_clocks(self, data: bytes) -> None:
        """Bytes clocked on the bus while not selected (an SD card wakes up on them)."""


class UARTPeer(Chip):
    """Something at the other end of a serial line; its rx leg meets the board's TX, its tx leg the board's RX."""

    pins = ("rx", "tx")

    def __init__(self, baudrate: int | None = None) -> None:
        super().__init__()
        self.baudrate = baudrate
        """None: as the board's port is set, or was set when it last spoke."""
        self.transmit: Callable[[bytes], None] | None = None

    def receive(self, data: bytes) -> None:
        """Bytes that arrived, as they arrive."""
        raise NotImplementedError(f"{type(self).__name__}.receive")

    def send(self, data: bytes) -> None:
        """Put bytes on the wire, one frame after the other."""
        if self.transmit is None:
            raise ConfigError(f"{self.name} is not attached to a board")
        self.transmit(bytes(data))
