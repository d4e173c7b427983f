"""Endpoint 0 of a device whose answers come later: the stages of a control transfer, with NAK until there is an answer.

# Ref: Universal Serial Bus Specification rev. 2.0, 8.5.3 control transfers; TinyUSB src/device/usbd_control.c
"""

import enum
from collections.abc import Callable

from machine_compat.contract import USBDeviceEvent
from machine_compat.mock.usb.device import Handshake
from machine_compat.usbspec.requests import Setup

Tell = Callable[[USBDeviceEvent, int, bytes], None]


class Stage(enum.Enum):
    """What the host can do next; WAIT is nothing, until there is an answer."""

    WAIT = "wait"
    DATA = "data"
    STATUS = "status"
    STALLED = "stalled"


class ControlPipe:
    """One control transfer at a time. size: the largest packet. ready: called when the host may ask again."""

    def __init__(self, ready: Callable[[], None]) -> None:
        self.size = 64
        self.choosing = False
        """Whether the answer that is awaited is to a change of the configuration."""
        self._ready = ready
        self._tell: Tell | None = None
        self._setup = Setup(0, 0, 0, 0, 0)
        self._stage = Stage.STALLED
        self._data = b""
        self._moved = 0
        self._count = 0
        self._data_over = False

    def abort(self) -> None:
        """Whatever was under way is over."""
        self.choosing = False
        self._stage = Stage.STALLED

    def begin(self, setup: Setup, tell: Tell | None) -> None:
        """The setup stage; tell: who wants to know of the others, None where the controller itself answers."""
        self.choosing = False
        self._tell = tell
        self._setup = setup
        self._stage = Stage.WAIT
        self._data = b""
        self._moved = self._count = 0
        self._data_over = not setup.wLength

    def answer(self, reply: bytes | int | None) -> None:
        """Go on from WAIT: to the data stage after a setup stage, to the status stage after that."""
        if self._stage is not Stage.WAIT:
            return
        if reply is None:
            self._stage = Stage.STALLED
        elif isinstance(reply, int):
            self._stage = Stage.DATA
            self._count = reply
        elif self._setup.device_to_host and not self._data_over:
            self._stage = Stage.DATA
            self._data = reply[: self._setup.wLength]
        else:
            self._stage = Stage.STATUS
        self._ready()

    # ---- the wire

    def take(self, data: bytes) -> Handshake:
        """An OUT packet: of the data stage, or the empty one that ends an IN transfer."""
        if self._stage is Stage.STALLED:
            return Handshake.STALL
        if self._setup.device_to_host:
            if self._stage is Stage.DATA:
                # The host wants no more.
                self._end_data(b"")
            if self._stage is not Stage.STATUS:
                return Handshake.NAK
            self._done()
            return Handshake.ACK
        if self._stage is not Stage.DATA:
            return Handshake.NAK
        self._data += data
        if len(data) < self.size or len(self._data) >= self._setup.wLength:
            self._end_data(self._data[: self._count])
        return Handshake.ACK

    def give(self) -> bytes | Handshake:
        """An IN token: of the data stage, or for the empty packet that ends an OUT transfer."""
        if self._stage is Stage.STALLED:
            return Handshake.STALL
        if not self._setup.device_to_host or not self._setup.wLength:
            if self._stage is not Stage.STATUS:
                return Handshake.NAK
            self._done()
            return b""
        if self._stage is not Stage.DATA:
            return Handshake.NAK
        packet = self._data[self._moved : self._moved + self.size]
        self._moved += len(packet)
        if len(packet) < self.size or self._moved == self._setup.wLength:
            self._end_data(b"")
        return packet

    def _end_data(self, data: bytes) -> None:
        self._data_over = True
        if self._tell is not None:
            self._stage = Stage.WAIT
            self._tell(USBDeviceEvent.CONTROL_DATA, 0, data)
        else:
            self._stage = Stage.STATUS

    def _done(self) -> None:
        self._stage = Stage.STALLED
        if self._tell is not None:
            self._tell(USBDeviceEvent.CONTROL_DONE, 0, b"")
