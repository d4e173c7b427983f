"""A world with a virtual USB host in it, and what lets drivers from PyPI find it."""

import sys
import types
from collections.abc import Iterator

import pytest
import usb.core
import usb.util

from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def host(world: World) -> VirtualHost:
    return VirtualHost(world)


@pytest.fixture
def pyftdi_host(host: VirtualHost) -> Iterator[VirtualHost]:
    """The host that pyftdi finds devices on."""
    from pyftdi.usbtools import UsbTools

    with host.in_place_of_libusb():
        UsbTools.UsbDevices.clear()
        yield host
        UsbTools.release_all_devices()
        UsbTools.UsbDevices.clear()


def hid_module(host: VirtualHost) -> types.ModuleType:
    """As much of hidapi's module `hid` as EasyMCP2221 uses, on a virtual host."""
    backend = host.backend()

    class HIDDevice:
        """Reports of the HID interface of an MCP2221A."""

        def open_path(self, path: bytes) -> None:
            self._device = usb.core.find(backend=backend, custom_match=lambda found: found.address == int(path))
            if self._device is None:
                raise OSError("open failed")
            if self._device.is_kernel_driver_active(2):
                self._device.detach_kernel_driver(2)

        def write(self, data: list[int]) -> int:
            return self._device.write(0x03, bytes(data[1:]))

        def read(self, size: int, timeout_ms: int = -1) -> list[int]:
            return list(self._device.read(0x83, size, max(0, timeout_ms)))

        def close(self) -> None:
            usb.util.dispose_resources(self._device)

    def enumerate(vendor_id: int = 0, product_id: int = 0) -> list[dict[str, object]]:
        found = usb.core.find(find_all=True, idVendor=vendor_id, idProduct=product_id, backend=backend)
        return [{"path": str(one.address).encode(), "serial_number": one.serial_number} for one in found]

    module = types.ModuleType("hid")
    module.device = HIDDevice
    module.enumerate = enumerate
    return module


class WorldTime:
    """`time` for a driver that waits on a clock of its own."""

    def __init__(self, world: World) -> None:
        self._world = world

    def perf_counter(self) -> float:
        return self._world.now / 1e9

    def sleep(self, seconds: float) -> None:
        self._world.spend(round(seconds * 1e9))


@pytest.fixture
def easymcp(host: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
    """EasyMCP2221, freshly imported, on the host and in its world's time."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "EasyMCP2221"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hid", hid_module(host))
    import EasyMCP2221
    from EasyMCP2221 import MCP2221

    monkeypatch.setattr(MCP2221, "time", WorldTime(host.world))
    yield EasyMCP2221
    MCP2221.Device._catalog.clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "EasyMCP2221"]:
        del sys.modules[name]
