"""A board that a test makes a USB device of, and the PC at the other end of its cable, which is plain pyusb."""

from collections.abc import Callable, Sequence
from typing import Any

import usb.core

from machine_compat.board import Board, using
from machine_compat.interpreter.terminal import Output
from machine_compat.machine import build
from machine_compat.mock.backend import MockBackend
from machine_compat.profile import load
from machine_compat.usbspec.descriptors import BULK, configuration, device_descriptor, endpoint, interface

MS = 1_000_000
VENDOR, PRODUCT = 0xF055, 0x9999
DEVICE = device_descriptor(VENDOR, PRODUCT, 0x0100)
LOOP = interface(0, (0xFF, 0, 0), endpoint(0x81, BULK, 64), endpoint(0x01, BULK, 64))
CONFIG = configuration(LOOP)
STRINGS = (None, "Maker", "Thing", "7")


class Thing:
    """A board, driven from the test's own code. calls: what its callbacks were called with, in order."""

    def __init__(self, name: str = "pico") -> None:
        profile = load(name)
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.printed: list[str] = []
        self.board.stdout = Output(self.printed.append)
        self.machine: Any = build(self.board)
        self.calls: list[tuple[object, ...]] = []
        self.replies: dict[tuple[int, int], object] = {}
        """What the control callback returns, by (stage, request); True for any other."""
        self.at_open: Callable[[], object] = lambda: None

    # ---- the board

    @property
    def usb(self) -> Any:
        with using(self.board):
            return self.machine.USBDevice()

    def become(
        self, config: bytes = CONFIG, device: bytes = DEVICE, strings: Any = STRINGS, builtin: bool = False
    ) -> Any:
        """The board is that device, and the host has met it."""
        thing = self.usb
        thing.active(False)
        thing.builtin_driver = thing.BUILTIN_DEFAULT if builtin else thing.BUILTIN_NONE
        thing.config(device, config, strings, self._open, self._reset, self._control, self._xfer)
        thing.active(True)
        self.run_ms(400)
        return thing

    def _open(self, view: memoryview) -> None:
        self.calls.append(("open", bytes(view)))
        self.at_open()

    def _reset(self) -> None:
        self.calls.append(("reset",))

    def _control(self, stage: int, request: memoryview) -> object:
        self.calls.append(("control", stage, bytes(request)))
        return self.replies.get((stage, request[1]), True)

    def _xfer(self, *args: object) -> None:
        self.calls.append(("xfer", *args))

    def of(self, *kinds: str) -> list[tuple[object, ...]]:
        """The calls of callbacks, of these kinds."""
        return [call for call in self.calls if call[0] in kinds]

    def run_ms(self, ms: float) -> None:
        with using(self.board):
            self.board.sleep_ns(round(ms * MS))

    @property
    def output(self) -> str:
        return "".join(self.printed)

    # ---- the PC

    @property
    def host(self) -> Any:
        return self.backend.usb_host

    def find(self, vendor: int = VENDOR, detach: Sequence[int] = ()) -> Any:
        """The device as a program finds it; detach: interfaces to take from the kernel's drivers."""
        found: Any = usb.core.find(idVendor=vendor, backend=self.host.backend())
        for number in detach:
            found.detach_kernel_driver(number)
        return found
