"""This file shows scripts as USB devices on a device controller, and the kernel's own host that finds them."""

import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import usb.core
import usb.util

from machine_compat import registry
from machine_compat.bridge.find import packaged_libusb
from machine_compat.contract import USBDeviceConfig, USBDeviceEvent
from machine_compat.errors import ConfigError
from machine_compat.interpreter.direct import open_board
from machine_compat.profile import load
from tests.same_script_boards import run_directly

CONFIGFS = Path("/sys/kernel/config")
GADGETS = CONFIGFS / "usb_gadget"
EVENT = struct.Struct("llHHi")
EV_KEY, EV_LED, LED_CAPSL, KEY_A = 1, 17, 1, 30
PATIENCE_S = 20

DEVICE = """
import struct
import time
from machine import USBDevice

KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810195057501050819012905"
    "91029501750391019506750815002565050719002965810 0c0".replace(" ", "")
)

def interface(number, endpoints, kind, *parts):
    return bytes((9, 4, number, 0, endpoints) + kind + (4,)) + b"".join(parts)

def endpoint(address, kind, size, interval=0):
    return struct.pack("<BBBBHB", 7, 5, address, kind, size, interval)

hid = struct.pack("<BBHBBBH", 9, 0x21, 0x0111, 0, 1, 0x22, len(KEYBOARD))
body = interface(0, 1, (3, 1, 1), hid, endpoint(0x81, 3, 8, 8))
body += interface(1, 2, (255, 0, 0), endpoint(0x02, 2, 64), endpoint(0x82, 2, 64))
configuration = struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), 2, 1, 0, 0x80, 50) + body
device = struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, 64, 0xF055, 0x9802, 0x0100, 1, 2, 3, 1)
strings = ["", "Somebody", "Keys and pipes", "s1", "of the script"]

class Pipes:
    leds = bytearray(1)
    buffer = bytearray(256)
    done = False

    def open(self, descriptors):
        if descriptors[2] == 1:
            usb.submit_xfer(0x02, self.buffer)

    def control(self, stage, request):
        kind, number, value = struct.unpack_from("<BBH", request)
        if kind == 0x81 and number == 6 and value >> 8 == 0x22:
            return KEYBOARD
        if kind == 0x21 and number == 9:
            if stage == 1:
                return self.leds
            if stage == 2 and self.leds[0] >> 1 & 1:
                print("caps lock")
                usb.submit_xfer(0x81, bytes((0, 0, 4, 0, 0, 0, 0, 0)))
            return True
        return kind == 0x21 and number == 10

    def moved(self, ep, result, count):
        if ep == 0x02:
            self.done = bytes(self.buffer[:count]) == b"end"
            usb.submit_xfer(0x82, bytes(reversed(self.buffer[:count])))
        elif ep == 0x82:
            usb.submit_xfer(0x02, self.buffer)

pipes = Pipes()
usb = USBDevice()
usb.builtin_driver = usb.BUILTIN_NONE
usb.config(device, configuration, strings, pipes.open, None, pipes.control, pipes.moved)
usb.active(True)
while not pipes.done:
    time.sleep_ms(10)
time.sleep_ms(50)
print("end")
raise SystemExit
"""


@pytest.fixture(scope="module", autouse=True)
def _controller() -> Iterator[None]:
    """A device controller whose other end is this same computer's host."""
    subprocess.run(["modprobe", "configfs"], check=True)
    if not CONFIGFS.is_mount():
        subprocess.run(["mount", "-t", "configfs", "none", str(CONFIGFS)], check=True)
    subprocess.run(["modprobe", "-a", "libcomposite", "usb_f_fs", "usbhid", "hid-generic", "evdev"], check=True)
    subprocess.run(["modprobe", "dummy_hcd"], check=True)
    yield
    subprocess.run(["modprobe", "-r", "dummy_hcd"], check=True)


