"""This computer as a USB device: a device controller (UDC) whose function is in this process, by FunctionFS.

HID and vendor devices. The kernel answers standard requests, gives endpoints the addresses that its controller has for
them, and translates; a configuration cannot be refused, nor can the OUT stage of a control request once it was taken.

# Ref: Linux Documentation/usb/functionfs.rst; drivers/usb/gadget/function/f_fs.c
"""

import errno
import logging
import os
import queue
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path

from machine_compat.backends.linux import functionfs
from machine_compat.backends.linux.configfs import Gadget, controller
from machine_compat.backends.linux.functionfs import Event
from machine_compat.backends.linux.watcher import Watcher
from machine_compat.contract import USBDeviceChannel, USBDeviceConfig, USBDeviceEvent, USBDeviceHandler
from machine_compat.errors import BusError, ConfigError, Fault
from machine_compat.usbspec.descriptors import TO_HOST
from machine_compat.usbspec.requests import Setup

log = logging.getLogger("machine_compat")
CLEAR_HALT = 0x6703
"""FUNCTIONFS_CLEAR_HALT, _IO('g', 3)."""
GONE = (errno.ESHUTDOWN, errno.ENODEV, errno.EIDRM, errno.EINTR)
"""What pending transfers end with when the host leaves: nobody is told of those."""


