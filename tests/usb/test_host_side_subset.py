"""What pyusb, CircuitPython and simulated boards share of `usb.core`: signatures, behaviour, and one script on both.

SIGNATURES are those CircuitPython publishes. Whatever may be called as they say must be taken by pyusb as well.

# Ref: CircuitPython shared-bindings/usb/core/__init__.c and Device.c (signatures and argument tables), 9a45ebd8.
"""

import contextlib
import inspect
import io
import runpy
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import usb.core
import usb.util

from machine_compat.mock.usb.devices.disk import USBDisk
from machine_compat.mock.usb.devices.echo import USBEcho
from machine_compat.mock.usb.devices.keyboard import USBKeyboard
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.world import World
from machine_compat.simulation import SimulatedBoard
from tests.packages.fetch import fetch

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "examples/usb_host.py"
MS = 1_000_000


class Signature(NamedTuple):
    """required, optional: parameters by position, which are known by name as well; keywords: by name alone."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


FIND = Signature(optional=("find_all",), keywords=("idVendor", "idProduct"))
SIGNATURES = {
    "set_configuration": Signature(optional=("configuration",)),
    "write": Signature(("endpoint", "data"), ("timeout",)),
    "read": Signature(("endpoint", "size_or_buffer"), ("timeout",)),
    "ctrl_transfer": Signature(("bmRequestType", "bRequest"), ("wValue", "wIndex", "data_or_wLength", "timeout")),
    "is_kernel_driver_active": Signature(("interface",)),
    "detach_kernel_driver": Signature(("interface",)),
    "attach_kernel_driver": Signature(("interface",)),
}
"""Of Device. CircuitPython's read also has the keyword raise_on_timeout, which is its own."""
ATTRIBUTES = ("idVendor", "idProduct", "serial_number", "product", "manufacturer", "bus", "port_numbers", "speed")
SPEEDS = {"SPEED_LOW": 1, "SPEED_FULL": 2, "SPEED_HIGH": 3}


def bind_every_way(function: Callable[..., object], signature: Signature) -> None:
    """Bind arguments as the signature lets a caller give them: by position, by name, with and without the optional."""
    taken = inspect.signature(function)
    names = signature.required + signature.optional
    for count in range(len(signature.required), len(names) + 1):
        taken.bind(*names[:count])
        taken.bind(**dict.fromkeys(names[:count], 0), **dict.fromkeys(signature.keywords, 0))
        bound = taken.bind(*names[:count], **dict.fromkeys(signature.keywords, 0))
        by_name = taken.bind(**dict(zip(names[:count], names[:count], strict=True)))
        assert all(bound.arguments[name] == by_name.arguments[name] for name in names[:count])


@pytest.mark.parametrize("name", SIGNATURES)
def test_pyusb_takes_what_circuitpython_publishes(name: str) -> None:
    bind_every_way(getattr(usb.core.Device, name).__get__(object()), SIGNATURES[name])


def test_find_takes_what_circuitpython_publishes(tmp_path: Path) -> None:
    bind_every_way(usb.core.find, FIND)
    (tmp_path / "main.py").write_text("import usb.core\nimport usb.util\nfind = usb.core.find\n")
    with SimulatedBoard("pico") as board:
        board.run(tmp_path / "main.py")
        module = board.power.life.loader.modules["__main__"]
        bind_every_way(module.find, FIND)
        own = inspect.signature(usb.core.find).parameters.values()
        ours = inspect.signature(module.find).parameters.values()
        assert [(one.name, one.kind, one.default) for one in ours] == [(one.name, one.kind, one.default) for one in own]


def test_what_else_they_share(host: VirtualHost) -> None:
    host.plug(USBEcho())
    device = usb.core.find(idVendor=0x1209, backend=host.backend())
    values = {name: getattr(device, name) for name in ATTRIBUTES}
    assert values == {
        "idVendor": 0x1209,
        "idProduct": 1,
        "serial_number": "0001",
        "product": "echo",
        "manufacturer": "machine_compat",
        "bus": 1,
        "port_numbers": (1,),
        "speed": usb.util.SPEED_FULL,
    }
    assert {name: getattr(usb.util, name) for name in SPEEDS} == SPEEDS
    assert issubclass(usb.core.USBTimeoutError, usb.core.USBError)
    assert issubclass(usb.core.USBError, OSError)


# ---- behaviour, with arrays to read into


@pytest.fixture
def device(host: VirtualHost) -> usb.core.Device:
    host.plug(USBEcho())
    found = usb.core.find(idVendor=0x1209, backend=host.backend())
    found.set_configuration()
    return found


def test_a_read_fills_the_array_and_says_how_far(device: usb.core.Device) -> None:
    buffer = array("B", b"\xee" * 200)
    device.write(0x01, b"short")
    assert device.read(0x81, buffer) == 5
    assert buffer.tobytes() == b"short" + b"\xee" * 195
    device.write(0x01, bytes(130))
    assert device.read(0x81, buffer, 100) == 130
    signed = array("b", bytes(8))
    device.write(0x01, b"\xff\x7f")
    assert (device.read(0x81, signed), signed[:2].tolist()) == (2, [-1, 127])


