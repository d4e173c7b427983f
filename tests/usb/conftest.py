"""A world with a virtual USB host in it, and what lets drivers from PyPI find it."""

import sys
import types
from collections.abc import Iterator

import pytest

from machine_compat.mock.usb.hid_module import hid_module
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
