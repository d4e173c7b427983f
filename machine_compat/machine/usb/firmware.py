"""What a board is on USB by itself: the seam between the USB task and a firmware's own interfaces.

Firmware with TinyUSB is a serial port, or nothing (`SerialFirmware`); a port's own is named by its `USBIdentity`.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from machine_compat.board import Board
from machine_compat.contract import USBDeviceConfig
from machine_compat.machine.usb.builtin import has_serial_port
from machine_compat.machine.usb.cdc import CDC
from machine_compat.machine.usb.configuration import describe
from machine_compat.machine.usb.control import Bus, Driver
from machine_compat.machine.usb.runtime import RuntimeDriver
from machine_compat.machine.usb.terminal import Terminal


class Firmware(Protocol):
    """A firmware's part of a USB device."""

    takes_devices: bool
    """Whether a script's `machine.USBDevice` can be beside it."""

    @property
    def there(self) -> bool:
        """Whether the board is on the bus without a script's device."""

    @property
    def drivers(self) -> Sequence[Driver]: ...

    def describe(self, script: RuntimeDriver | None) -> USBDeviceConfig:
        """The descriptors at this moment; script: what a script adds."""

    def open(self) -> None:
        """Be the board's terminal, if it is one."""

    def close(self) -> None:
        """Be it no longer."""

    def clear(self) -> None:
        """Forget what has not been sent."""


class SerialFirmware:
    """TinyUSB's: a serial port that is the board's terminal; cdc is None on boards that have none."""

    takes_devices = True

    def __init__(self, board: Board, bus: Bus) -> None:
        self._board = board
        self.cdc = CDC(board, bus) if has_serial_port(board) else None
        self._terminal = Terminal(board, self.cdc) if self.cdc is not None else None

    @property
    def there(self) -> bool:
        return self.cdc is not None

    @property
    def drivers(self) -> Sequence[Driver]:
        return (self.cdc,) if self.cdc is not None else ()

    def describe(self, script: RuntimeDriver | None) -> USBDeviceConfig:
        return describe(self._board, script)

    def open(self) -> None:
        if self._terminal is not None:
            self._terminal.open()

    def close(self) -> None:
        if self._terminal is not None:
            self._terminal.close()

    def clear(self) -> None:
        if self.cdc is not None:
            self.cdc.clear()


def firmware_of(board: Board, bus: Bus) -> Firmware:
    """A board's firmware as it is when it starts."""
    module = board.port.usb.firmware if has_serial_port(board) else ""
    return cast(Firmware, import_module(module).firmware(board, bus)) if module else SerialFirmware(board, bus)
