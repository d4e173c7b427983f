"""One interface of a USB adapter in use: plain transfers, and errors that say what happened and what to do."""

import errno
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from machine_compat.bridge.advice import advice
from machine_compat.errors import BusError, ConfigError, Fault
from machine_compat.usbspec.descriptors import BULK, TO_HOST, TRANSFER_TYPE
from machine_compat.usbspec.requests import VENDOR

if TYPE_CHECKING:
    from usb.core import Device, Interface

CONTROL_MS = 1_000
DRAIN_MS = 20


class Unplugged(BusError):
    """The adapter is no longer there; why: what is known besides."""

    def __init__(self, name: str, why: str = "") -> None:
        super().__init__(Fault.IO, message=f"{name} was unplugged{why and f', and is not back: {why}'}")


class Adapter:
    """An interface of a device, taken from the kernel's driver for as long as it is open.

    Its bulk endpoints are used, or where it has none its interrupt ones. name: for messages. Every transfer raises
    BusError: TIMEOUT, IO (a stall, a broken transfer), or Unplugged.
    """

    def __init__(self, device: "Device", interface: int, name: str) -> None:
        self.name = name
        self._device = device
        self._interface = interface
        self._detached = False
        with self._taking():
            settings = self._settings(device)
            self._take()
        bulk = [end for end in settings if end.bmAttributes & TRANSFER_TYPE == BULK]
        used = bulk or list(settings)
        self._endpoints = {end.bEndpointAddress & TO_HOST: end.bEndpointAddress for end in used}
        self.packet = max(int(end.wMaxPacketSize) for end in used)
        """Bytes in a full packet."""

    def _settings(self, device: "Device") -> "Interface":
        """The interface's descriptor; a device nobody has configured yet is configured first."""
        import usb.core

        try:
            active = device.get_active_configuration()
        except usb.core.USBError as error:
            if error.errno not in (None, errno.ENOENT):
                raise
            device.set_configuration()
            active = device.get_active_configuration()
        return active[(self._interface, 0)]

    def _take(self) -> None:
        import usb.util

        device, interface = self._device, self._interface
        with suppress(NotImplementedError):  # no kernel driver can be in the way on this system
            if device.is_kernel_driver_active(interface):
                device.detach_kernel_driver(interface)
                self._detached = True
        usb.util.claim_interface(device, interface)

    # ---- transfers

    def write(self, data: bytes, timeout_ms: int) -> None:
        """Send to the interface's OUT endpoint, all of it."""
        with self._using():
            sent = self._device.write(self._endpoints[0], data, timeout_ms)
        if sent != len(data):
            raise BusError(Fault.TIMEOUT, message=f"{self.name} took {sent} of {len(data)} bytes")

    def read(self, limit: int, timeout_ms: int) -> bytes:
        """What comes from the interface's IN endpoint up to a short packet or `limit` bytes."""
        buffer = array("B", bytes(limit))
        with self._using():
            count: int = self._device.read(self._endpoints[TO_HOST], buffer, timeout_ms)
        return buffer[:count].tobytes()

    def drain(self) -> None:
        """Take what nobody waits for any more: answers to what a transfer before, or another program, has asked."""
        try:
            while True:
                self.read(self.packet, DRAIN_MS)
        except BusError as error:
            if error.fault is not Fault.TIMEOUT:
                raise

    def control(self, request: int, value: int, index: int) -> None:
        """A vendor request without data."""
        with self._using():
            self._device.ctrl_transfer(VENDOR, request, value, index, None, CONTROL_MS)

    def close(self) -> None:
        """Give the interface back to the kernel's driver."""
        import usb.core
        import usb.util

        with suppress(usb.core.USBError, NotImplementedError):
            usb.util.release_interface(self._device, self._interface)
            if self._detached:
                self._device.attach_kernel_driver(self._interface)
        usb.util.dispose_resources(self._device)

    # ---- errors

    @contextmanager
    def _using(self) -> Iterator[None]:
        """pyusb's errors as the house's."""
        import usb.core

        try:
            yield
        except usb.core.USBTimeoutError as error:
            raise BusError(Fault.TIMEOUT, message=f"{self.name} did not answer in time") from error
        except usb.core.USBError as error:
            if error.errno in (errno.ENODEV, errno.ENXIO, errno.ENOENT):
                raise Unplugged(self.name) from error
            raise BusError(Fault.IO, message=f"{self.name}: {error.strerror}") from error

    @contextmanager
    def _taking(self) -> Iterator[None]:
        """pyusb's errors while a device is opened, with what to do about them."""
        import usb.core

        try:
            yield
        except (usb.core.USBError, NotImplementedError) as error:
            number = getattr(error, "errno", None)
            if number in (errno.ENODEV, errno.ENXIO):
                raise Unplugged(self.name) from error
            raise ConfigError(f"{self.name} cannot be opened: {self._advice(number, error)}") from error

    def _advice(self, number: int | None, error: Exception) -> str:
        remedy = advice(sys.platform, self._device.idVendor, self._device.idProduct)
        if number in (errno.EACCES, errno.EPERM):
            return f"permission denied; {remedy}"
        if isinstance(error, NotImplementedError) or sys.platform == "win32":
            return f"{remedy} ({error})"
        if number == errno.EBUSY:
            return "another program or driver has it; end that first"
        return str(error)
