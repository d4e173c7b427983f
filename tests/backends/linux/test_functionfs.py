"""What FunctionFS is told about a device, byte by byte, and which controller a gadget goes to."""

import struct
from pathlib import Path

import pytest

from machine_compat.backends.linux.configfs import controller
from machine_compat.backends.linux.functionfs import Event, descriptors, endpoints, events, own_address, texts
from machine_compat.errors import ConfigError

HID = bytes((9, 0x21, 0x11, 1, 0, 1, 0x22, 45, 0))
KEYS = bytes((9, 4, 0, 0, 1, 3, 1, 1, 7)) + HID + bytes((7, 5, 0x81, 3, 8, 0, 8))
PIPES = bytes((9, 4, 1, 0, 2, 0xFF, 0, 0, 4)) + bytes((7, 5, 0x02, 2, 64, 0, 0, 7, 5, 0x82, 2, 64, 0, 0))
STRINGS = {0: b"\x09\x04", 4: "pipes".encode("utf-16-le"), 7: "käys".encode("utf-16-le")}


def configuration(body: bytes) -> bytes:
    return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), 2, 1, 0, 0xA0, 50) + body


def test_descriptors_for_full_speed_with_strings_numbered_anew() -> None:
    told = descriptors(configuration(KEYS + PIPES), STRINGS)
    magic, length, flags, count = struct.unpack_from("<IIII", told)
    assert (magic, length, flags, count) == (3, len(told), 1 | 64, 6)
    body = told[16:]
    assert (body[8], body[25 + 8]) == (2, 1)  # string 7 is the second, string 4 the first
    assert body[9:18] == HID


def test_strings_as_zero_ended_utf8() -> None:
    told = texts(STRINGS)
    assert told[:16] == struct.pack("<IIII", 2, len(told), 2, 1)
    assert told[16:] == b"\x09\x04" + b"pipes\0" + "käys".encode() + b"\0"
    assert texts({0: b"\x09\x04"}) == struct.pack("<IIII", 2, 16, 0, 0)


def test_a_serial_port_is_refused_with_the_reason() -> None:
    functional = bytes((5, 0x24, 0, 0x10, 1))
    with pytest.raises(ConfigError, match=r"no descriptor of type 0x24: HID and vendor devices can .* CDC, MIDI"):
        descriptors(configuration(bytes((9, 4, 0, 0, 0, 2, 2, 1, 0)) + functional), {})


def test_a_configuration_that_is_cut_off() -> None:
    with pytest.raises(ConfigError, match=r"cut off or malformed: .* at byte 9"):
        descriptors(configuration(KEYS)[:12], {})


def test_requests_to_endpoints_come_by_number_and_go_by_address() -> None:
    addresses = list(endpoints(configuration(KEYS + PIPES)))
    assert addresses == [0x81, 0x02, 0x82]
    to_third = bytes((0x22, 1, 0, 0, 3, 0, 0, 0))
    assert own_address(to_third, addresses) == bytes((0x22, 1, 0, 0, 0x82, 0, 0, 0))
    to_interface = bytes((0x21, 9, 0, 2, 1, 0, 1, 0))
    assert own_address(to_interface, addresses) == to_interface


def test_events_come_several_at_once() -> None:
    setup = bytes((0xA1, 1, 0, 1, 0, 0, 8, 0))
    data = bytes(8) + bytes((2, 0, 0, 0)) + setup + bytes((4, 0, 0, 0))
    assert list(events(data)) == [(Event.ENABLE, bytes(8)), (Event.SETUP, setup)]


def test_which_controller(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no USB device controller.*dtoverlay=dwc2"):
        controller(tmp_path)
    (tmp_path / "class/udc/3f980000.usb").mkdir(parents=True)
    assert controller(tmp_path) == "3f980000.usb"
    (tmp_path / "class/udc/dummy_udc.0").mkdir()
    with pytest.raises(ConfigError, match=r"several .*: 3f980000.usb, dummy_udc.0; .* as usb0=3f980000.usb"):
        controller(tmp_path)
    assert controller(tmp_path, "dummy_udc.0") == "dummy_udc.0"
    with pytest.raises(ConfigError, match=r"no USB device controller 'x'; there are 3f980000.usb"):
        controller(tmp_path, "x")