def found(pattern: str) -> Path:
    """The first file of a pattern below /sys, once it is there."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for path in Path("/sys").glob(pattern):
            return path
        time.sleep(0.02)
    raise TimeoutError(f"no /sys/{pattern}")


def play_with_it() -> list[object]:
    """The part of a computer's user: press Caps Lock, see a key, talk through the pipes."""
    seen: list[object] = []
    event = found("devices/platform/dummy_hcd.0/usb*/*-1/*/*/input/input*/event*").name
    with open(f"/dev/input/{event}", "r+b", buffering=0) as keyboard:
        keyboard.write(EVENT.pack(0, 0, EV_LED, LED_CAPSL, 1) + EVENT.pack(0, 0, 0, 0, 0))
        while not seen and select.select([keyboard], [], [], PATIENCE_S)[0]:
            _, _, kind, code, value = EVENT.unpack(keyboard.read(EVENT.size))
            if kind == EV_KEY:
                seen.append((code, value))
    # pyusb keeps the first libusb it loads: Debian's would hear of no device from then on, as there is no udev.
    device = usb.core.find(idVendor=0xF055, idProduct=0x9802, backend=packaged_libusb())
    pipes = device[0][(1, 0)]
    seen.append((device.manufacturer, device.product, usb.util.get_string(device, pipes.iInterface)))
    out, back = sorted(pipes, key=lambda one: one.bEndpointAddress & 0x80)
    for data in (b"pipes", bytes(range(200)), b"end"):
        out.write(data)
        seen.append(bytes(back.read(256)) == data[::-1])
    usb.util.dispose_resources(device)
    return seen


def nothing_left() -> bool:
    return not list(GADGETS.iterdir()) and "functionfs" not in Path("/proc/mounts").read_text()


def test_a_script_is_a_keyboard_and_a_pair_of_pipes(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(DEVICE)
    with ThreadPoolExecutor() as beside:
        seen = beside.submit(play_with_it)
        output = run_directly(open_board(load("linux"), tmp_path), script, tmp_path)
    assert seen.result() == [(KEY_A, 1), ("Somebody", "Keys and pipes", "of the script"), True, True, True]
    assert output == "caps lock\nend\n"
    assert nothing_left()


def test_an_exception_in_the_script_leaves_nothing_behind(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(DEVICE.partition("while not pipes.done")[0] + "1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        run_directly(open_board(load("linux"), tmp_path), script, tmp_path)
    assert nothing_left()
    assert [thread.name for thread in threading.enumerate() if "USB" in thread.name] == []


def ignore(event: USBDeviceEvent, value: int, data: bytes) -> None:
    """A device that answers nothing."""


INTERFACE = bytes((9, 4, 0, 0, 0, 255, 0, 0, 0))
CONFIG = USBDeviceConfig(
    struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x200, 0, 0, 0, 64, 0xF055, 1, 0x100, 0, 0, 0, 1),
    struct.pack("<BBHBBBBB", 9, 2, 18, 1, 1, 0, 0x80, 50) + INTERFACE,
    {},
)


def test_a_controller_that_is_taken_says_by_whom() -> None:
    profile = load("linux")
    taken = rf"dummy_udc.0 is in use by the gadget machine_compat_{os.getpid()}_0"
    with (
        closing(registry.open_backend(profile.backend, profile.wiring())) as one,
        closing(registry.open_backend(profile.backend, profile.wiring())) as other,
    ):
        one.usb_device("usb0").connect(CONFIG, ignore)
        with pytest.raises(ConfigError, match=taken):
            other.usb_device("usb0").connect(CONFIG, ignore)
    assert nothing_left()


KILLED = """
import os
from machine_compat import registry
from machine_compat.profile import load
from tests.linux.test_usb_gadget import CONFIG, ignore

profile = load("linux")
registry.open_backend(profile.backend, profile.wiring()).usb_device("usb0").connect(CONFIG, ignore)
os.kill(os.getpid(), 9)
"""


def test_what_a_killed_process_left_behind_is_in_nobodys_way() -> None:
    done = subprocess.run([sys.executable, "-c", KILLED], check=False)
    assert done.returncode == -9
    assert not nothing_left()
    profile = load("linux")
    with closing(registry.open_backend(profile.backend, profile.wiring())) as backend:
        backend.usb_device("usb0").connect(CONFIG, ignore)
    assert nothing_left()
