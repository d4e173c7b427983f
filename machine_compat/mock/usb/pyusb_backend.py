"""The virtual host in the form of a pyusb backend: what libusb is to pyusb, with libusb's error codes and messages.

# Ref: pyusb 1.3.1, usb/backend/__init__.py (IBackend) and libusb1.py, the behaviour of which callers rely on.
"""

import errno
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from machine_compat.errors import ConfigError
from machine_compat.mock.usb.descriptors import ConfigurationDescriptor, EndpointDescriptor, InterfaceDescriptor
from machine_compat.mock.usb.device import USBDevice
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.port import Port
from machine_compat.mock.usb.programs import Handle
from machine_compat.mock.usb.transfers import TransferError, USBFault
from machine_compat.usbspec.requests import Setup

if TYPE_CHECKING:
    from usb.backend import IBackend

LIBUSB = {
    USBFault.PIPE: (-9, errno.EPIPE, "Pipe error"),
    USBFault.TIMEOUT: (-7, errno.ETIMEDOUT, "Operation timed out"),
    USBFault.NO_DEVICE: (-4, errno.ENODEV, "No such device (it may have been disconnected)"),
    USBFault.OVERFLOW: (-8, errno.EOVERFLOW, "Overflow"),
    USBFault.NOT_FOUND: (-5, errno.ENOENT, "Entity not found"),
    USBFault.BUSY: (-6, errno.EBUSY, "Resource busy"),
    USBFault.ACCESS: (-3, errno.EACCES, "Access denied (insufficient permissions)"),
}
"""libusb's code, errno and text of each fault."""


@contextmanager
def as_usb_errors() -> Iterator[None]:
    """Turn the host's errors into pyusb's."""
    from usb.core import USBError, USBTimeoutError

    try:
        yield
    except TransferError as error:
        code, number, text = LIBUSB[error.fault]
        kind = USBTimeoutError if error.fault is USBFault.TIMEOUT else USBError
        raise kind(text, code, number) from error


class PluggedDescriptor:
    """A device descriptor with where the device is, as libusb adds it."""

    def __init__(self, port: Port) -> None:
        if port.descriptor is None:
            raise TransferError(USBFault.NOT_FOUND)
        for name in port.descriptor.__slots__:
            setattr(self, name, getattr(port.descriptor, name))
        self.bus = 1
        self.address = port.address
        self.port_number = port.number
        self.port_numbers = (port.number,)
        self.speed = int(port.device.speed)