def test_data_out_may_be_any_buffer(device: usb.core.Device) -> None:
    buffer = array("B", bytes(8))
    for data in (b"abc", bytearray(b"abc"), memoryview(b"abc"), array("B", b"abc")):
        assert device.write(0x01, data) == 3
        assert device.read(0x81, buffer) == 3
        assert buffer[:3].tobytes() == b"abc"
        assert device.ctrl_transfer(0x40, 1, 0, 0, data) == 3
        assert device.ctrl_transfer(0xC0, 2, 0, 0, buffer) == 3


def test_timeouts_are_milliseconds(world: World, device: usb.core.Device) -> None:
    for timeout in (1, 50, 2_000):
        began = world.now
        with pytest.raises(usb.core.USBTimeoutError) as caught:
            device.read(0x81, array("B", bytes(64)), timeout)
        assert caught.value.errno == 110
        assert timeout * MS <= world.now - began <= (timeout + 2) * MS
    for full in range(4096 // 64):
        assert device.write(0x01, bytes(64)) == 64, full
    with pytest.raises(usb.core.USBTimeoutError):
        device.write(0x01, bytes(64), 20)


def test_a_stall_is_errno_32_and_a_device_that_is_gone_19(host: VirtualHost, device: usb.core.Device) -> None:
    with pytest.raises(usb.core.USBError) as caught:
        device.ctrl_transfer(0xC0, 99, 0, 0, array("B", bytes(4)))
    assert caught.value.errno == 32
    echo = host.ports[0].device
    host.port(echo).stall(0x81)
    with pytest.raises(usb.core.USBError) as caught:
        device.read(0x81, array("B", bytes(64)))
    assert caught.value.errno == 32
    host.world.after(30 * MS, lambda: host.unplug(echo))
    with pytest.raises(usb.core.USBError) as caught:
        device.read(0x81, array("B", bytes(64)), 1000)
    assert caught.value.errno == 19
    assert not isinstance(caught.value, usb.core.USBTimeoutError)
    with pytest.raises(usb.core.USBError) as caught:
        device.write(0x01, b"x")
    assert caught.value.errno == 19
    assert usb.core.find(idVendor=0x1209, backend=host.backend()) is None


# ---- one script


def test_the_example_prints_the_same_with_pyusb_on_the_computer_and_on_the_board() -> None:
    expected = (ROOT / "tests/examples/usb_host.exp").read_text()
    with SimulatedBoard("pico") as board:
        board.attach("usbecho@usb")
        board.run(EXAMPLE)
        assert board.output == expected
    host = VirtualHost()
    host.plug(USBEcho())
    printed = io.StringIO()
    with host.in_place_of_libusb(), contextlib.redirect_stdout(printed):
        runpy.run_path(str(EXAMPLE), run_name="__main__")
    assert printed.getvalue() == expected


# ---- CircuitPython's own USB host libraries, as they are on PyPI

LIBRARIES = ("adafruit-circuitpython-usb-host-descriptors", "adafruit-circuitpython-usb-host-mass-storage")
SCRIPT = """
from array import array
import adafruit_usb_host_descriptors as descriptors
import usb.core
from adafruit_usb_host_mass_storage import USBMassStorage


class AnyBuffer:
    # CircuitPython reads into any buffer, pyusb into an array.
    def __init__(self, device):
        self.device = device
        self.set_configuration = device.set_configuration
        self.write = device.write

    def read(self, endpoint, buffer):
        data = array("B", bytes(len(buffer)))
        count = self.device.read(endpoint, data)
        buffer[:count] = bytes(data[:count])
        return count

    def ctrl_transfer(self, kind, request, value, index, buffer):
        data = array("B", buffer)
        count = self.device.ctrl_transfer(kind, request, value, index, data)
        buffer[:] = data if isinstance(buffer, array) else bytes(data)
        return count


keyboard = usb.core.find(idProduct=2)
print(descriptors.get_device_descriptor(keyboard)[:8].hex())
keyboard.detach_kernel_driver(0)
print(descriptors.find_boot_keyboard_endpoint(keyboard), descriptors.find_boot_mouse_endpoint(keyboard))
print(len(descriptors.get_report_descriptor(keyboard, 0, 63)))
stick = usb.core.find(idProduct=4)
stick.detach_kernel_driver(0)
disk = USBMassStorage(AnyBuffer(stick))
blocks = bytearray(1024)
disk.readblocks(1, blocks)
print(disk.ioctl(4), bytes(blocks[510:514]))
try:
    disk.writeblocks(0, blocks)
except usb.core.USBError as error:
    print(error.errno)
"""


def test_circuitpythons_libraries_find_their_way(tmp_path: Path) -> None:
    folders = [fetch(package, ROOT / ".cache" / "packages") for package in LIBRARIES]
    image = tmp_path / "stick.img"
    image.write_bytes(b"".join(bytes((number,)) * 512 for number in range(8)))
    (tmp_path / "main.py").write_text(SCRIPT)
    with SimulatedBoard("pico", path=folders) as board:
        board.attach("usbkeyboard@usb")
        board.attach(f"usbdisk@usb,file={image}")
        board.run(tmp_path / "main.py", seconds=60)
        assert [type(port.device) for port in board.usb.ports] == [USBKeyboard, USBDisk]
        assert board.output == "1201000200000008\n(0, 129) (None, None)\n63\n8 b'\\x01\\x01\\x02\\x02'\n32\n"
