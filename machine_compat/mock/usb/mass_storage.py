"""USB mass storage, Bulk-Only Transport: carries a disk's commands, data and status over a pair of bulk endpoints.

A command is a 31-byte wrapper, its data follow, and a 13-byte wrapper with its status ends it. Where host and disk do
not mean the same data, an endpoint halts until the host clears it.

# Ref: USB Mass Storage Class Bulk-Only Transport 1.0: 3 requests, 5 wrappers, 6.6 and 6.7 the thirteen cases.
"""

import enum

from machine_compat.mock.usb.device import Handshake, SimulatedDevice
from machine_compat.mock.usb.scsi import Answer, CheckCondition, SCSIDisk
from machine_compat.usbspec.descriptors import TO_HOST
from machine_compat.usbspec.requests import CLASS, TO_INTERFACE, Setup
from machine_compat.usbspec.storage import (
    FAILED,
    GET_MAX_LUN,
    PASSED,
    PHASE_ERROR,
    STORAGE_RESET,
    CommandWrapper,
    status_wrapper,
)


class Phase(enum.Enum):
    COMMAND = "waits for a command"
    OUT = "takes data"
    IN = "sends data"
    STATUS = "has a status to send"
    BROKEN = "was sent what is no command, and waits for a reset"


class MassStorage:
    """One disk behind the endpoints `pipe` and 0x80 | `pipe` of a device, of packets of `size` bytes.

    The device hands it their packets, and the class requests to its interface.
    """

    def __init__(self, device: SimulatedDevice, disk: SCSIDisk, pipe: int, size: int) -> None:
        self.disk = disk
        self._device = device
        self._pipe = pipe
        self._size = size
        self.reset()

    def reset(self) -> None:
        """Ready for a command; what was under way is forgotten, halted endpoints stay so."""
        self._phase = Phase.COMMAND
        self._tag = b""
        self._status = PASSED
        self._expected = self._moved = 0
        self._data = b""
        self._taken = bytearray()
        self._answer = Answer()

    def request(self, setup: Setup) -> bytes | None:
        """A class request to its interface."""
        asked = setup._replace(wIndex=0)
        if asked == Setup(CLASS | TO_INTERFACE, STORAGE_RESET, 0, 0, 0):
            self.reset()
            return b""
        if asked == Setup(TO_HOST | CLASS | TO_INTERFACE, GET_MAX_LUN, 0, 0, 1):
            return b"\0"
        return None

    # ---- from the host

    def accept(self, data: bytes) -> Handshake:
        if self._phase is Phase.COMMAND:
            return self._command(data)
        if self._phase is Phase.OUT:
            return self._take(data)
        return Handshake.STALL if self._phase is Phase.BROKEN else Handshake.NAK

    def _command(self, data: bytes) -> Handshake:
        wrapper = CommandWrapper.parse(data)
        if wrapper is None or wrapper.lun:
            self._phase = Phase.BROKEN
            return Handshake.ACK
        self.reset()
        self._tag, self._expected = wrapper.tag, wrapper.expected
        self._begin(wrapper.to_host, wrapper.block[: wrapper.length])
        self._device.ready()
        return Handshake.ACK

    def _begin(self, to_host: bool, command: bytes) -> None:
        """Carry out a command, and settle what crosses: what the host expects is what it gets, or a halt."""
        try:
            answer = self.disk.execute(command)
        except CheckCondition:
            self._end(FAILED, halt=self._expected > 0, to_host=to_host)
            return
        size = answer.wanted or len(answer.data)
        fits = not size or (size <= self._expected and to_host == (not answer.wanted))
        if not fits:
            self._end(PHASE_ERROR, halt=self._expected > 0, to_host=to_host)
        elif answer.wanted:
            self._answer = answer
            self._phase = Phase.OUT
        elif answer.data:
            self._data = answer.data
            self._phase = Phase.IN
        else:
            self._end(PASSED, halt=self._expected > 0, to_host=to_host)

    def _take(self, data: bytes) -> Handshake:
        self._taken += data
        self._moved += len(data)
        answer = self._answer
        if len(self._taken) >= answer.wanted or len(data) < self._size:
            status = PASSED
            try:
                if len(self._taken) < answer.wanted or answer.store is None:
                    status = PHASE_ERROR
                else:
                    answer.store(bytes(self._taken[: answer.wanted]))
            except CheckCondition:
                status = FAILED
            self._end(status, halt=self._moved < self._expected, to_host=False)
        self._device.ready()
        return Handshake.ACK

    def _end(self, status: int, *, halt: bool, to_host: bool) -> None:
        """The data are over; halt: the endpoint on which the host waits for more, or has more to send."""
        self._status = status
        self._phase = Phase.STATUS
        if halt:
            self._device.halted.add(self._pipe | (TO_HOST if to_host else 0))

    # ---- to the host

    def give(self) -> bytes | Handshake:
        if self._phase is Phase.IN:
            return self._give_data()
        if self._phase is Phase.STATUS:
            residue = self._expected - min(self._moved, self._expected)
            status = status_wrapper(self._tag, residue, self._status)
            self.reset()
            self._device.ready()
            return status
        return Handshake.STALL if self._phase is Phase.BROKEN else Handshake.NAK

    def _give_data(self) -> bytes:
        packet = self._data[self._moved : self._moved + self._size]
        self._moved += len(packet)
        if self._moved == len(self._data):
            # A short packet has ended it; else the host would take the status for data.
            self._end(PASSED, halt=self._moved < self._expected and len(packet) == self._size, to_host=True)
        return packet
