"""This file shows what a real kernel sees of a simulated device that comes, goes, stalls and keeps silent."""

import errno
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import usb.core
import usb.util
from smbus2 import SMBus

from machine_compat import registry
from machine_compat.bridge.find import packaged_libusb
from machine_compat.contract import I2CConfig, Write
from machine_compat.errors import BusError
from machine_compat.profile import load
from tests.bench.usb import CONTROLLER, FREE, USB, load_modules, ports, wait_for

I2C_TINY_USB = ("i2c-tiny-usb", "i2c-dev")
CH341 = 0x1A86, 0x5512
VERSION, UNKNOWN = 0x5F, 0x33
READ_PINS = b"\xab\x00\x20"


def device_files() -> set[str]:
    """All that drivers have made of USB devices."""
    patterns = ("i2c-*", "ttyUSB*", "ttyACM*", "hidraw*", "bus/usb/0*/0*")
    return {str(path) for pattern in patterns for path in Path("/dev").glob(pattern)}


def open_ch341() -> usb.core.Device:
    device = usb.core.find(idVendor=CH341[0], idProduct=CH341[1], backend=packaged_libusb())
    assert device is not None
    return device


@pytest.fixture
def ch341() -> Iterator[USB]:
    with USB("ch341") as bridge:
        yield bridge


@pytest.fixture
def device(ch341: USB) -> Iterator[usb.core.Device]:
    device = open_ch341()
    yield device
    usb.util.dispose_resources(device)


# ---- transfers


def test_the_kernel_reads_the_descriptors(ch341: USB) -> None:
    said = {
        name: (ch341.folder / name).read_text().strip() for name in ("idVendor", "product", "speed", "bMaxPacketSize0")
    }
    assert said == {"idVendor": "1a86", "product": "USB UART-LPT", "speed": "12", "bMaxPacketSize0": "8"}


def test_a_stall_is_epipe_and_the_next_request_works(device: usb.core.Device) -> None:
    with pytest.raises(usb.core.USBError) as caught:
        device.ctrl_transfer(0xC0, UNKNOWN, 0, 0, 2)
    assert caught.value.errno == errno.EPIPE
    assert bytes(device.ctrl_transfer(0xC0, VERSION, 0, 0, 2)) == b"\x31\x00"


def test_a_read_with_nothing_to_come_times_out_and_loses_nothing(device: usb.core.Device) -> None:
    with pytest.raises(usb.core.USBTimeoutError):
        device.read(0x82, 32, timeout=50)
    device.write(0x02, READ_PINS)
    assert len(device.read(0x82, 32, timeout=2000)) == 1


def test_a_read_that_waits_ends_when_there_is_something(device: usb.core.Device) -> None:
    later = threading.Timer(0.1, device.write, (0x02, READ_PINS))
    later.start()
    assert len(device.read(0x82, 32, timeout=5000)) == 1
    later.join()


def test_a_reset_brings_the_device_back_to_its_beginning(ch341: USB, device: usb.core.Device) -> None:
    device.write(0x02, b"\xab\x80\x41\x20")
    wait_for("level", lambda: ch341.pin("D0").level == 0)
    device.reset()
    assert ch341.pin("D0").level == 1
    assert bytes(device.ctrl_transfer(0xC0, VERSION, 0, 0, 2)) == b"\x31\x00"


# ---- plugging


def test_nothing_is_left_of_a_device_that_is_gone() -> None:
    load_modules("vhci-hcd", *I2C_TINY_USB)
    before = device_files()
    with USB("i2c_tiny_usb", drivers=I2C_TINY_USB) as bridge:
        node = bridge.node("i2c-*")
        assert node in device_files() - before
        folder = bridge.folder
    wait_for("nodes as before", lambda: device_files() == before)
    assert not folder.exists()
    assert {int(row[2]) for row in ports().values()} == {FREE}
    assert kernel_threads() == []


def kernel_threads() -> list[str]:
    """The threads that vhci_hcd has for each device."""
    names = [name_of(folder) for folder in Path("/proc").glob("[0-9]*")]
    return [name for name in names if name in ("vhci_rx", "vhci_tx")]


def name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""


def test_a_device_may_go_and_come_many_times() -> None:
    for _ in range(3):
        with USB("ch341"):
            device = open_ch341()
            assert bytes(device.ctrl_transfer(0xC0, VERSION, 0, 0, 2)) == b"\x31\x00"
            usb.util.dispose_resources(device)


def test_a_read_in_libusb_ends_when_the_plug_is_pulled(ch341: USB, device: usb.core.Device) -> None:
    threading.Timer(0.1, ch341.unplug).start()
    began = time.monotonic()
    with pytest.raises(usb.core.USBError) as caught:
        device.read(0x82, 32, timeout=20_000)
    assert caught.value.errno in (errno.ENODEV, errno.EIO)
    assert time.monotonic() - began < 10
    wait_for("free port", lambda: {int(row[2]) for row in ports().values()} == {FREE})


def test_a_transfer_in_a_kernel_driver_ends_when_the_plug_is_pulled() -> None:
    def read_for_ever(bus: SMBus) -> None:
        while True:
            bus.read_byte(0x50)

    chip = "24c32@i2c0:0x50"
    with USB("i2c_tiny_usb", chip, drivers=I2C_TINY_USB) as bridge, SMBus(bridge.node("i2c-*")) as bus:
        threading.Timer(0.2, bridge.unplug).start()
        with pytest.raises(OSError, match=r"No such device|Input/output error|Remote I/O error"):
            read_for_ever(bus)


def test_our_bridge_backend_says_that_its_adapter_is_gone_and_finds_it_again() -> None:
    profile = load("ch341")
    chip, point = "24c32@i2c0:0x50", [Write(b"\0\0")]
    with (
        USB("ch341", chip) as bridge,
        closing(registry.open_backend(profile.backend, profile.wiring())) as backend,
    ):
        bus = backend.i2c("i2c0")
        bus.configure(I2CConfig())
        bus.transfer(0x50, point)
        bridge.unplug()
        with pytest.raises(BusError, match="CH341A"):
            bus.transfer(0x50, point)
        with USB("ch341", chip):
            bus.transfer(0x50, point)


def test_two_programs_cannot_have_one_port() -> None:
    with USB("ch341"):
        taken = [number for number, row in ports().items() if int(row[2]) != FREE]
        assert len(taken) == 1
        with pytest.raises(OSError, match=r"Invalid argument|busy"):
            (CONTROLLER / "attach").write_text(f"{taken[0]} 0 65537 2")
