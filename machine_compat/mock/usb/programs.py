"""What programs ask of a virtual host: devices to open, interfaces to claim, transfers, and the kernel's drivers gone.

Transfers take the world's time, and wait in the caller's place as its board or test waits.
"""

from typing import TypeVar

from machine_compat.mock.clock import WorldClock
from machine_compat.mock.usb.kernel_drivers import drivers_of
from machine_compat.mock.usb.port import Port, Steps
from machine_compat.mock.usb.transfers import Transfer, TransferError, TransferLog, USBFault
from machine_compat.mock.world import World
from machine_compat.usbspec.descriptors import TO_HOST
from machine_compat.usbspec.requests import Setup

T = TypeVar("T")


class Handle:
    """A device opened by one program."""

    __slots__ = ("port",)

    def __init__(self, port: Port) -> None:
        self.port = port


class Programs:
    """The operating system's part of a host, as programs see it. kernel_drivers: whether it has Linux's drivers."""

    def __init__(self, world: World, kernel_drivers: bool) -> None:
        self.world = world
        self.clock = WorldClock(world)
        """The world's time, for programs whose waits should take it."""
        self._clocks = {self.clock}
        self.kernel_drivers = kernel_drivers
        self.transfers = TransferLog()

    def run(self, steps: Steps[T]) -> T:
        """Run steps in the caller's place, waiting as the caller's board or test waits."""
        task = self.world.current
        clock = self.clock if task is None or task.clock is None else task.clock
        self._clocks.add(clock)
        while True:
            try:
                until = next(steps)
            except StopIteration as end:
                done: T = end.value
                return done
            clock.wait_until(until)

    def wake(self) -> None:
        """Whoever waits for a device looks again."""
        for clock in self._clocks:
            clock.wake()

    def bind(self, port: Port) -> None:
        """Let the kernel's drivers have the interfaces that they know."""
        port.drivers = drivers_of(port.descriptor, port.active) if self.kernel_drivers else {}

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
        port.release_control(handle)

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
        port.alternates.clear()
        if port.configuration != value:
            # The one that was active already is made anew, and drivers stay away that were detached.
            port.configuration = value
            self.bind(port)

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
        if number in port.serials:
            port.serials.pop(number).hang_up()

    def reattach(self, handle: Handle, number: int) -> None:
        """Let the kernel's driver have an interface back; BUSY while a program has it."""
        port = self._alive(handle)
        if number in port.claims:
            raise TransferError(USBFault.BUSY)
        before = dict(port.drivers)
        self.bind(port)
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
        steps = port.control(setup, data, into, self._deadline(timeout_ms), handle)
        endpoint = setup.bmRequestType & TO_HOST
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
            done = len(data) if endpoint & TO_HOST else error.done
            raise TransferError(fault, done) from error
        finally:
            crossed = bytes(data[:done])
            self.transfers.add(Transfer(port.device, endpoint, setup, crossed, asked, fault, began, self.world.now))
        return done
