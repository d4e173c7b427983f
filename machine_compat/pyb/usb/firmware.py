"""A pyboard's firmware as a USB device: its mode, and the drivers behind it.

# Ref: MicroPython ports/stm32/usb.c, main.c
"""

from collections.abc import Sequence

from machine_compat.board import Board
from machine_compat.contract import USBDeviceConfig
from machine_compat.machine.peripheral import made_for
from machine_compat.machine.sdcard import SDCard
from machine_compat.machine.usb.control import Bus, Driver
from machine_compat.machine.usb.runtime import RuntimeDriver
from machine_compat.machine.usb.stack import usb_of
from machine_compat.pyb.flash import Flash
from machine_compat.pyb.usb.descriptors import MODES, VENDOR, HIDInfo, described
from machine_compat.pyb.usb.reports import Reports
from machine_compat.pyb.usb.scsi import BlockDevice, Unit, Units
from machine_compat.pyb.usb.serial import SerialPort
from machine_compat.pyb.usb.storage import Storage
from machine_compat.pyb.usb.terminal import Terminal

AT_START = "VCP+MSC"


class PyboardUSB:
    """What a pyboard is on USB. mode: as `pyb.usb_mode` has it; on: whether it is on the bus with it."""

    takes_devices = False

    def __init__(self, board: Board, bus: Bus) -> None:
        self._board = board
        self.mode = AT_START
        self.on = True
        self.chosen = False
        """Whether a script has said what it shall be."""
        self._identity = VENDOR, MODES[AT_START]
        self._disks: Sequence[type] = ()
        self.port = SerialPort(board, bus)
        self.terminal = Terminal(board, bus, self.port)
        self.reports = Reports(board, bus)
        self._storage = Storage(bus)

    def choose(self, mode: str, identity: tuple[int, int], disks: Sequence[type], hid: HIDInfo) -> None:
        """Be on in a mode. identity: vendor and product. disks: classes of block devices; none: the usual one."""
        self.mode, self._identity, self._disks = mode, identity, disks
        self.reports.info = hid
        self.on = self.chosen = True

    # ---- the firmware, for the USB task

    @property
    def there(self) -> bool:
        return self.on

    @property
    def drivers(self) -> Sequence[Driver]:
        return self.port, self.reports, self._storage

    def describe(self, script: RuntimeDriver | None) -> USBDeviceConfig:
        if "MSC" in self.mode:
            self._storage.units = Units([unit(self._board, disk) for disk in self._disks or self._usual()])
        return described(self._board.port, self.mode, *self._identity, self.reports.info)

    def open(self) -> None:
        if "VCP" in self.mode:
            self.terminal.open()

    def close(self) -> None:
        self.terminal.close()

    def clear(self) -> None:
        """What has not been sent waits for the next host."""

    def _usual(self) -> Sequence[type]:
        """The card, where one is in the slot, else the flash (pyb_usb_storage_medium)."""
        card = card_of(self._board)
        return (card,) if card is not None and card().present() else (made_for(self._board, Flash, "pyb"),)


def unit(board: Board, disk: type) -> Unit:
    device: BlockDevice = disk()
    return Unit(device, "pyboard Flash" if issubclass(disk, Flash) else "pyboard SDCard")


def card_of(board: Board) -> type | None:
    """The class of the board's SD card, where it has a slot."""
    if "SDCard" in board.lacking("machine") or "sd1" not in board.profile.buses:
        return None
    return made_for(board, SDCard)


def firmware(board: Board, bus: Bus) -> PyboardUSB:
    """What a board is when it starts."""
    return PyboardUSB(board, bus)


def usb_of_pyboard(board: Board) -> PyboardUSB:
    """The board as pyb's USB knows it; one whose firmware has it otherwise becomes it."""
    stack = usb_of(board)
    if not isinstance(stack.firmware, PyboardUSB):
        stack.become(PyboardUSB(board, stack))
    now = stack.firmware
    assert isinstance(now, PyboardUSB)
    return now
