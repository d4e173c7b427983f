"""`--usb`: a cable from a simulated board to this computer, where it is found as the USB device that it is.

vhci            the kernel meets it, as any device, and binds its own drivers
pty, pty:LINK   its serial ports alone, each on a pseudo terminal
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from machine_compat.commands.report import say
from machine_compat.errors import ConfigError
from machine_compat.interpreter.pace import Pacer
from machine_compat.mock.world import World

if TYPE_CHECKING:
    from machine_compat.mock.usb.device import USBDevice
    from machine_compat.mock.usb.pty import PTY
    from machine_compat.simulation import SimulatedBoard

VHCI, PTYS = "vhci", "pty"
SETTLE_NS, PATIENCE_NS = 50_000_000, 1_000_000_000
"""How long a board goes on after its script for what it has printed to arrive, and to be read."""


class Cable(AbstractContextManager["Cable"]):
    """Made before the board is, so that it goes after it. wait: a sleep in seconds, for while the board waits."""

    wait: Callable[[float], object] | None = None

    def plug(self, board: "SimulatedBoard", pacer: Pacer) -> None:
        """Plug the board in: as the serial port that its firmware is, until a script makes something else of it."""
        from machine_compat.machine.usb.stack import usb_of

        usb_of(board.board).watch()

    def drain(self) -> None:
        """Let what the board has sent arrive."""

    def __exit__(self, *_: object) -> None:
        """Pull it out."""


class KernelCable(Cable):
    """To this computer's kernel."""

    def __init__(self, world: World) -> None:
        from machine_compat.mock.usb.vhci import KernelHost

        self._pacer: Pacer | None = None
        try:
            self._kernel = KernelHost(world, self._now_ns)
        except ConfigError as error:
            raise ConfigError(f"--usb vhci: {error}") from error
        self._world = world
        self.wait = self._kernel.wait

    def plug(self, board: "SimulatedBoard", pacer: Pacer) -> None:
        self._pacer = pacer
        board.gadget.plug_into(self._kernel.attach, self._kernel.detach)
        super().plug(board, pacer)

    def _now_ns(self) -> int:
        """Board time as the wall clock has it."""
        return self._world.now if self._pacer is None or self._world.pacer is None else self._pacer.board_ns

    def __exit__(self, *_: object) -> None:
        self._kernel.close()


class PTYCable(Cable):
    """To the host of the board's world, which puts each serial port of the board on a pseudo terminal.

    link: a name for the first one's; a further one's has its number at the end.
    """

    def __init__(self, world: World, link: str) -> None:
        self._world = world
        self._link = link
        self._ptys: list[PTY] = []
        self._board: SimulatedBoard | None = None

    def plug(self, board: "SimulatedBoard", pacer: Pacer) -> None:
        usb = board.board.port.usb
        if not usb.cdc or "USBDevice" in board.profile.lacking("machine"):
            raise ConfigError(f"--usb pty: board {board.profile.name} is no USB device; pico, esp32s3 and pyboard are")
        self._board = board
        board.usb.accepted = self._accepted
        self._try_link()

    def _try_link(self) -> None:
        """Complain of a name that cannot be before anything runs."""
        if self._link and (Path(self._link).is_symlink() or Path(self._link).exists()):
            raise ConfigError(f"--usb pty:{self._link}: there is such a file already")
        if self._link and not Path(self._link).parent.is_dir():
            raise ConfigError(f"--usb pty:{self._link}: no folder {Path(self._link).parent}")

    def _accepted(self, device: "USBDevice") -> None:
        """The host has met the board, as one thing or another."""
        from machine_compat.mock.usb.cdc_acm import controls_of

        if self._board is None or device is not self._board.gadget:
            return
        host = self._board.usb
        self._ptys = []
        for index in range(len(controls_of(host.port(device)))):
            number = str(index + 1) if index else ""
            pty = host.terminal(device, index, Path(self._link + number) if self._link else None)
            self._ptys.append(pty)
            say(f"the board's USB serial port{number and ' '}{number}: {pty.path}")

    def drain(self) -> None:
        world = self._world
        if any(pty.in_use for pty in self._ptys):
            world.run(world.now + SETTLE_NS)
            world.run(world.now + PATIENCE_NS, lambda: all(pty.delivered for pty in self._ptys))

    def __exit__(self, *_: object) -> None:
        # The board has gone before, and its terminals with it.
        self._ptys = []


def cable_for(way: str, world: World) -> Cable:
    """The cable that --usb asks for."""
    kind, _, link = way.partition(":")
    return KernelCable(world) if kind == VHCI else PTYCable(world, link)