class HostInterface:
    """The methods of pyusb's IBackend on a virtual host. A device identifier is the port.

    sees: whether a device is there for those who ask here.
    """

    def __init__(self, host: VirtualHost, sees: Callable[[USBDevice], bool]) -> None:
        self._host = host
        self._sees = sees

    def enumerate_devices(self) -> list[Port]:
        return [port for port in self._host.ports if self._sees(port.device)]

    def get_parent(self, dev: Port) -> None:
        return None

    # ---- descriptors, as the host learnt them

    def get_device_descriptor(self, dev: Port) -> PluggedDescriptor:
        with as_usb_errors():
            return PluggedDescriptor(dev)

    def get_configuration_descriptor(self, dev: Port, config: int) -> ConfigurationDescriptor:
        return dev.configurations[config]

    def get_interface_descriptor(self, dev: Port, intf: int, alt: int, config: int) -> InterfaceDescriptor:
        return dev.configurations[config].interfaces[intf][alt]

    def get_endpoint_descriptor(self, dev: Port, ep: int, intf: int, alt: int, config: int) -> EndpointDescriptor:
        return dev.configurations[config].interfaces[intf][alt].endpoints[ep]

    # ---- opening and claiming

    def open_device(self, dev: Port) -> Handle:
        with as_usb_errors():
            return self._host.open(dev)

    def close_device(self, dev_handle: Handle) -> None:
        self._host.close(dev_handle)

    def set_configuration(self, dev_handle: Handle, config_value: int) -> None:
        with as_usb_errors():
            self._host.set_configuration(dev_handle, config_value)

    def get_configuration(self, dev_handle: Handle) -> int:
        return dev_handle.port.configuration

    def set_interface_altsetting(self, dev_handle: Handle, intf: int, altsetting: int) -> None:
        with as_usb_errors():
            self._host.set_alternate(dev_handle, intf, altsetting)

    def claim_interface(self, dev_handle: Handle, intf: int) -> None:
        with as_usb_errors():
            self._host.claim(dev_handle, intf)

    def release_interface(self, dev_handle: Handle, intf: int) -> None:
        with as_usb_errors():
            self._host.release(dev_handle, intf)

    def clear_halt(self, dev_handle: Handle, ep: int) -> None:
        with as_usb_errors():
            self._host.clear_halt(dev_handle, ep)

    def reset_device(self, dev_handle: Handle) -> None:
        with as_usb_errors():
            self._host.reset(dev_handle)

    def is_kernel_driver_active(self, dev_handle: Handle, intf: int) -> bool:
        return intf in dev_handle.port.drivers

    def detach_kernel_driver(self, dev_handle: Handle, intf: int) -> None:
        with as_usb_errors():
            self._host.detach(dev_handle, intf)

    def attach_kernel_driver(self, dev_handle: Handle, intf: int) -> None:
        with as_usb_errors():
            self._host.reattach(dev_handle, intf)

    # ---- transfers: bytes that crossed before a timeout count as success, as in libusb

    def bulk_write(self, dev_handle: Handle, ep: int, intf: int, data: "array[int]", timeout: int) -> int:
        with as_usb_errors():
            try:
                return self._host.write(dev_handle, ep, data.tobytes(), timeout)
            except TransferError as error:
                return self._partial(error)

    def bulk_read(self, dev_handle: Handle, ep: int, intf: int, buff: "array[int]", timeout: int) -> int:
        into = bytearray()
        with as_usb_errors():
            try:
                self._host.read(dev_handle, ep, len(buff) * buff.itemsize, into, timeout)
            except TransferError as error:
                self._partial(error)
            finally:
                memoryview(buff).cast("B")[: len(into)] = into
        return len(into)

    intr_write = bulk_write
    intr_read = bulk_read

    @staticmethod
    def _partial(error: TransferError) -> int:
        if error.fault is USBFault.TIMEOUT and error.done:
            return error.done
        raise error

    def ctrl_transfer(
        self,
        dev_handle: Handle,
        bmRequestType: int,
        bRequest: int,
        wValue: int,
        wIndex: int,
        data: "array[int]",
        timeout: int,
    ) -> int:
        """Both directions return a count; an IN transfer fills `data`."""
        view = memoryview(data).cast("B")
        setup = Setup(bmRequestType, bRequest, wValue, wIndex, len(view))
        into = bytearray()
        with as_usb_errors():
            done = self._host.control(dev_handle, setup, bytes(view), into, timeout)
        if setup.device_to_host:
            view[:done] = into[:done]
        return done


@contextmanager
def in_place_of_libusb(host: VirtualHost) -> Iterator[None]:
    """While it lasts, `usb.core.find()` without a backend looks at a host instead of libusb.

    Raises ConfigError where pyusb is not installed.
    """
    try:
        import usb.backend.libusb1 as libusb
    except ImportError as error:
        raise ConfigError("in_place_of_libusb needs pyusb: pip install machine-compat[usb]") from error

    before = libusb.get_backend
    libusb.get_backend = lambda find_library=None: host.backend()
    try:
        yield
    finally:
        libusb.get_backend = before


def make(host: VirtualHost, sees: Callable[[USBDevice], bool] = lambda device: True) -> "IBackend":
    """The pyusb backend of a host: HostInterface on top of pyusb's own class, which is there only once pyusb is."""
    from usb.backend import IBackend

    backend: IBackend = type("VirtualUSB", (HostInterface, IBackend), {})(host, sees)
    return backend
