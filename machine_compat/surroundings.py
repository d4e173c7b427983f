"""What is around a simulated board: its wires and chips, its time, its USB host, its pins and buses from outside."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from machine_compat.board import Board
from machine_compat.errors import ConfigError
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.nets import connect
from machine_compat.mock.world import Event

if TYPE_CHECKING:
    from machine_compat.faces import CANFace, I2CFace, PinFace, SPIFace, UARTFace
    from machine_compat.mock.attach import Part
    from machine_compat.mock.usb.gadget import Gadget
    from machine_compat.mock.usb.host import VirtualHost


class Surroundings:
    """A board, from outside. world: its own, or one that it shares."""

    def __init__(self, board: Board, backend: MockBackend) -> None:
        self.board = board
        self.backend = backend
        self.world = backend.world

    @property
    def ms(self) -> float:
        """Board time in milliseconds."""
        return self.world.now / 1e6

    def at(self, ms: float, action: Callable[[], object]) -> Event:
        """Have something happen when board time is `ms`."""
        return self.world.at(round(ms * 1_000_000), action)

    def attach(self, spec: str, **face: object) -> Any:
        """Hang a simulated chip on the board, as --attach does; `face` sets attributes of it. Returns the chip."""
        from machine_compat.mock.attach import attach_spec

        chip: Part = attach_spec(self.backend, spec)
        for name, value in face.items():
            if not hasattr(chip, name):
                raise ConfigError(f"{chip.name} has no {name!r} to set")
            setattr(chip, name, value)
        return chip

    def wire(self, pin: str | int, other: str | int, board: "Surroundings | None" = None) -> None:
        """Solder two pins together; the second may be another board's."""
        there = board or self
        if there.world is not self.world:
            raise ConfigError("boards to be wired together must share a world: SimulatedBoard(..., world=first.world)")
        connect(self.pin(pin).terminal, there.pin(other).terminal)

    def pin(self, name: str | int) -> "PinFace":
        """A pin, by any of its names, to look at and to drive from outside."""
        from machine_compat.faces import PinFace

        ref = self.backend.wiring.ref(str(name))
        return PinFace(self.board, ref, self.backend.terminal(ref))

    def press(self, name: str | int, ms: float = 50) -> None:
        """Press the button at a pin, now and for so long."""
        self.pin(name).press(ms)

    def i2c(self, id: int | str = 0, sda: str | int | None = None) -> "I2CFace":
        """A bus by its number, or by its two pins as in ``board.i2c("X1", "X2")``."""
        from machine_compat.faces import I2CFace

        if sda is not None:
            refs = tuple(self.backend.wiring.ref(str(pin)) for pin in (id, sda))
            return I2CFace(self.board, self.backend, ",".join(refs), refs)
        return I2CFace(self.board, self.backend, f"i2c{id}")

    def spi(self, id: int = 0) -> "SPIFace":
        from machine_compat.faces import SPIFace

        return SPIFace(self.board, self.backend, f"spi{id}")

    def uart(self, id: int = 0) -> "UARTFace":
        from machine_compat.faces import UARTFace

        return UARTFace(self.board, self.backend, f"uart{id}")

    @property
    def usb(self) -> "VirtualHost":
        """The USB host of the board's world: plug devices in, talk to their serial ports, lend it to pyusb.

        The board itself is plugged in, as the serial port that its firmware is.
        """
        from machine_compat.machine.usb.stack import usb_of

        usb_of(self.board).watch()
        return self.backend.usb_host

    @property
    def gadget(self) -> "Gadget":
        """The board as a USB device, for `usb`; ``board.gadget.cable = False`` pulls its cable out."""
        return self.backend.gadget

    def can(self, id: int = 1) -> "CANFace":
        from machine_compat.faces import CANFace

        return CANFace(self.board, self.backend, f"can{id}")
