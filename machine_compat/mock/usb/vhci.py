"""This computer's own kernel as the host of simulated USB devices, through its driver vhci_hcd.

    host = KernelHost(world)
    bridge = host.attach(FT232H(serial="FT1"))      # the kernel enumerates it, and binds its drivers
    pacer = Pacer(world, sleep=host.wait)           # while the world waits, the kernel is listened to

vhci_hcd takes one end of a socket pair through sysfs, which only root may do, and asks there in USB/IP. The kernel's
time is the wall clock's, so the world has to keep pace with it.

# Ref: Linux Documentation/usb/usbip_protocol.rst; drivers/usb/usbip/vhci_sysfs.c (status, attach, detach).
"""

import selectors
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from machine_compat.errors import ConfigError
from machine_compat.mock.usb.device import Speed, USBDevice
from machine_compat.mock.usb.kernel_port import KernelPort
from machine_compat.mock.world import Event, World

D = TypeVar("D", bound=USBDevice)

CONTROLLER = Path("/sys/devices/platform/vhci_hcd.0")
HUB = "hs"
"""The ports for full and high speed; the others are for SuperSpeed."""
FREE, USED = 4, 6
"""enum usbip_device_status."""
BEAT_NS = 10_000_000
"""How late the kernel is heard at most while the world lags and never waits."""
AWAY_NS, LONGEST_AWAY_NS = 300_000_000, 2_000_000_000
"""How long a device that reconnects is off the bus, and how long its port may take to be free again."""
REST_NS = 1_000_000_000
"""How long a port is not used again if there are others: Linux may take a quick change for no change at all."""


class PortStatus(NamedTuple):
    """One port of vhci_hcd. bus_id: what the kernel calls the device there, as "1-1", once it knows it."""

    hub: str
    number: int
    state: int
    bus_id: str


class Controller:
    """The sysfs files of vhci_hcd. Raises ConfigError when they are not there, or not for this user."""

    def __init__(self, folder: Path | None = None) -> None:
        if not sys.platform.startswith("linux"):
            raise ConfigError(f"showing USB devices to this computer's kernel needs Linux, and this is {sys.platform}")
        folder = folder or CONTROLLER
        if not folder.is_dir():
            raise ConfigError("the kernel's driver vhci_hcd is not loaded: sudo modprobe vhci-hcd")
        self._folder = folder

    def ports(self) -> list[PortStatus]:
        """The ports of the first controller; Debian's kernel has eight, of 15 ports each."""
        rows = [line.split() for line in (self._folder / "status").read_text(encoding="ascii").splitlines()[1:]]
        return [PortStatus(row[0], int(row[1]), int(row[2]), row[-1]) for row in rows]

    def free(self) -> list[int]:
        """The numbers of the ports that a device can have."""
        return [port.number for port in self.ports() if port.hub == HUB and port.state == FREE]

    def take(self, number: int, file: int, speed: int) -> None:
        """Give a port the socket of a device."""
        # The kernel wants a bus and device number of the far side's as well, and makes no use of it.
        self._write("attach", f"{number} {file} {1 << 16 | number + 1} {speed}")

    def give_back(self, number: int) -> None:
        """Pull the plug at a port."""
        self._write("detach", str(number))

    def _write(self, name: str, text: str) -> None:
        try:
            (self._folder / name).write_text(text)
        except PermissionError as error:
            raise ConfigError(f"{self._folder / name} is for root alone: run this with sudo") from error
        except OSError as error:
            raise ConfigError(f"the kernel refuses {text!r} in {self._folder / name}: {error.strerror}") from error


