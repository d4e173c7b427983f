"""A device whose host is a kernel at the other end of a USB/IP stream: the kernel's transfers, as packets.

A packet takes no time on this bus, and crosses as soon as the device takes or gives it; only interrupt endpoints are
asked no oftener than they say. The kernel tells nothing of packet sizes; they are read from descriptors that go by.

# Ref: Universal Serial Bus Specification rev. 2.0, 5.5-5.8 and 8.5; Linux Documentation/driver-api/usb/error-codes.rst.
"""

import contextlib
import errno
import socket
from collections import deque
from typing import Protocol

from machine_compat.mock.usb.descriptors import parse_configuration
from machine_compat.mock.usb.device import USBDevice
from machine_compat.mock.usb.kernel_transfer import Packets, Refused, Steps, Transfer, interval_of, refuse
from machine_compat.mock.usb.known import Known
from machine_compat.mock.usb.transfers import TransferError
from machine_compat.mock.usb.usbip import Decoder, Submit, Unlink, unlinked
from machine_compat.mock.world import World
from machine_compat.usbspec.descriptors import CONFIGURATION, DEVICE, PACKET_SIZE, TO_HOST, Malformed
from machine_compat.usbspec.requests import GET_DESCRIPTOR, SET_CONFIGURATION, SET_INTERFACE, STANDARD, Setup

RECEIVED = 1 << 16
EP0_SIZE = 64
"""What every host assumes until it has seen the beginning of the device descriptor."""
AFTER_RESET = Setup(TO_HOST, GET_DESCRIPTOR, DEVICE << 8, 0, 64)
"""USB/IP has no word for a reset of the bus; but Linux asks for this after each one, and at no other time."""


class Owner(Protocol):
    """Who has attached the device."""

    def left(self, port: "KernelPort") -> None:
        """The kernel has let go of the device."""

    def reconnect(self, port: "KernelPort") -> None:
        """The device leaves the bus and comes back."""


