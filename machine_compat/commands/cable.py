"""`--usb vhci`: a cable from a simulated board to this computer, whose kernel meets it as the USB device that it is."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from machine_compat.errors import ConfigError
from machine_compat.interpreter.pace import Pacer
from machine_compat.mock.world import World

if TYPE_CHECKING:
    from machine_compat.simulation import SimulatedBoard


class Cable(AbstractContextManager["Cable"]):
    """kernel: this computer, as the host."""

    def __init__(self, world: World) -> None:
        from machine_compat.mock.usb.vhci import KernelHost

        self._pacer: Pacer | None = None
        try:
            self.kernel = KernelHost(world, self._now_ns)
        except ConfigError as error:
            raise ConfigError(f"--usb vhci: {error}") from error
        self._world = world

    def plug(self, board: "SimulatedBoard", pacer: Pacer) -> None:
        """Plug the board in: as the serial port that its firmware is, until a script makes something else of it."""
        from machine_compat.machine.usb_stack import usb_of

        self._pacer = pacer
        board.gadget.plug_into(self.kernel.attach, self.kernel.detach)
        usb_of(board.board).watch()

    def _now_ns(self) -> int:
        """Board time as the wall clock has it."""
        return self._world.now if self._pacer is None or self._world.pacer is None else self._pacer.board_ns

    def __exit__(self, *_: object) -> None:
        self.kernel.close()
