"""Transfers that a kernel asks for, as packets to and from a device, each as soon as the device takes or gives it.

# Ref: Universal Serial Bus Specification rev. 2.0, 5.5-5.8 transfer types; Linux
# Documentation/driver-api/usb/error-codes.rst.
"""

import errno
from collections.abc import Callable, Generator
from dataclasses import replace

from machine_compat.mock.usb.descriptors import EndpointDescriptor
from machine_compat.mock.usb.device import Handshake, Speed, USBDevice
from machine_compat.mock.usb.port import FRAME_NS
from machine_compat.mock.usb.usbip import Flags, Submit, submitted
from machine_compat.mock.world import World
from machine_compat.usbspec.descriptors import INTERRUPT, TRANSFER_TYPE

Steps = Generator[None, None, None]
"""A transfer: it yields while the device says NAK."""


class Refused(Exception):
    """A transfer ends with an errno."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.errno = number


class Transfer:
    """One request of the kernel under way. sent: bytes that the device took; came: those that it gave.

    size: the packets' at most, in bytes. interval: of an interrupt endpoint, in ns, else 0.
    """

    def __init__(self, request: Submit) -> None:
        self.request = request
        self.size = 0
        self.interval = 0
        self.sent = 0
        self.came = bytearray()
        self.steps: Steps = refuse(errno.EINPROGRESS)

    def result(self, status: int) -> bytes:
        """The answer to the kernel."""
        packets = [replace(packet, actual=0, status=-errno.EXDEV) for packet in self.request.packets]
        return submitted(self.request, status, self.sent + len(self.came), bytes(self.came), packets)


def refuse(number: int) -> Steps:
    """The transfer that ends with an errno at once."""
    yield from ()
    raise Refused(number)


class Packets:
    """What crosses the bus of one device. ready: has all transfers looked at again."""

    def __init__(self, world: World, device: USBDevice, ready: Callable[[], None]) -> None:
        self._world = world
        self._device = device
        self._ready = ready

    def _turn(self, interval: int) -> Steps:
        """Wait until an interrupt endpoint is asked the next time."""
        if interval:
            due = self._world.now + interval - self._world.now % interval
            self._world.at(due, self._ready)
            while self._world.now < due:
                yield

    def send(self, endpoint: int, packet: bytes, interval: int = 0) -> Steps:
        """One OUT packet, as soon as the device takes it."""
        yield from self._turn(interval)
        while (answer := self._device.take(endpoint, packet)) is Handshake.NAK:
            yield
            yield from self._turn(interval)
        if answer is Handshake.STALL:
            raise Refused(errno.EPIPE)

    def fetch(self, endpoint: int, interval: int = 0) -> Generator[None, None, bytes]:
        """One IN packet, as soon as the device gives it."""
        yield from self._turn(interval)
        while not isinstance(answer := self._device.give(endpoint), bytes):
            if answer is Handshake.STALL:
                raise Refused(errno.EPIPE)
            yield
            yield from self._turn(interval)
        return answer

    def write(self, transfer: Transfer) -> Steps:
        """An OUT transfer, ended by a packet of nothing where the kernel wants that and the last one is full."""
        request = transfer.request
        ended = False
        while not ended:
            packet = request.data[transfer.sent : transfer.sent + transfer.size]
            yield from self.send(request.endpoint, packet, transfer.interval)
            transfer.sent += len(packet)
            whole = len(packet) == transfer.size and bool(request.flags & Flags.ZERO_PACKET)
            ended = transfer.sent == len(request.data) and not whole

    def read(self, transfer: Transfer) -> Steps:
        """An IN transfer, until all that was asked for is there, or a packet is short."""
        request, came = transfer.request, transfer.came
        while True:
            packet = yield from self.fetch(request.endpoint & 0x0F, transfer.interval)
            room = request.length - len(came)
            came += packet[:room]
            if len(packet) > room:
                raise Refused(errno.EOVERFLOW)
            if len(came) == request.length:
                return
            if len(packet) < transfer.size:
                if request.flags & Flags.SHORT_NOT_OK:
                    raise Refused(errno.EREMOTEIO)
                return


def interval_of(endpoint: EndpointDescriptor, speed: Speed) -> int:
    """How often the host asks an interrupt endpoint, in ns between two times; 0: as often as it can."""
    if endpoint.bmAttributes & TRANSFER_TYPE != INTERRUPT:
        return 0
    frames = endpoint.bInterval if speed is Speed.FULL else 1 << max(0, endpoint.bInterval - 1)
    return FRAME_NS[speed] * max(1, frames)
