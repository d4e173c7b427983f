"""hidapi's Python module `hid` on a virtual host, for programs that know an MCP2221A by it alone.

sys.modules["hid"] = hid_module(host)
import EasyMCP2221
"""

import types
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from machine_compat.mock.usb.host import VirtualHost
from machine_compat.usbspec.hid import HUMAN_INTERFACE

if TYPE_CHECKING:
    from usb.backend import IBackend
    from usb.core import Device


class HIDDevice:
    """Reports without identifiers, of the first HID interface of a device; `open` comes first."""

    backend: ClassVar["IBackend"]
    _device: "Device | None" = None

    def open(self, vendor_id: int = 0, product_id: int = 0, serial_number: str | None = None) -> None:
        """Raises OSError, as hidapi does."""
        devices = found(self.backend, idVendor=vendor_id, idProduct=product_id)
        self._open(next((one for one in devices if serial_number in (None, one.serial_number)), None))

    def open_path(self, path: bytes) -> None:
        """path: as `enumerate` tells it."""
        self._open(next(iter(found(self.backend, address=int(path))), None))

    def _open(self, device: "Device | None") -> None:
        if device is None:
            raise OSError("open failed")
        self._device = device
        number, self._out, self._in = interface_of(device) or (0, 0, 0)
        if device.is_kernel_driver_active(number):
            device.detach_kernel_driver(number)

    @property
    def _opened(self) -> "Device":
        if self._device is None:
            raise ValueError("not open")
        return self._device

    def write(self, data: Iterable[int]) -> int:
        """A report, after the number that it does not have; returns the bytes of both."""
        sent: int = self._opened.write(self._out, bytes(data)[1:])
        return sent + 1

    def read(self, size: int, timeout_ms: int = -1) -> list[int]:
        """A report; waits for ever unless told how long."""
        return list(self._opened.read(self._in, size, max(0, timeout_ms)))

    def close(self) -> None:
        import usb.util

        if self._device is not None:
            usb.util.dispose_resources(self._device)


def hid_module(host: VirtualHost) -> types.ModuleType:
    """A module with `device` and `enumerate`; paths are USB addresses. Needs pyusb."""
    backend = host.backend()

    def enumerate_devices(vendor_id: int = 0, product_id: int = 0) -> list[dict[str, object]]:
        devices = found(backend, idVendor=vendor_id, idProduct=product_id)
        return [{"path": str(one.address).encode(), "serial_number": one.serial_number} for one in devices]

    module = types.ModuleType("hid")
    module.__dict__.update(device=type("device", (HIDDevice,), {"backend": backend}), enumerate=enumerate_devices)
    return module


def found(backend: "IBackend", **wanted: int) -> "list[Device]":
    """The devices on a host that have a HID interface."""
    import usb.core

    there: Iterable[Device] = usb.core.find(find_all=True, backend=backend, **wanted)
    return [device for device in there if interface_of(device) is not None]


def interface_of(device: "Device") -> tuple[int, int, int] | None:
    """The first HID interface: its number, its OUT and its IN endpoint; None where there is none."""
    for interface in device.get_active_configuration():
        if interface.bInterfaceClass == HUMAN_INTERFACE:
            addresses = sorted(end.bEndpointAddress for end in interface)
            return interface.bInterfaceNumber, addresses[0], addresses[-1]
    return None