class KernelHost:
    """Where simulated devices are plugged into this computer. For Linux, with vhci_hcd loaded, as root.

    now_ns: the world's time by the wall clock, which may be ahead of where the world is; by default where it is.
    Whoever keeps the world in time waits in `wait`, or else until `fileno` is readable, and calls `serve` then.
    """

    def __init__(
        self, world: World, now_ns: Callable[[], int] | None = None, controller: Controller | None = None
    ) -> None:
        self.world = world
        self.now_ns = now_ns or (lambda: world.now)
        self.log: list[str] = []
        """What came and went."""
        self._controller = controller or Controller()
        self._ports: list[KernelPort] = []
        self._released: dict[int, int] = {}
        self._selector = selectors.DefaultSelector()
        self._beat: Event | None = None

    # ---- plugging

    def attach(self, device: D) -> D:
        """Plug a device in; the kernel enumerates it while the world goes on.

        Raises ConfigError when it is plugged in already, when no port is free, and where the kernel refuses.
        """
        if any(port.device is device for port in self._ports):
            raise ConfigError(f"{type(device).__name__} is plugged in already")
        self._attach(device, self._choose(device.speed))
        return device

    def _choose(self, speed: Speed) -> int:
        """A free port that has rested. It remembers the last device's speed, and enumerates another 1.2 s later."""
        free = self._controller.free()
        if not free:
            raise ConfigError("all ports of vhci_hcd are taken; unplug a device first")
        if speed is not Speed.HIGH:
            free.reverse()
        latest = self.world.now - REST_NS
        return next((port for port in free if self._released.get(port, latest) <= latest), free[0])

    def _attach(self, device: USBDevice, number: int) -> None:
        ours, theirs = socket.socketpair()
        port = KernelPort(self.world, device, ours, self, number)
        with theirs:
            device.plugged(port)
            try:
                self._controller.take(number, theirs.fileno(), int(device.speed))
            except BaseException:
                port.close()
                device.unplugged()
                raise
        self._ports.append(port)
        self._selector.register(port, selectors.EVENT_READ, port.serve)
        self.log.append(f"port {number}: {type(device).__name__} connected")
        self._listen()

    def detach(self, device: USBDevice) -> None:
        """Pull a device out, also in the middle of a transfer; the kernel unbinds its drivers soon after."""
        port = self.port(device)
        port.pull()
        if port not in self._ports:
            return  # the kernel was first
        try:
            self._controller.give_back(port.number)
        finally:
            self.left(port)

    def port(self, device: USBDevice) -> KernelPort:
        """The port a device is in."""
        for port in self._ports:
            if port.device is device:
                return port
        raise ConfigError(f"{type(device).__name__} is not plugged in")

    def bus_id(self, device: USBDevice) -> str | None:
        """What the kernel calls a device, as "1-1" in /sys/bus/usb/devices; None until it has given it an address."""
        number = self.port(device).number
        found = (port for port in self._controller.ports() if port.number == number and port.state == USED)
        return next((port.bus_id for port in found), None)

    def close(self) -> None:
        """Pull all devices out."""
        for port in list(self._ports):
            self.detach(port.device)
        self._selector.close()

    # ---- what a port calls

    def left(self, port: KernelPort) -> None:
        """The kernel has let go of a device, or was made to."""
        self._selector.unregister(port)
        self._ports.remove(port)
        self._released[port.number] = self.world.now
        port.close()
        port.device.unplugged()
        self.log.append(f"port {port.number}: {type(port.device).__name__} disconnected")

    def reconnect(self, port: KernelPort) -> None:
        """A device leaves the bus and comes back, to the port where it was if that is free in time."""
        self.world.at(self.world.now, lambda: self._away(port))

    def _away(self, port: KernelPort) -> None:
        if port in self._ports:
            self.detach(port.device)
            self._back(port, self.world.now + LONGEST_AWAY_NS)

    def _back(self, port: KernelPort, latest: int) -> None:
        def look() -> None:
            free = self._controller.free()
            if port.device.port is not None:
                return  # it was plugged in by hand meanwhile
            if port.number in free:
                self._attach(port.device, port.number)
            elif self.world.now < latest:
                self._back(port, latest)
            else:
                self.attach(port.device)

        self.world.after(AWAY_NS, look)

    # ---- time

    def fileno(self) -> int:
        """A file that is readable when the kernel has asked for something."""
        return self._selector.fileno()

    def serve(self) -> None:
        """Do what the kernel has asked for meanwhile."""
        if self._ports:
            for key, _ in self._selector.select(0):
                key.data()

    def wait(self, seconds: float) -> None:
        """Sleep, at most until the kernel asks for something; the world then does that next."""
        if self._selector.select(seconds):
            self.world.at(self.now_ns(), self.serve)

    def _listen(self) -> None:
        """Look at regular times whether the kernel has asked for something, as long as there is a device."""
        if self._beat is None and self._ports:
            self._beat = self.world.after(BEAT_NS, self._again)

    def _again(self) -> None:
        self._beat = None
        self.serve()
        self._listen()
