"""A pyboard's firmware as a USB device: its mode, the drivers behind it, and its serial port as the board's terminal.

The terminal and `USB_VCP(0)` are one: what is typed there and what the host sends is read by whoever comes first.

# Ref: MicroPython ports/stm32/usb.c, main.c, mphalport.c
"""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from machine_compat.board import Board
from machine_compat.contract import USBDeviceConfig
from machine_compat.machine.peripheral import made_for
from machine_compat.machine.sdcard import SDCard
from machine_compat.machine.usb.control import Driver
from machine_compat.machine.usb.firmware import Bus
from machine_compat.machine.usb.runtime import RuntimeDriver
from machine_compat.machine.usb.stack import usb_of
from machine_compat.pyb.flash import Flash
from machine_compat.pyb.usb.descriptors import MODES, VENDOR, HIDInfo, described
from machine_compat.pyb.usb.reports import Reports
from machine_compat.pyb.usb.scsi import BlockDevice, Unit, Units
from machine_compat.pyb.usb.serial import SerialPort
from machine_compat.pyb.usb.storage import Storage

AT_START = "VCP+MSC"
STEP_NS = 20_000_000
"""How long board time goes on between two looks at a keyboard that tells nobody."""


class Keys(Protocol):
    """The bytes typed at a terminal, and of those that come to it from elsewhere. typed: called when there are new."""

    source: SerialPort | None
    typed: Callable[[], object] | None

    @property
    def waiting(self) -> int: ...

    @property
    def wakes(self) -> bool: ...

    def take(self, limit: int) -> bytes: ...


@runtime_checkable
class Typed(Protocol):
    """A terminal's input."""

    @property
    def keyboard(self) -> Keys: ...


@runtime_checkable
class Screen(Protocol):
    """A terminal's output. mirror: called with all that is printed, as bytes, and whether it was text."""

    mirror: Callable[[bytes, bool], object] | None

    def send(self, data: bytes) -> int: ...


class Terminal:
    """The board's terminal, with the serial port as a part of it.

    Nobody looking at the board from its host, whoever runs the script is the one who has the port open.
    """

    def __init__(self, board: Board, bus: Bus, port: SerialPort) -> None:
        self._board = board
        self._bus = bus
        self.port = port

    @property
    def _keys(self) -> Keys | None:
        stdin = self._board.stdin
        return stdin.keyboard if isinstance(stdin, Typed) else None

    def open(self) -> None:
        """Have what comes from the host typed, and what is printed sent."""
        keys, out = self._keys, self._board.stdout
        if keys is not None:
            keys.source = self.port
        if isinstance(out, Screen):
            out.mirror = self._show

    def close(self) -> None:
        keys, out = self._keys, self._board.stdout
        if keys is not None:
            keys.source = None
        if isinstance(out, Screen):
            out.mirror = None

    def listen(self, told: Callable[[], object] | None) -> None:
        """Have somebody told when bytes come."""
        self.port.arrived = told
        if self._keys is not None:
            self._keys.typed = told

    # ---- the stream

    @property
    def connected(self) -> bool:
        return self.port.connected or self._alone

    @property
    def _alone(self) -> bool:
        return not self._bus.watched and isinstance(self._board.stdout, Screen)

    @property
    def waiting(self) -> int:
        keys = self._keys
        # It counts the port's in, while that is open.
        return self.port.waiting if keys is None else keys.waiting

    def read(self, limit: int) -> bytes:
        """At most so many of the bytes that wait."""
        keys = self._keys
        if keys is None:
            return self.port.read(limit)
        data = b""
        while len(data) < limit and keys.waiting:
            data += keys.take(limit - len(data))
        return data

    @property
    def wakes(self) -> bool:
        """Whether what comes ends the board's waits by itself."""
        keys = self._keys
        return keys is None or keys.wakes

    def wait(self, deadline_ns: int) -> None:
        """Wait until something may have come."""
        clock = self._board.clock
        clock.wait_until(deadline_ns if self.wakes else min(deadline_ns, clock.now_ns() + STEP_NS))
        self._bus.demand()
        self._board.interrupts.run()

    @property
    def half_empty(self) -> bool:
        return self._alone or self.port.half_empty

    def send(self, data: bytes, timeout_ms: int) -> int:
        """Send bytes, waiting so long for room for each, and for a host; how many were taken."""
        if self._alone:
            self.print(data)
            return len(data)
        sent = self.port.send(data, timeout_ms)
        self._display(data[:sent])
        return sent

    def print(self, data: bytes) -> None:
        """Send all bytes; those that nobody takes drive out the oldest."""
        self._display(data)
        self.port.print(data)

    def _display(self, data: bytes) -> None:
        out = self._board.stdout
        if isinstance(out, Screen):
            out.send(data)

    def _show(self, data: bytes, text: bool) -> None:
        # A terminal wants both for a new line (mp_hal_stdout_tx_strn_cooked).
        self.port.print(data.replace(b"\n", b"\r\n") if text else data)


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
