"""pyb.usb_mode: what a pyboard is on USB, and when a script can change that."""

from pathlib import Path
from typing import Any

import pytest
import usb.core
import usb.util

from tests.pyb.usb_pc import Plugged

FOREVER = "while True: pyb.delay(10)"


def interfaces(device: Any) -> list[tuple[int, int, int, int]]:
    """Numbers and classes of its interfaces."""
    return [
        (one.bInterfaceNumber, one.bInterfaceClass, one.bInterfaceSubClass, one.bInterfaceProtocol) for one in device[0]
    ]


def endpoints(device: Any) -> list[tuple[int, int, int, int]]:
    ends = [end for one in device[0] for end in one]
    return [(end.bEndpointAddress, end.bmAttributes, end.wMaxPacketSize, end.bInterval) for end in ends]


MSC = [(0x81, 2, 64, 0), (0x01, 2, 64, 0)]
VCP = [(0x82, 3, 8, 32), (0x03, 2, 64, 0), (0x83, 2, 64, 0)]
MOUSE = [(0x81, 3, 4, 8), (0x01, 3, 4, 8)]


def test_a_pyboard_is_a_serial_port_and_a_disk(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.run("print(pyb.usb_mode())\n" + FOREVER)
    device = plugged.device()
    assert plugged.output == "VCP+MSC\n"
    assert (device.idProduct, device.bcdDevice, device.bDeviceClass, device.bDeviceSubClass) == (0x9800, 0x200, 0xEF, 2)
    assert device.bDeviceProtocol == 1
    assert (device.manufacturer, device.product) == ("MicroPython", "Pyboard Virtual Comm Port in FS Mode")
    assert device.serial_number == "006433663135"
    assert [usb.util.get_string(device, index) for index in (4, 5)] == ["Pyboard Config", "Pyboard Interface"]
    assert interfaces(device) == [(0, 8, 6, 0x50), (1, 2, 2, 1), (2, 10, 0, 0)]
    assert endpoints(device) == MSC + VCP
    configuration = device[0]
    assert (configuration.bmAttributes, configuration.bMaxPower, configuration.iConfiguration) == (0x80, 250, 0)


@pytest.mark.parametrize(
    ("mode", "product", "kinds", "ends"),
    [
        ("VCP", 0x9802, [2, 10], VCP),
        ("CDC", 0x9802, [2, 10], VCP),
        ("MSC", 0x9803, [8], MSC),
        ("VCP+MSC", 0x9800, [8, 2, 10], MSC + VCP),
        ("CDC+MSC", 0x9800, [8, 2, 10], MSC + VCP),
        ("VCP+HID", 0x9801, [3, 2, 10], MOUSE + VCP),
        ("CDC+HID", 0x9801, [3, 2, 10], MOUSE + VCP),
    ],
)
def test_modes_of_boot_py(plugged: Plugged, mode: str, product: int, kinds: list[int], ends: list[Any]) -> None:
    assert plugged.host.log == []
    plugged.boot(f"print(pyb.usb_mode({mode!r}))", f"print(pyb.usb_mode())\n{FOREVER}")
    device = plugged.device()
    assert plugged.output == f"None\n{mode.replace('CDC', 'VCP')}\n"
    assert device.idProduct == product
    assert [kind for _, kind, _, _ in interfaces(device)] == kinds
    assert [number for number, _, _, _ in interfaces(device)] == list(range(len(kinds)))
    assert endpoints(device) == ends
    assert (device.bDeviceClass, device.bDeviceSubClass) == ((2, 0) if kinds == [2, 10] else (0xEF, 2))


def test_after_boot_py_it_stays_until_it_is_switched_off(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.boot(
        "",
        """
pyb.usb_mode("VCP+HID")
print(pyb.usb_mode())
pyb.delay(400)
pyb.usb_mode(None)
pyb.delay(400)
pyb.usb_mode("VCP+HID")
print(pyb.usb_mode())
while True: pyb.delay(10)
""",
        ms=300,
    )
    assert plugged.product == 0x9800
    plugged.run_ms(300)
    assert plugged.product is None
    plugged.run_ms(500)
    assert plugged.product == 0x9801
    assert plugged.output == "VCP+MSC\nVCP+HID\n"


def test_a_script_alone_is_its_own_boot_py_once(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.run("pyb.usb_mode('VCP+HID')\npyb.usb_mode('MSC')\nprint(pyb.usb_mode())\n" + FOREVER)
    assert plugged.output == "VCP+HID\n"
    assert plugged.product == 0x9801


def test_numbers_of_its_own(plugged: Plugged) -> None:
    plugged.run("pyb.usb_mode('VCP', vid=0xf055, pid=0x1234, port=-1, high_speed=True)\n" + FOREVER)
    assert plugged.product == 0x1234


def test_the_mode_survives_a_soft_reset_and_no_other(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.boot(
        "import machine\nif machine.reset_cause() == machine.PWRON_RESET: pyb.usb_mode('VCP+HID')",
        """
import machine
print(pyb.usb_mode())
pyb.delay(400)
if machine.reset_cause() == machine.PWRON_RESET:
    machine.soft_reset()
if machine.reset_cause() == machine.SOFT_RESET:
    machine.reset()
while True: pyb.delay(10)
""",
        ms=700,
    )
    assert plugged.product == 0x9801
    assert len([line for line in plugged.host.log if "f055:" in line]) == 1
    plugged.run_ms(700)
    assert plugged.output == "VCP+HID\nVCP+HID\nVCP+MSC\n"
    assert plugged.product == 0x9800


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("pyb.usb_mode('HID')", "ValueError bad USB mode"),
        ("pyb.usb_mode('2xVCP')", "ValueError bad USB mode"),
        ("pyb.usb_mode('host')", "ValueError bad USB mode"),
        ("pyb.usb_mode('VCP+MSC+HID')", "ValueError bad USB mode"),
        ("pyb.usb_mode(1)", "TypeError can't convert 'int' object to str implicitly"),
        ("pyb.usb_mode('VCP', 1)", "TypeError extra positional arguments given"),
        ("pyb.usb_mode('VCP', speed=1)", "TypeError extra keyword arguments given"),
        ("pyb.usb_mode('MSC', msc=1)", "TypeError object 'int' isn't a tuple or list"),
        ("pyb.usb_mode('MSC', msc=[1])", "ValueError unsupported logical unit"),
        ("pyb.usb_mode('MSC', msc=[pyb.Flash()] * 3)", "ValueError too many logical units"),
        ("pyb.usb_mode('VCP+HID', hid=(1, 2, 3))", "ValueError requested length 5 but object has length 3"),
        ("pyb.usb_mode('VCP+HID', hid=(1, 2, 3, 4, 5))", "TypeError object with buffer protocol required"),
        ("pyb.usb_mode('VCP', pid='x')", "TypeError can't convert str to int"),
    ],
)
def test_wrong_arguments_change_nothing(plugged: Plugged, call: str, message: str) -> None:
    plugged.run(
        f"try:\n    {call}\nexcept Exception as e:\n    print(type(e).__name__, e)\n"
        "print(pyb.usb_mode())\npyb.usb_mode(mode='VCP')\nprint(pyb.usb_mode())\n"
    )
    assert plugged.output == f"{message}\nVCP+MSC\nVCP\n"


def test_a_script_s_own_device_takes_the_firmware_s_place(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.run(
        """
import machine
thing = machine.USBDevice()
thing.builtin_driver = thing.BUILTIN_DEFAULT
thing.active(True)
while True: pyb.delay(10)
""",
        ms=700,
    )
    assert plugged.product == 0x9802
    port = plugged.serial()
    port.write(b"x")
    assert port.dtr


def test_boards_without_a_usb_port_have_none_of_it(tmp_path: Path) -> None:
    nucleo = Plugged(tmp_path, "nucleo_f411re")
    with nucleo.board:
        nucleo.run("print([name for name in dir(pyb) if 'usb' in name.lower() or 'hid' in name or 'cdc' in name])\n")
        assert nucleo.output == "[]\n"
        assert nucleo.device() is None


def test_the_board_that_has_everything_becomes_a_pyboard(tmp_path: Path) -> None:
    mock = Plugged(tmp_path, "mock")
    with mock.board:
        assert mock.host.log == []
        mock.run("pyb.delay(300)\npyb.usb_mode('VCP+HID')\n" + FOREVER, ms=250)
        found = usb.core.find(backend=mock.host.backend())
        assert found is not None
        assert found.idVendor == 0x2E8A
        mock.run_ms(400)
        assert mock.product == 0x9801


def test_switched_on_again_it_is_as_new(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.run("pyb.usb_mode('VCP+HID')\n")
    plugged.run("print(pyb.usb_mode())\n", ms=400)
    assert (plugged.output, plugged.product) == ("VCP+MSC\n", 0x9800)
    plugged.board.renew()
    assert plugged.host.log == []
    plugged.run("pyb.usb_mode('VCP')\n", ms=400)
    assert plugged.product == 0x9802


def test_switched_off_it_is_gone(plugged: Plugged) -> None:
    plugged.run("pyb.usb_mode('VCP+HID')\n" + FOREVER)
    assert plugged.product == 0x9801
    plugged.run("pyb.usb_mode(None)\nprint(pyb.usb_mode())\npyb.usb_mode(None)\n" + FOREVER)
    assert plugged.product is None
    assert plugged.output.endswith("VCP+MSC\n")


def test_nothing_of_it_happens_while_nobody_looks(plugged: Plugged) -> None:
    plugged.run("print(pyb.millis())\n" + FOREVER, ms=50)
    assert plugged.board.board.retained.get("usb device") is None
    assert plugged.board.world.usb_host is None
