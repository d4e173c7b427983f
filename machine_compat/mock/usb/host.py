"""A virtual USB host: devices are plugged into it, and pyusb talks to them through it.

    host = VirtualHost(world)
    bridge = host.plug(FT232H(serial="FT1"))
    device = usb.core.find(idVendor=0x0403, backend=host.backend())

It learns about a device only what the device answers to control transfers. Transfers take the world's time, and their
timeouts are in it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from machine_compat.errors import ConfigError
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.usb.descriptors import Malformed
from machine_compat.mock.usb.device import Setup, USBDevice
from machine_compat.mock.usb.kernel_drivers import drivers_of
from machine_compat.mock.usb.port import Port, Steps
from machine_compat.mock.usb.sequencer import Program, Sequencer
from machine_compat.mock.usb.transfers import Transfer, TransferError, TransferLog, USBFault
from machine_compat.mock.world import World

if TYPE_CHECKING:
    from usb.backend import IBackend

D = TypeVar("D", bound=USBDevice)
T = TypeVar("T")


class Handle:
    """A device opened by one program."""

    __slots__ = ("port",)

    def __init__(self, port: Port) -> None:
        self.port = port


class VirtualHost:
    """A host controller with ports, and the operating system's part above it.

    configure: whether it puts a new device into its first configuration, as operating systems do. kernel_drivers:
    whether drivers as Linux has them take the interfaces they know, so that a program has to detach them first.
    """

    def __init__(self, world: World | None = None, *, configure: bool = True, kernel_drivers: bool = True) -> None:
        self.world = world if world is not None else World()
        self.clock = WorldClock(self.world)
        """The world's time, for programs whose waits should take it."""
        self.configure = configure
        self.kernel_drivers = kernel_drivers
        self.transfers = TransferLog()
        self.log: list[str] = []
        """What the host had to say about devices that came and went."""
        self._ports: dict[int, Port] = {}
        self._address = 1
        self._backend: IBackend | None = None

    # ---- plugging

    def plug(self, device: D, *, wait: bool = True) -> D:
        """Plug a device in. With wait=False it is enumerated while the world goes on, else before this returns."""
        if any(port.device is device for port in self._ports.values()):
            raise ConfigError(f"{type(device).__name__} is plugged in already")
        number = next(number for number in range(1, len(self._ports) + 2) if number not in self._ports)
        self._address += 1
        port = self._ports[number] = Port(
            self.world, self.clock, device, number, self._address, lambda: self._reconnect(device)
        )
        device.plugged(port)
        if wait:
            self.run(self._welcome(port))
        else:
            port.sequencer = Sequencer(self.world)
            port.sequencer.start(self._in_the_world(self._welcome(port)))
        return device

    def unplug(self, device: USBDevice) -> None:
        """Pull a device out, also in the middle of a transfer."""
        port = self.port(device)
        del self._ports[port.number]
        device.unplugged()
        port.disconnect()
        self.log.append(f"port {port.number}: disconnected")

    def _reconnect(self, device: USBDevice) -> None:
        if any(port.device is device for port in self._ports.values()):
            self.unplug(device)
            self.plug(device, wait=False)

    def port(self, device: USBDevice) -> Port:
        """The port a device is in, where its faults are made."""
        for port in self._ports.values():
            if port.device is device:
                return port
        raise ConfigError(f"{type(device).__name__} is not plugged in")

    @property
    def ports(self) -> list[Port]:
        """The ports with a device that the host has enumerated."""
        return [port for _, port in sorted(self._ports.items()) if port.descriptor is not None]

    def _welcome(self, port: Port) -> Steps[None]:
        try:
            yield from port.enumerate(self.configure)
        except (TransferError, Malformed) as error:
            self.log.append(f"port {port.number}: not accepted: {error}")
            return
        found = port.descriptor
        if found is not None:
            self._bind(port)
            self.log.append(f"port {port.number}: {found.idVendor:04x}:{found.idProduct:04x} at address {port.address}")

    def _bind(self, port: Port) -> None:
        port.drivers = drivers_of(port.descriptor, port.active) if self.kernel_drivers else {}

    # ---- running

    def run(self, steps: Steps[T]) -> T:
        """Run steps in the caller's place, waiting as the caller's board or test waits."""
        while True:
            try:
                until = next(steps)
            except StopIteration as end:
                done: T = end.value
                return done
            self.clock.wait_until(until)

    def _in_the_world(self, steps: Steps[None]) -> Program:
        for until in steps:
            yield None if until is None else max(0, until - self.world.now)

    # ---- what a program asks of the system

    def open(self, port: Port) -> Handle:
        if not port.connected:
            raise TransferError(USBFault.NO_DEVICE)
        if not port.permitted:
            raise TransferError(USBFault.ACCESS)
        return Handle(port)

    def close(self, handle: Handle) -> None:
        port = handle.port
        for number in [number for number, owner in port.claims.items() if owner is handle]:
            del port.claims[number]

    def claim(self, handle: Handle, number: int) -> None:
        """Take an interface; BUSY while a kernel driver or another program has it."""
        port = self._alive(handle)
        self._interface(port, number)
        if number in port.drivers or port.claims.get(number, handle) is not handle:
            raise TransferError(USBFault.BUSY)
        port.claims[number] = handle

    def release(self, handle: Handle, number: int) -> None:
        port = self._alive(handle)
        if port.claims.get(number) is not handle:
            raise TransferError(USBFault.NOT_FOUND)
        del port.claims[number]

    def set_configuration(self, handle: Handle, value: int) -> None:
        """Choose a configuration; BUSY while a driver or program has an interface of the present one."""
        port = self._alive(handle)
        if port.drivers or port.claims:
            raise TransferError(USBFault.BUSY)
        if value and all(one.bConfigurationValue != value for one in port.configurations):
            raise TransferError(USBFault.NOT_FOUND)
        self.control(handle, Setup(0x00, 9, value, 0, 0), b"", bytearray(), 5_000)
        port.configuration = value
        port.alternates.clear()
        self._bind(port)

    def set_alternate(self, handle: Handle, number: int, alternate: int) -> None:
        port = self._alive(handle)
        if port.claims.get(number) is not handle:
            raise TransferError(USBFault.NOT_FOUND)
        self.control(handle, Setup(0x01, 11, alternate, number, 0), b"", bytearray(), 5_000)
        port.alternates[number] = alternate

    def reset(self, handle: Handle) -> None:
        """Reset the device and bring it back to where it was."""
        port = self._alive(handle)
        value = port.configuration
        self.run(port.reset())
        self.run(port.readdress(value))

    def clear_halt(self, handle: Handle, endpoint: int) -> None:
        self._alive(handle).endpoint(endpoint)
        self.control(handle, Setup(0x02, 1, 0, endpoint, 0), b"", bytearray(), 5_000)

    def detach(self, handle: Handle, number: int) -> None:
        """Take an interface from its kernel driver; NOT_FOUND if it has none."""
        port = self._alive(handle)
        if number not in port.drivers:
            raise TransferError(USBFault.NOT_FOUND)
        del port.drivers[number]

    def reattach(self, handle: Handle, number: int) -> None:
        """Let the kernel's driver have an interface back; BUSY while a program has it."""
        port = self._alive(handle)
        if number in port.claims:
            raise TransferError(USBFault.BUSY)
        before = dict(port.drivers)
        self._bind(port)
        port.drivers = {one: port.drivers[one] for one in port.drivers if one in before or one == number}

    @staticmethod
    def _alive(handle: Handle) -> Port:
        if not handle.port.connected:
            raise TransferError(USBFault.NO_DEVICE)
        return handle.port

    @staticmethod
    def _interface(port: Port, number: int) -> None:
        if port.active is None or all(one[0].bInterfaceNumber != number for one in port.active.interfaces):
            raise TransferError(USBFault.NOT_FOUND)

    # ---- transfers of programs; a timeout of 0 ms is none

    def write(self, handle: Handle, endpoint: int, data: bytes, timeout_ms: int) -> int:
        port = self._usable(handle, endpoint)
        steps = port.write(endpoint, data, self._deadline(timeout_ms))
        return self._logged(port, endpoint, b"", len(data), steps, data)

    def read(self, handle: Handle, endpoint: int, count: int, into: bytearray, timeout_ms: int) -> int:
        port = self._usable(handle, endpoint)
        steps = port.read(endpoint, count, into, self._deadline(timeout_ms))
        return self._logged(port, endpoint, b"", count, steps, into)

    def control(self, handle: Handle, setup: Setup, data: bytes, into: bytearray, timeout_ms: int) -> int:
        port = self._alive(handle)
        steps = port.control(setup, data, into, self._deadline(timeout_ms))
        endpoint = setup.bmRequestType & 0x80
        return self._logged(port, endpoint, setup.encode(), setup.wLength, steps, into if endpoint else data)

    def _usable(self, handle: Handle, endpoint: int) -> Port:
        port = self._alive(handle)
        number = port.owner(endpoint)
        if number in port.drivers or port.claims.get(number, handle) is not handle:
            raise TransferError(USBFault.BUSY)
        return port

    def _deadline(self, timeout_ms: int) -> int | None:
        return self.world.now + timeout_ms * 1_000_000 if timeout_ms else None

    def _logged(
        self, port: Port, endpoint: int, setup: bytes, asked: int, steps: Steps[int], data: bytes | bytearray
    ) -> int:
        began = self.world.now
        fault: USBFault | None = None
        done = 0
        try:
            done = self.run(steps)
        except TransferError as error:
            fault = error.fault
            done = len(data) if endpoint & 0x80 else error.done
            raise TransferError(fault, done) from error
        finally:
            crossed = bytes(data[:done])
            self.transfers.add(Transfer(port.device, endpoint, setup, crossed, asked, fault, began, self.world.now))
        return done

    # ---- pyusb

    def backend(self) -> "IBackend":
        """The host as a pyusb backend, always the same one; needs pyusb."""
        if self._backend is None:
            from machine_compat.mock.usb.pyusb_backend import make

            self._backend = make(self)
        return self._backend

    @contextmanager
    def in_place_of_libusb(self) -> Iterator[None]:
        """While it lasts, `usb.core.find()` without a backend looks at this host instead of libusb."""
        import usb.backend.libusb1 as libusb

        before = libusb.get_backend
        libusb.get_backend = lambda find_library=None: self.backend()
        try:
            yield
        finally:
            libusb.get_backend = before
