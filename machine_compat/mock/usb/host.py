"""A virtual USB host: devices are plugged into it, and pyusb talks to them through it.

    host = VirtualHost(world)
    bridge = host.plug(FT232H(serial="FT1"))
    device = usb.core.find(idVendor=0x0403, backend=host.backend())

A simulated board's own host, and that of the computer beside it, is `host_of(world)`.

It learns about a device only what the device answers to control transfers. Transfers take the world's time, and their
timeouts are in it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from machine_compat.errors import ConfigError
from machine_compat.mock.usb.device import USBDevice
from machine_compat.mock.usb.port import Port, Steps
from machine_compat.mock.usb.programs import Programs
from machine_compat.mock.usb.sequencer import Program, Sequencer
from machine_compat.mock.usb.transfers import TransferError
from machine_compat.mock.world import World
from machine_compat.usbspec.descriptors import Malformed

if TYPE_CHECKING:
    from usb.backend import IBackend

    from machine_compat.mock.usb.cdc_acm import SerialPort
    from machine_compat.mock.usb.pty import PTY

D = TypeVar("D", bound=USBDevice)


class VirtualHost(Programs):
    """A host controller with ports, and the operating system's part above it.

    configure: whether it puts a new device into its first configuration, as operating systems do. kernel_drivers:
    whether drivers as Linux has them take the interfaces they know, so that a program has to detach them first.
    """

    def __init__(self, world: World | None = None, *, configure: bool = True, kernel_drivers: bool = True) -> None:
        super().__init__(world if world is not None else World(), kernel_drivers)
        self.configure = configure
        self.log: list[str] = []
        """What the host had to say about devices that came and went."""
        self.accepted: Callable[[USBDevice], object] | None = None
        """Called when a device has been enumerated, and drivers have it."""
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
            self.world, device, number, self._address, self.wake, lambda: self._reconnect(device)
        )
        device.plugged(port)
        if wait:
            self.run(self._welcome(port))
        else:
            self.start(port, self._welcome(port))
        return device

    def unplug(self, device: USBDevice) -> None:
        """Pull a device out, also in the middle of a transfer."""
        port = self.port(device)
        del self._ports[port.number]
        device.unplugged()
        port.disconnect()
        while port.serials:
            port.serials.popitem()[1].hang_up()
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
            # One that has gone meanwhile has said so itself.
            if port.connected:
                self.log.append(f"port {port.number}: not accepted: {error}")
            return
        found = port.descriptor
        if found is not None:
            self.bind(port)
            self.log.append(f"port {port.number}: {found.idVendor:04x}:{found.idProduct:04x} at address {port.address}")
            if self.accepted is not None:
                self.accepted(port.device)

    # ---- running

    def start(self, port: Port, steps: Steps[None]) -> Sequencer:
        """Run steps that have to do with a port's device while the world goes on."""
        sequencer = Sequencer(self.world)
        port.sequencers.append(sequencer)
        sequencer.start(self._in_the_world(steps))
        return sequencer

    def _in_the_world(self, steps: Steps[None]) -> Program:
        for until in steps:
            yield None if until is None else max(0, until - self.world.now)

    # ---- pyusb

    def backend(self) -> "IBackend":
        """The host as a pyusb backend, always the same one; needs pyusb."""
        if self._backend is None:
            from machine_compat.mock.usb.pyusb_backend import make

            self._backend = make(self)
        return self._backend

    def in_place_of_libusb(self) -> AbstractContextManager[None]:
        """While it lasts, `usb.core.find()` without a backend looks at this host instead of libusb."""
        from machine_compat.mock.usb.pyusb_backend import in_place_of_libusb

        return in_place_of_libusb(self)

    # ---- serial ports, of the kernel's driver cdc_acm

    def serial(self, device: USBDevice, index: int = 0) -> "SerialPort":
        """A serial port of a device, as a program beside the world has it; always the same one while it is open.

        index: which, where a device has several. Raises ConfigError for a device that has none.
        """
        from machine_compat.mock.usb.cdc_acm import serial_of

        return serial_of(self, self.port(device), index)

    def pty(self, device: USBDevice, index: int = 0, *, link: str | Path | None = None) -> str:
        """Put a device's serial port on a pseudo terminal, for other programs to open; returns its path.

        It lives while the world does, so that the world should keep pace with the wall clock. link: a name that is
        made for the path, as /tmp/board. Raises ConfigError where there are no pseudo terminals, or the name is taken.
        """
        return self.terminal(device, index, None if link is None else Path(link)).path

    def terminal(self, device: USBDevice, index: int = 0, link: Path | None = None) -> "PTY":
        """The same, as the object that carries the bytes."""
        from machine_compat.mock.usb.cdc_acm import serial_of
        from machine_compat.mock.usb.pty import PTY

        return PTY(serial_of(self, self.port(device), index, PTY.sees_programs), link)

    def close_serials(self) -> None:
        """Close the serial ports that are open on it, with their pseudo terminals."""
        for port in self._ports.values():
            while port.serials:
                port.serials.popitem()[1].hang_up()


def host_of(world: World) -> VirtualHost:
    """The USB host of a world, made when it is first asked for."""
    if world.usb_host is None:
        world.usb_host = VirtualHost(world)
    return world.usb_host
