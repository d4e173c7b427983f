"""One port of the virtual host: the device in it, and its transfers, packet by packet in the world's time.

A transfer is a generator that yields the world time until which it waits, None meaning until the device is ready; it
may be woken early and looks again. The host runs it in the caller's place, or as events of the world.

# Ref: Universal Serial Bus Specification rev. 2.0, 4.4 and 5.5-5.8 transfer types, 5.8.4 packets a frame, 7.1.7.3 and
# 7.1.7.5 connect and reset, 9.1.2 enumeration.
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, TypeVar

from machine_compat.mock.usb.descriptors import EndpointDescriptor, parse_configuration, parse_device
from machine_compat.mock.usb.device import Handshake, Speed, USBDevice
from machine_compat.mock.usb.faults import Faults
from machine_compat.mock.usb.known import Known
from machine_compat.mock.usb.sequencer import Sequencer
from machine_compat.mock.usb.transfers import TransferError, USBFault
from machine_compat.mock.world import World
from machine_compat.usbspec.descriptors import CONFIGURATION, DEVICE, INTERRUPT, TO_HOST, TRANSFER_TYPE, Malformed
from machine_compat.usbspec.requests import GET_DESCRIPTOR, SET_ADDRESS, SET_CONFIGURATION, Setup

if TYPE_CHECKING:
    from machine_compat.mock.usb.cdc_acm import SerialPort

T = TypeVar("T")
Steps = Generator[int | None, None, T]

FRAME_NS = {Speed.FULL: 1_000_000, Speed.HIGH: 125_000}
PACKETS_A_FRAME = {Speed.FULL: 19, Speed.HIGH: 13}
"""Bulk packets of the largest size that fit (tables 5-9 and 5-10)."""
DEBOUNCE_NS, RESET_NS, RECOVERY_NS, ADDRESS_NS = 100_000_000, 50_000_000, 10_000_000, 2_000_000
ENUMERATION_TIMEOUT_NS = 5_000_000_000
"""How long a request of the host itself may take (9.2.6.1)."""


class Port(Faults, Known):
    """A device's place at the host, from plug to unplug. drivers: the kernel driver bound to each interface number."""

    def __init__(
        self,
        world: World,
        device: USBDevice,
        number: int,
        address: int,
        wake: Callable[[], None],
        reconnect: Callable[[], object],
    ) -> None:
        Faults.__init__(self)
        Known.__init__(self)
        self.world = world
        self.device = device
        self.number = number
        self.address = address
        self.connected = True
        self.permitted = True
        """Whether this user may open the device."""
        self.drivers: dict[int, str] = {}
        self.claims: dict[int, object] = {}
        self.serials: dict[int, SerialPort] = {}
        """The serial ports that programs have open, by the interface that controls them."""
        self.sequencers: list[Sequencer] = []
        """What deals with the device while the world goes on: its enumeration, drivers of the host's own."""
        self.controlled_by: object = None
        """Who has a control transfer under way; others wait, as endpoint 0 is one for all."""
        self._wake = wake
        self._reconnect = reconnect
        self._frame = FRAME_NS[device.speed]
        self._packet_ns = self._frame // PACKETS_A_FRAME[device.speed]
        self._ep0_size = 8

    # ---- what the device calls

    def ready(self) -> None:
        """An endpoint may have something else to say; whoever waits looks again, now."""
        self._wake()
        for sequencer in self.sequencers:
            sequencer.nudge()
        if self.world.current is None:
            self.world.at(self.world.now, self._nothing)

    def reconnect(self) -> None:
        """The device leaves the bus and comes back."""
        self.world.at(self.world.now, self._reconnect)

    def _nothing(self) -> None:
        """An event for its time alone: chips that run ahead to the next event stop there."""

    def disconnect(self) -> None:
        self.connected = False
        self.ready()

    # ---- one packet at a time

    def _pass(self, ns: int) -> Steps[None]:
        until = self.world.now + ns
        while self.world.now < until:
            yield until
        self._check()

    def _check(self) -> None:
        if not self.connected:
            raise TransferError(USBFault.NO_DEVICE)

    def _begin(self, endpoint: int, interval: int) -> Steps[None]:
        """Wait for the frame in which the host can begin, and for what the endpoint's faults add."""
        self._check()
        yield from self._pass(interval - self.world.now % interval + self.late(endpoint))
        if self.stalls(endpoint):
            raise TransferError(USBFault.PIPE)

    def _send(self, endpoint: int, data: bytes, deadline: int | None) -> Steps[None]:
        """One OUT packet, as soon as the device takes it."""
        while True:
            yield from self._pass(self._packet_ns)
            answer = Handshake.NAK if endpoint in self.muted else self.device.take(endpoint, data)
            if answer is Handshake.ACK:
                return
            yield from self._refused(answer, deadline)

    def _fetch(self, endpoint: int, deadline: int | None) -> Steps[bytes]:
        """One IN packet, as soon as the device gives it."""
        while True:
            yield from self._pass(self._packet_ns)
            answer = Handshake.NAK if endpoint in self.muted else self.device.give(endpoint & 0x7F)
            if isinstance(answer, bytes):
                return answer
            yield from self._refused(answer, deadline)

    def _refused(self, answer: Handshake, deadline: int | None) -> Steps[None]:
        if answer is Handshake.STALL:
            raise TransferError(USBFault.PIPE)
        if deadline is not None and self.world.now >= deadline:
            raise TransferError(USBFault.TIMEOUT)
        yield deadline
        self._check()

    # ---- transfers

    def write(self, endpoint: int, data: bytes, deadline: int | None) -> Steps[int]:
        """A bulk or interrupt OUT transfer; TransferError.done says how much was taken before it failed."""
        self._check()
        found = self.endpoint(endpoint)
        interval = self._interval(found)
        done = 0
        try:
            while True:
                if not done or found.bmAttributes & TRANSFER_TYPE == INTERRUPT:
                    yield from self._begin(endpoint, interval)
                packet = data[done : done + found.wMaxPacketSize]
                yield from self._send(endpoint, packet, deadline)
                done += len(packet)
                if done >= len(data):
                    return done
        except TransferError as error:
            raise TransferError(error.fault, done) from error

    def read(self, endpoint: int, count: int, into: bytearray, deadline: int | None) -> Steps[int]:
        """A bulk or interrupt IN transfer: until `count` bytes are there, or a packet is short."""
        self._check()
        found = self.endpoint(endpoint)
        interval = self._interval(found)
        while True:
            if not into or found.bmAttributes & TRANSFER_TYPE == INTERRUPT:
                yield from self._begin(endpoint, interval)
            packet = yield from self._fetch(endpoint, deadline)
            room = count - len(into)
            into += packet[:room]
            if len(packet) > room:
                raise TransferError(USBFault.OVERFLOW, len(into))
            if len(packet) < found.wMaxPacketSize or len(into) == count:
                return len(into)

    def control(
        self, setup: Setup, data: bytes, into: bytearray, deadline: int | None, by: object = None
    ) -> Steps[int]:
        """A control transfer: `data` goes out, or what the device answers comes `into`; returns how many bytes.

        by: who asks; it waits while another has one under way.
        """
        while self.controlled_by not in (None, by):
            yield from self._refused(Handshake.NAK, deadline)
        self.controlled_by = by
        try:
            return (yield from self._control(setup, data, into, deadline))
        finally:
            self.release_control(by)

    def release_control(self, by: object) -> None:
        """Endpoint 0 is free for others, if it was this one's."""
        if by is not None and self.controlled_by is by:
            self.controlled_by = None
            self.ready()

    def _control(self, setup: Setup, data: bytes, into: bytearray, deadline: int | None) -> Steps[int]:
        yield from self._begin(TO_HOST if setup.device_to_host else 0x00, self._frame)
        yield from self._pass(self._packet_ns)
        self.device.setup(setup.encode())
        size = self._ep0_size
        if not setup.device_to_host:
            for start in range(0, len(data), size):
                yield from self._send(0, data[start : start + size], deadline)
            yield from self._fetch(0, deadline)
            return len(data)
        while len(into) < setup.wLength:
            packet = yield from self._fetch(0, deadline)
            into += packet
            if len(packet) < size:
                break
        yield from self._send(0, b"", deadline)
        return len(into)

    def _interval(self, found: EndpointDescriptor) -> int:
        """The time between the moments at which the host asks an endpoint."""
        if found.bmAttributes & TRANSFER_TYPE != INTERRUPT:
            return self._frame
        frames = found.bInterval if self.device.speed is Speed.FULL else 1 << (found.bInterval - 1)
        return self._frame * max(1, frames)

    # ---- enumeration

    def enumerate(self, configure: bool) -> Steps[None]:
        """What a host does by itself: reset, address, descriptors, first configuration. Errors are the caller's."""
        yield from self._pass(DEBOUNCE_NS)
        yield from self.reset()
        start = yield from self._get(DEVICE, 0, 8)
        if len(start) < 8 or start[7] not in (8, 16, 32, 64):
            raise Malformed(f"{start.hex(' ') or 'nothing'} is no beginning of a device descriptor")
        self._ep0_size = start[7]
        yield from self._set(SET_ADDRESS, self.address)
        yield from self._pass(ADDRESS_NS)
        descriptor = parse_device((yield from self._get(DEVICE, 0, 18)))
        configurations = []
        for index in range(descriptor.bNumConfigurations):
            head = yield from self._get(CONFIGURATION, index, 9)
            total = max(9, int.from_bytes(head[2:4], "little"))
            configurations.append(parse_configuration((yield from self._get(CONFIGURATION, index, total))))
        self.configurations = configurations
        self.descriptor = descriptor
        if configure and configurations:
            yield from self.configure(configurations[0].bConfigurationValue)

    def reset(self) -> Steps[None]:
        """Hold reset on the bus; the device is without address and configuration then."""
        self.device.bus_reset()
        self.configuration = 0
        self.alternates.clear()
        yield from self._pass(RESET_NS + RECOVERY_NS)

    def readdress(self, value: int) -> Steps[None]:
        """After a reset, bring a device that is known back to the configuration it was in."""
        yield from self._set(SET_ADDRESS, self.address)
        yield from self._pass(ADDRESS_NS)
        if value:
            yield from self.configure(value)

    def configure(self, value: int) -> Steps[None]:
        """Choose a configuration, by its value; 0: none."""
        yield from self._set(SET_CONFIGURATION, value)
        self.configuration = value
        self.alternates.clear()

    def _set(self, request: int, value: int) -> Steps[int]:
        return self.control(Setup(0x00, request, value, 0, 0), b"", bytearray(), self._patience())

    def _get(self, kind: int, index: int, count: int) -> Steps[bytes]:
        into = bytearray()
        setup = Setup(TO_HOST, GET_DESCRIPTOR, kind << 8 | index, 0, count)
        yield from self.control(setup, b"", into, self._patience())
        return bytes(into)

    def _patience(self) -> int:
        return self.world.now + ENUMERATION_TIMEOUT_NS
