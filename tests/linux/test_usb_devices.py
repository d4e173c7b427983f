"""This file shows that Linux's own drivers drive the simulated stick, keyboard and serial port."""

import os
import select
import struct
from pathlib import Path

import serial

from tests.bench.usb import USB, wait_for

EVENT = struct.Struct("qqHHi")
"""struct input_event."""
EV_SYN, EV_KEY, EV_LED = 0, 1, 0x11
SHIFT, KEY_A, CAPS_LOCK_LED = 42, 30, 1


def test_a_stick_is_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    content = bytes(index * index >> 3 & 0xFF for index in range(64 * 512))
    (tmp_path / "image").write_bytes(content)
    options = {"file": str(tmp_path / "image")}
    with USB("usbdisk", drivers=("usb-storage", "sd_mod"), options=options) as stick:
        node = stick.node("sd[a-z]")
        assert Path(node).read_bytes() == content
        [folder] = stick.folder.rglob(Path(node).name)
        assert (folder / "ro").read_text() == "1\n"


def test_a_keyboard_types_and_its_lights_are_switched() -> None:
    with USB("usbkeyboard", drivers=("usbhid", "hid-generic", "evdev")) as keyboard:
        node = os.open(keyboard.node("event*", "input"), os.O_RDWR)
        try:
            keyboard["usbkeyboard"].type("A")
            assert keys(node, 4) == {(SHIFT, 1), (KEY_A, 1), (SHIFT, 0), (KEY_A, 0)}
            os.write(node, EVENT.pack(0, 0, EV_LED, CAPS_LOCK_LED, 1) + EVENT.pack(0, 0, EV_SYN, 0, 0))
            wait_for("light", lambda: keyboard["usbkeyboard"].leds == {"caps lock"})
        finally:
            os.close(node)


def keys(node: int, count: int) -> set[tuple[int, int]]:
    """The next changes of keys: which, and 1 when it goes down."""
    found: set[tuple[int, int]] = set()
    while len(found) < count:
        assert select.select([node], [], [], 20)[0], f"only {found}"
        _, _, kind, code, value = EVENT.unpack(os.read(node, EVENT.size))
        if kind == EV_KEY:
            found.add((code, value))
    return found


def test_a_serial_port_hears_itself() -> None:
    options = {"loopback": 1}
    with (
        USB("usbserial", drivers=("cdc_acm",), options=options) as device,
        serial.Serial(device.node("ttyACM*"), 115_200, timeout=20) as port,
    ):
        port.write(bytes(range(200)))
        assert port.read(200) == bytes(range(200))