class KernelPort:
    """The device's place at a kernel. stream: its end of the socket pair, of which the kernel has the other."""

    def __init__(self, world: World, device: USBDevice, stream: socket.socket, owner: Owner, number: int = 0) -> None:
        self.world = world
        self.device = device
        self.number = number
        """The port of the kernel's controller."""
        self.connected = True
        self._stream = stream
        self._owner = owner
        self._decoder = Decoder()
        self._packets = Packets(world, device, self.ready)
        self._pipes: dict[int, deque[Transfer]] = {}
        self._woken = False
        self._ep0_size = EP0_SIZE
        self._known = Known()

    def fileno(self) -> int:
        return self._stream.fileno()

    # ---- what the device calls

    def ready(self) -> None:
        """An endpoint that answered NAK may have something else to say now."""
        if not self._woken:
            self._woken = True
            self.world.at(self.world.now, self._go_on)

    def reconnect(self) -> None:
        """The device leaves the bus and comes back."""
        self._owner.reconnect(self)

    # ---- the stream

    def serve(self) -> None:
        """Do what the kernel has asked for meanwhile."""
        data = self._receive()
        if not data and data is not None:
            self._owner.left(self)
        for request in self._decoder.feed(data or b""):
            if isinstance(request, Unlink):
                self._unlink(request)
            else:
                self._submit(request)

    def pull(self) -> None:
        """End all transfers, as the plug is about to be pulled: Linux would wait seconds for one that it has begun."""
        self.serve()
        self.connected = False
        for pipe in self._pipes.values():
            for transfer in pipe:
                self._send_back(transfer.result(-errno.ESHUTDOWN))

    def _receive(self) -> bytes | None:
        """What has come; b"": the kernel has let go; None: nothing yet."""
        if not self.connected:
            return None
        try:
            return self._stream.recv(RECEIVED, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except ConnectionResetError:
            return b""

    def close(self) -> None:
        """End the stream, which is a pulled plug to the kernel."""
        self.connected = False
        self._pipes.clear()
        self._stream.close()

    def _send_back(self, message: bytes) -> None:
        # A kernel that has let go meanwhile is noticed where it is read from.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._stream.sendall(message)

    def _submit(self, request: Submit) -> None:
        transfer = Transfer(request)
        transfer.steps = self._steps(transfer)
        # Both directions of endpoint 0 are one pipe.
        pipe = self._pipes.setdefault(request.endpoint if request.endpoint & 0x0F else 0, deque())
        pipe.append(transfer)
        self._advance(pipe)

    def _unlink(self, request: Unlink) -> None:
        for pipe in self._pipes.values():
            for transfer in pipe:
                if transfer.request.number == request.victim:
                    pipe.remove(transfer)
                    transfer.steps.close()
                    self._give_up(request, transfer)
                    self._advance(pipe)
                    return
        self._send_back(unlinked(request, 0))

    def _give_up(self, request: Unlink, transfer: Transfer) -> None:
        if transfer.sent or transfer.came:
            # What has crossed would be lost with the transfer: it ended a moment before, as it does on a real bus.
            self._send_back(transfer.result(-errno.ECONNRESET) + unlinked(request, 0))
        else:
            self._send_back(unlinked(request, -errno.ECONNRESET))

    def _go_on(self) -> None:
        self._woken = False
        for pipe in list(self._pipes.values()):
            self._advance(pipe)

    def _advance(self, pipe: deque[Transfer]) -> None:
        """Go on with a pipe's transfers, in order, as far as the device lets them."""
        while pipe and self.connected:
            transfer = pipe[0]
            try:
                next(transfer.steps)
                return
            except StopIteration:
                status = 0
            except Refused as refused:
                status = -refused.errno
            pipe.popleft()
            self._send_back(transfer.result(status))

    # ---- transfers

    def _steps(self, transfer: Transfer) -> Steps:
        request = transfer.request
        if not request.endpoint & 0x0F:
            return self._control(transfer)
        if request.packets:
            return refuse(errno.EXDEV)
        try:
            found = self._known.endpoint(request.endpoint)
        except TransferError:
            return refuse(errno.EPROTO)
        transfer.size = found.wMaxPacketSize & PACKET_SIZE
        transfer.interval = interval_of(found, self.device.speed)
        return self._packets.read(transfer) if request.endpoint & TO_HOST else self._packets.write(transfer)

    def _control(self, transfer: Transfer) -> Steps:
        request = transfer.request
        setup = Setup.parse(request.setup)
        if setup == AFTER_RESET:
            self._configure(0)
            self.device.bus_reset()
        self.device.setup(request.setup)
        if setup.device_to_host:
            while len(transfer.came) < setup.wLength:
                packet = yield from self._packets.fetch(0)
                transfer.came += packet
                if len(packet) < self._ep0_size:
                    break
            yield from self._packets.send(0, b"")
        else:
            while transfer.sent < len(request.data):
                packet = request.data[transfer.sent : transfer.sent + self._ep0_size]
                yield from self._packets.send(0, packet)
                transfer.sent += len(packet)
            yield from self._packets.fetch(0)
        if setup.kind == STANDARD:
            self._learn(setup, bytes(transfer.came))

    # ---- what the descriptors say

    def _learn(self, setup: Setup, reply: bytes) -> None:
        if setup.bRequest == SET_CONFIGURATION:
            self._configure(setup.wValue)
        elif setup.bRequest == SET_INTERFACE:
            self._known.alternates[setup.wIndex] = setup.wValue
        elif setup.bRequest == GET_DESCRIPTOR and setup.wValue >> 8 == DEVICE and len(reply) >= 8:
            self._ep0_size = reply[7] or EP0_SIZE
        elif setup.bRequest == GET_DESCRIPTOR and setup.wValue >> 8 == CONFIGURATION:
            # The kernel, too, asks for the head first, and makes the best of what is malformed.
            with contextlib.suppress(Malformed):
                # Looked up by its value, the newest first.
                self._known.configurations.insert(0, parse_configuration(reply))

    def _configure(self, value: int) -> None:
        self._known.configuration = value
        self._known.alternates.clear()