class Endpoint:
    """One endpoint's file, with a thread for its transfers; the file's reads and writes wait for the host."""

    def __init__(self, path: Path, address: int, size: int, done: Callable[[USBDeviceEvent, int, bytes], None]) -> None:
        self.address = address
        self.halted = False
        self.pending = False
        self._size = size
        self._done = done
        # Without waiting for its turn a halt is refused while a transfer is pending, and does not hang.
        self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        self._work: queue.SimpleQueue[bytes | int | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"machine-compat USB {address:#04x}", daemon=True)
        self._thread.start()

    def submit(self, data: bytes | int) -> None:
        self.pending = True
        self._work.put(data)

    def _run(self) -> None:
        # Signals are for the script's thread.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while (data := self._work.get()) is not None:
            try:
                outcome = self._transfer(data)
            except OSError as error:
                self.pending = False
                if error.errno not in GONE:
                    self._done(USBDeviceEvent.FAILED, self.address, b"")
                continue
            self.pending = False
            event = USBDeviceEvent.SENT if self.address & TO_HOST else USBDeviceEvent.RECEIVED
            self._done(event, self.address, outcome)

    def _transfer(self, data: bytes | int) -> bytes:
        if isinstance(data, bytes):
            os.write(self._fd, data)
            return b""
        # Whole packets: a controller has no place for part of one.
        packets = max(1, -(-data // self._size))
        return os.read(self._fd, packets * self._size)[:data]

    def stall(self, on: bool) -> None:
        """Halt it, by a transfer in the wrong direction, or let it go on."""
        if not on:
            ioctl(self._fd, CLEAR_HALT)
        elif not self.halted:
            try:
                _ = os.read(self._fd, 1) if self.address & TO_HOST else os.write(self._fd, b"\0")
            except OSError as error:
                if error.errno != errno.EBADMSG:
                    raise BusError(
                        Fault.BUSY,
                        message=f"endpoint {self.address:#04x}: Linux halts it only without a transfer pending",
                    ) from error
        self.halted = on

    def close(self) -> None:
        """After the gadget has left the bus: its transfers have ended."""
        self._work.put(None)
        self._thread.join()
        os.close(self._fd)


class LinuxUSBDevice(USBDeviceChannel):
    """A device on one of this computer's device controllers; root alone can make one."""

    __slots__ = (
        "_configuration",
        "_control",
        "_data",
        "_endpoints",
        "_gadget",
        "_handler",
        "_setup",
        "_sysfs",
        "_udc",
        "_watcher",
    )

    def __init__(self, udc: str, watcher: Watcher, sysfs: Path) -> None:
        self._udc = udc
        self._watcher = watcher
        self._sysfs = sysfs
        self._gadget: Gadget | None = None
        self._handler: USBDeviceHandler | None = None
        self._control = -1
        self._endpoints: dict[int, Endpoint] = {}
        self._configuration = 0
        self._setup: Setup | None = None
        """The request that the host waits for."""
        self._data: bytes | None = None

    def connect(self, config: USBDeviceConfig, handler: USBDeviceHandler, /) -> None:
        self.disconnect()
        udc = controller(self._sysfs, self._udc)
        described = functionfs.descriptors(config.configuration, config.strings)
        self._gadget = gadget = Gadget()
        try:
            gadget.make(config)
            self._control = os.open(gadget.files / "ep0", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
            self._describe(described, functionfs.texts(config.strings))
            for number, (address, size) in enumerate(functionfs.endpoints(config.configuration).items(), 1):
                self._endpoints[address] = Endpoint(gadget.files / f"ep{number}", address, size, self._tell)
            self._configuration = config.configuration[5]
            self._handler = handler
            self._watcher.add(self._control, self._events)
            gadget.bind(udc)
        except BaseException:
            self.disconnect()
            raise

    def _describe(self, described: bytes, texts: bytes) -> None:
        try:
            os.write(self._control, described)
            os.write(self._control, texts)
        except OSError as error:
            raise ConfigError(
                f"FunctionFS does not take the device's descriptors: {error.strerror}; see the end of dmesg"
            ) from error

    def disconnect(self) -> None:
        self._handler = None
        gadget, self._gadget = self._gadget, None
        if gadget is None:
            return
        with suppress(OSError):
            gadget.unbind()
        for endpoint in self._endpoints.values():
            endpoint.close()
        self._endpoints.clear()
        if self._control >= 0:
            self._watcher.remove(self._control)
            os.close(self._control)
            self._control = -1
        gadget.remove()

    def close(self) -> None:
        self.disconnect()

    # ---- what the kernel has to tell

    def _events(self) -> None:
        try:
            data = os.read(self._control, 16 * functionfs.EVENT_SIZE)
        except OSError as error:
            if error.errno not in (errno.EIDRM, errno.EAGAIN):
                raise
            # The host gave up a request; what it did instead comes next.
            return
        for event, packet in functionfs.events(data):
            if event is Event.SETUP:
                self._setup, self._data = Setup.parse(packet), None
                # To read on before the request is answered would be to refuse it.
                self._watcher.remove(self._control)
                self._tell(USBDeviceEvent.SETUP, 0, functionfs.own_address(packet, list(self._endpoints)))
            elif event is Event.ENABLE:
                for endpoint in self._endpoints.values():
                    endpoint.halted = False
                self._setup = None
                self._tell(USBDeviceEvent.CONFIGURED, self._configuration)
            elif event in (Event.DISABLE, Event.UNBIND):
                self._setup = None
                self._tell(USBDeviceEvent.RESET)
            elif event is Event.SUSPEND:
                self._tell(USBDeviceEvent.SUSPENDED)
            elif event is Event.RESUME:
                self._tell(USBDeviceEvent.RESUMED)

    def _tell(self, event: USBDeviceEvent, value: int = 0, data: bytes = b"") -> None:
        handler = self._handler
        if handler is not None:
            handler(event, value, data)

    # ---- the script's side

    def submit(self, endpoint: int, data: bytes | int, /) -> None:
        there = self._endpoint(endpoint)
        if there.pending or there.halted:
            raise BusError(Fault.BUSY, message=f"endpoint {endpoint:#04x} has a transfer pending, or is halted")
        there.submit(data)

    def _endpoint(self, address: int) -> Endpoint:
        there = self._endpoints.get(address)
        if there is None:
            raise BusError(Fault.IO, message=f"the host's configuration has no endpoint {address:#04x}")
        return there

    def answer(self, reply: bytes | int | None, /) -> None:
        if self._setup is None:
            return
        to_host, length = self._setup.device_to_host, self._setup.wLength
        try:
            if reply is None:
                self._setup = None
                _ = os.read(self._control, 1) if to_host else os.write(self._control, b"")
            elif isinstance(reply, int):
                self._data = os.read(self._control, length)
                self._tell(USBDeviceEvent.CONTROL_DATA, 0, self._data[:reply])
            elif to_host and length and self._data is None:
                self._data = reply
                self._tell(USBDeviceEvent.CONTROL_DATA)
            else:
                self._setup = None
                self._agree(to_host, length)
                self._tell(USBDeviceEvent.CONTROL_DONE)
        except OSError as error:
            # EL2HLT is how a STALL ends. Else the host has given up; controllers have several names for that.
            self._setup = None
            if error.errno != errno.EL2HLT:
                log.debug("the host gave up a control request: %s", error.strerror)
        finally:
            if self._setup is None and self._control >= 0:
                self._watcher.add(self._control, self._events)

    def _agree(self, to_host: bool, length: int) -> None:
        """Let the request end; an OUT stage that was read has ended it already."""
        if to_host:
            os.write(self._control, (self._data or b"")[:length])
        elif not length:
            os.read(self._control, 0)

    def stall(self, endpoint: int, on: bool, /) -> None:
        self._endpoint(endpoint).stall(on)

    def stalled(self, endpoint: int, /) -> bool:
        return self._endpoint(endpoint).halted

    def wakeup(self) -> bool:
        """FunctionFS has no call for it."""
        return False
