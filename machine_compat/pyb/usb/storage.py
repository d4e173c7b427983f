"""A pyboard as USB mass storage: Bulk-Only Transport between the host and the board's disks.

# Ref: MicroPython ports/stm32/usbdev/class/src/usbd_msc_bot.c, usbd_cdc_msc_hid.c; USB Mass Storage Class Bulk-Only
# Transport 1.0
"""

import enum
from contextlib import suppress

from machine_compat.errors import BusError
from machine_compat.machine.usb.control import AGREED, REFUSED, SETUP_STAGE, Bus, Reply
from machine_compat.pyb.usb.descriptors import MSC_PIPE, PACKET
from machine_compat.pyb.usb.scsi import Failed, Units
from machine_compat.usbspec import storage
from machine_compat.usbspec.descriptors import TO_HOST
from machine_compat.usbspec.requests import CLASS, Setup
from machine_compat.usbspec.scsi import BLOCK
from machine_compat.usbspec.storage import (
    FAILED,
    PASSED,
    STORAGE,
    CommandWrapper,
    status_wrapper,
    storage_interface,
)

IN, OUT = TO_HOST | MSC_PIPE, MSC_PIPE
PIECE = 2048 // BLOCK
"""How many blocks are moved at a time (MSC_MEDIA_PACKET)."""


class State(enum.Enum):
    """What comes next."""

    COMMAND = "a command"
    OUT = "data from the host"
    IN = "data for the host, and then more or the status"
    HALTED = "the host clears the IN endpoint, and the status follows"
    BROKEN = "the host clears the IN endpoint, which halts again: what it had sent was no command"


class Storage:
    """One pair of endpoints for all disks."""

    def __init__(self, bus: Bus) -> None:
        self.units = Units(())
        self._bus = bus
        self._forget()

    def _forget(self) -> None:
        self._state = State.COMMAND
        self._tag = bytes(4)
        self._residue = 0
        self._lun = self._next = self._left = 0
        self._recovered = False
        """Whether the host has reset the transport since the last command."""

    # ---- the driver

    def open(self, configuration: bytes, start: int) -> int:
        if configuration[start + 5] != STORAGE:
            return 0
        self._forget()
        self.units.start()
        self._submit(OUT, PACKET)
        return len(storage_interface(0, MSC_PIPE, PACKET))

    def reset(self) -> None:
        self._forget()

    def control(self, stage: int, setup: Setup) -> Reply:
        if stage == SETUP_STAGE and setup.clears_endpoint:
            self._cleared(setup.wIndex & 0xFF)
        if setup.kind != CLASS or setup.wValue:
            return REFUSED
        match setup.bRequest, setup.wLength, setup.device_to_host:
            case (storage.GET_MAX_LUN, 1, True):
                return Reply(True, data=bytes((max(0, len(self.units.units) - 1),)))
            case (storage.STORAGE_RESET, 0, False):
                if stage == SETUP_STAGE:
                    self._forget()
                    self._recovered = True
                    self._submit(OUT, PACKET)
                return AGREED
        return REFUSED

    def transferred(self, endpoint: int, result: int, data: bytes) -> None:
        if endpoint == OUT and self._state is State.COMMAND:
            self._begin(data)
        elif endpoint == OUT and self._state is State.OUT:
            self._take(data)
        elif endpoint == IN and self._state is State.IN:
            self._give()

    def halted(self, endpoint: int) -> None:
        """The host's own affair: it will clear it."""

    def _cleared(self, endpoint: int) -> None:
        """The host has cleared a halt."""
        if self._state is State.BROKEN:
            self._state = State.HALTED
            self._bus.stall(IN, True)
        elif endpoint == IN and self._state is State.HALTED and not self._recovered:
            self._finish(FAILED)

    # ---- a command

    def _begin(self, data: bytes) -> None:
        self._recovered = False
        command = CommandWrapper.parse(data)
        if command is None or command.lun > 1:
            self.units.not_understood()
            self._state = State.BROKEN
            self._bus.stall(IN, True)
            return
        self._tag, self._residue, self._lun = command.tag, command.expected, command.lun
        try:
            moved = self.units.execute(command)
        except Failed as error:
            self._refuse(command, error)
            return
        self._next, self._left = moved.first, moved.blocks
        if self._left:
            self._state = State.IN if command.to_host else State.OUT
            self._go_on()
        elif moved.data:
            reply = moved.data[: self._residue]
            self._residue -= len(reply)
            self._state = State.IN
            self._submit(IN, reply)
        else:
            self._finish(PASSED)

    def _refuse(self, command: CommandWrapper, error: Failed) -> None:
        """Halt where the host waits, and tell it why it was when it has cleared that."""
        if error.without_data:
            self._finish(FAILED)
            return
        self._state = State.HALTED
        if command.expected and not command.to_host:
            self._bus.stall(OUT, True)
        self._bus.stall(IN, True)

    def _go_on(self) -> None:
        """Move the next piece."""
        count = min(self._left, PIECE)
        if self._state is State.OUT:
            self._submit(OUT, count * BLOCK)
            return
        try:
            data = self.units.units[self._lun].read(self._next, count)
        except Failed as error:
            self.units.failed(error)
            self._finish(FAILED)
            return
        self._moved(count)
        self._submit(IN, data)

    def _take(self, data: bytes) -> None:
        count = len(data) // BLOCK
        try:
            self.units.units[self._lun].write(self._next, data[: count * BLOCK])
        except Failed as error:
            self.units.failed(error)
            self._finish(FAILED)
            return
        self._moved(count)
        if self._left and count:
            self._go_on()
        else:
            self._finish(FAILED if self._left else PASSED)

    def _moved(self, count: int) -> None:
        self._next += count
        self._left -= count
        self._residue -= count * BLOCK

    def _give(self) -> None:
        """What was sent is with the host."""
        if self._left:
            self._go_on()
        else:
            self._finish(PASSED)

    def _finish(self, status: int) -> None:
        """Send the status, and be ready for the next command."""
        self._state = State.COMMAND
        self._left = 0
        self._submit(IN, status_wrapper(self._tag, self._residue, status))
        self._submit(OUT, PACKET)

    def _submit(self, endpoint: int, data: bytes | int) -> None:
        # One may be pending already, or the host may have halted the endpoint.
        with suppress(BusError):
            self._bus.submit(endpoint, data)
