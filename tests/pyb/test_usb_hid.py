"""pyb.USB_HID: reports to the host and from it."""

from typing import Any

import pytest
import usb.core

from tests.pyb.usb_pc import Plugged

MOUSE = "pyb.usb_mode('VCP+HID')"
KEYS = "pyb.usb_mode('VCP+HID', hid=pyb.hid_keyboard)"


def plug(plugged: Plugged, boot: str, main: str, ms: float = 400) -> Any:
    """The device of a board with that boot.py, for a program that reads its reports."""
    assert plugged.host.log == []
    plugged.boot(boot, main, ms)
    return plugged.device(0)


def test_the_tuples_for_mice_and_keyboards(plugged: Plugged) -> None:
    plugged.run("for info in (pyb.hid_mouse, pyb.hid_keyboard): print(info[:4], len(info[4]), info[4][:6].hex())\n")
    assert plugged.output == "(1, 2, 4, 8) 74 05010902a101\n(1, 1, 8, 8) 63 05010906a101\n"


def test_a_mouse(plugged: Plugged) -> None:
    device = plug(
        plugged,
        MOUSE,
        """
hid = pyb.USB_HID()
print(hid is pyb.USB_HID())
for x in range(3):
    while not hid.send((0, x, -1, 0)):
        pyb.delay(1)
pyb.delay(500)
print(hid.send(bytearray(4)), hid.send([1, 2, 3, 4]), pyb.hid((0, 0, 0, 0)))
while True: pyb.delay(10)
""",
    )
    assert [bytes(device.read(0x81, 4)) for _ in range(3)] == [b"\0\0\xff\0", b"\0\1\xff\0", b"\0\2\xff\0"]
    plugged.run_ms(600)
    assert plugged.output == "True\n4 0 0\n"
    assert bytes(device.read(0x81, 4)) == bytes(4)
    with pytest.raises(usb.core.USBTimeoutError):
        device.read(0x81, 8, timeout=50)


def test_pyb_hid_sends_a_report_as_well(plugged: Plugged) -> None:
    device = plug(plugged, MOUSE, "pyb.delay(300)\nprint(pyb.hid((1, 2, 3, 4)))\nwhile True: pyb.delay(10)")
    assert (plugged.output, bytes(device.read(0x81, 4))) == ("4\n", b"\1\2\3\4")


def test_what_the_host_learns_of_a_mouse(plugged: Plugged) -> None:
    device = plug(plugged, MOUSE, "while True: pyb.delay(10)")
    [mouse] = [one for one in device[0] if one.bInterfaceClass == 3]
    assert (mouse.bInterfaceSubClass, mouse.bInterfaceProtocol) == (1, 2)
    assert bytes(mouse.extra_descriptors) == bytes.fromhex("09 21 1101 00 01 22 4a00")
    assert bytes(device.ctrl_transfer(0x81, 6, 0x2100, 0, 64)) == bytes(mouse.extra_descriptors)
    report = bytes(device.ctrl_transfer(0x81, 6, 0x2200, 0, 255))
    assert (len(report), report[:4], report[-1:]) == (74, b"\x05\x01\x09\x02", b"\xc0")
    # Idle rate and protocol are kept, and change nothing.
    device.ctrl_transfer(0x21, 0x0A, 0x7D00, 0)
    device.ctrl_transfer(0x21, 0x0B, 1, 0)
    asked = [bytes(device.ctrl_transfer(0xA1, request, 0, 0, 1)) for request in (2, 3)]
    assert asked == [b"\x7d", b"\x01"]
    with pytest.raises(usb.core.USBError):
        device.ctrl_transfer(0x21, 9, 0x0200, 0, b"\1")


def test_a_keyboard_and_its_lights(plugged: Plugged) -> None:
    device = plug(
        plugged,
        KEYS,
        """
import select
hid = pyb.USB_HID()
poll = select.poll()
poll.register(hid, select.POLLIN)
print(poll.poll(0), hid.recv(8, timeout=10), hid.recv(bytearray(2), timeout=10))
buffer = bytearray(4)
print([event for one, event in poll.poll()], hid.recv(buffer), buffer, hid.recv(1))
hid.send(b"\\0\\0\\x04\\0\\0\\0\\0\\0")
while True: pyb.delay(10)
""",
    )
    [keyboard] = [one for one in device[0] if one.bInterfaceClass == 3]
    assert (keyboard.bInterfaceProtocol, [end.wMaxPacketSize for end in keyboard]) == (1, [8, 8])
    assert len(device.ctrl_transfer(0x81, 6, 0x2200, 0, 255)) == 63
    assert plugged.output == "[] b'' 0\n"
    device.write(0x01, b"\1\2")
    # The next waits with the host until the script has read this one.
    device.write(0x01, b"\3\4")
    assert bytes(device.read(0x81, 8)) == b"\0\0\4\0\0\0\0\0"
    assert plugged.output.endswith("[1] 2 bytearray(b'\\x01\\x02\\x00\\x00') b'\\x03'\n")


def test_a_device_of_its_own(plugged: Plugged) -> None:
    device = plug(
        plugged,
        "pyb.usb_mode('VCP+HID', pid=0x1234, hid=(0, 0, 64, 1, bytes(range(40))))",
        "hid = pyb.USB_HID()\nwhile True:\n    hid.send(hid.recv(64) * 2)",
    )
    assert device.idProduct == 0x1234
    assert bytes(device.ctrl_transfer(0x81, 6, 0x2200, 0, 255)) == bytes(range(40))
    device.write(0x01, bytes(range(64)))
    assert bytes(device.read(0x81, 64)) + bytes(device.read(0x81, 64)) == bytes(range(64)) * 2


def test_without_that_mode_nothing_goes(plugged: Plugged) -> None:
    plugged.run(
        """
import select
hid = pyb.USB_HID()
start = pyb.millis()
print(hid.send((1, 2, 3, 4)), hid.recv(4, timeout=30), pyb.elapsed_millis(start), hid.recv(bytearray(1), timeout=0))
poll = select.poll()
poll.register(hid)
print(poll.poll(0))
"""
    )
    assert plugged.output == "0 b'' 30 0\n[]\n"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("hid.send(1)", "TypeError object 'int' isn't a tuple or list"),
        ("hid.send([0] * 9)", "ValueError tuple/list too large for HID report; use bytearray instead"),
        ("pyb.hid((1, 'x'))", "TypeError can't convert str to int"),
        ("pyb.USB_HID(0)", "TypeError ..."),
        ("hid.recv(b'')", "TypeError object with buffer protocol required"),
    ],
)
def test_wrong_arguments(plugged: Plugged, call: str, message: str) -> None:
    plugged.run(f"hid = pyb.USB_HID()\ntry:\n    {call}\nexcept Exception as e:\n    print(type(e).__name__, e)\n")
    kind, _, text = message.partition(" ")
    assert plugged.output.startswith(kind)
    assert text == "..." or plugged.output == f"{message}\n"
