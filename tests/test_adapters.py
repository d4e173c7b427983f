"""What `machine-compat doctor` says of USB adapters: on fake Linux trees, and on a simulated host as elsewhere."""

import os
from pathlib import Path

import pytest

from machine_compat.bridge.find import Seen, Wanted, look
from machine_compat.commands.adapters import by_libusb, on_linux
from machine_compat.commands.doctor import doctor
from machine_compat.commands.finding import Finding
from machine_compat.errors import ConfigError
from machine_compat.mock.usb.ch341 import CH341A
from machine_compat.mock.usb.ft232h import FT232H
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.mcp2221 import MCP2221A


class Tree:
    """The parts of /dev and /sys that tell of USB devices."""

    def __init__(self, root: Path) -> None:
        self.dev, self.sysfs = root / "dev", root / "sys"
        self.dev.mkdir()
        self._count = 0

    def plug(self, port: str, ids: str, serial: str = "", node: bool = True) -> Path:
        """A device; returns its folder."""
        self._count += 1
        folder = self.sysfs / "bus/usb/devices" / port
        folder.mkdir(parents=True)
        vendor, product = ids.split(":")
        files = {"idVendor": vendor, "idProduct": product, "busnum": "1", "devnum": str(self._count)}
        for name, content in (files | ({"serial": serial} if serial else {})).items():
            (folder / name).write_text(f"{content}\n")
        if node:
            there = self.dev / f"bus/usb/001/{self._count:03}"
            there.parent.mkdir(parents=True, exist_ok=True)
            there.touch()
        return folder

    def bind(self, place: Path, driver: str, *nodes: str) -> None:
        """A driver on an interface, or on the HID device below it, and what it makes."""
        target = self.sysfs / "bus/drivers" / driver
        target.mkdir(parents=True, exist_ok=True)
        place.mkdir(parents=True, exist_ok=True)
        (place / "driver").symlink_to(target)
        for node in nodes:
            (place / node).mkdir(parents=True)

    def found(self) -> list[Finding]:
        return list(on_linux(self.dev, self.sysfs))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_what_is_not_an_adapter_is_passed_over(tree: Tree) -> None:
    tree.plug("usb1", "1d6b:0002")
    assert tree.found() == []


def test_a_free_adapter_has_a_url(tree: Tree) -> None:
    tree.plug("1-2", "0403:6014", "FT7X2K")
    tree.plug("1-10", "1a86:5512")
    assert tree.found() == [
        Finding(True, "ft232h://FT7X2K", "FT232H on USB port 1-2, board ft232h"),
        Finding(True, "ch341://?port=1-10", "CH341A on USB port 1-10, board ch341"),
    ]


def test_twins_have_their_ports_in_their_urls(tree: Tree) -> None:
    for port in ("1-2", "1-3.1"):
        tree.plug(port, "04d8:00dd", "0002137A")
    tree.plug("1-4", "04d8:00dd", "0007")
    assert [finding.name for finding in tree.found()] == [
        "mcp2221://?port=1-2",
        "mcp2221://?port=1-3.1",
        "mcp2221://0007",
    ]


def test_the_kernel_s_driver_is_named_with_what_goes_with_it(tree: Tree) -> None:
    folder = tree.plug("1-2", "0403:6010", "FT2")
    for number in (0, 1):
        tree.bind(folder / f"1-2:1.{number}", "ftdi_sio", f"ttyUSB{number}/tty/ttyUSB{number}")
    [finding] = tree.found()
    assert finding.usable
    assert finding.text == (
        "FT2232H on USB port 1-2, board ft232h; the driver ftdi_sio has it, and does without while a script runs "
        "(/dev/ttyUSB0 and /dev/ttyUSB1)"
    )


def test_an_mcp2221_that_linux_drives_is_an_i2c_bus_already(tree: Tree) -> None:
    folder = tree.plug("1-2", "04d8:00dd")
    tree.bind(folder / "1-2:1.0", "cdc_acm", "tty/ttyACM0")
    tree.bind(folder / "1-2:1.2", "usbhid")
    tree.bind(folder / "1-2:1.2/0003:04D8:00DD.0001", "mcp2221", "i2c-3/i2c-dev/i2c-3")
    [finding] = tree.found()
    assert finding.text == (
        "MCP2221 on USB port 1-2, board mcp2221; the driver mcp2221 has it, and does without while a script runs "
        "(/dev/i2c-3: until then it is I2C(3) of --board linux)"
    )


def test_without_permission_the_rule_is_written_out(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.plug("1-2", "1a86:5512")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert tree.found() == [
        Finding(
            False,
            "ch341://?port=1-2",
            "CH341A on USB port 1-2, board ch341; permission denied; put "
            'SUBSYSTEM=="usb", ATTR{idVendor}=="1a86", ATTR{idProduct}=="5512", TAG+="uaccess" into '
            "/etc/udev/rules.d/60-machine-compat.rules and plug it in again",
        )
    ]


def test_in_a_container_without_the_node(tree: Tree) -> None:
    tree.plug("1-2", "0403:6014", "FT1", node=False)
    [finding] = tree.found()
    assert not finding.usable
    assert f"there is no {tree.dev}/bus/usb/001/001: give it to this container" in finding.text


# ---- not on Linux


@pytest.fixture
def host() -> VirtualHost:
    return VirtualHost()


def elsewhere(platform: str, host: VirtualHost) -> list[Finding]:
    return list(by_libusb(platform, lambda wanted: look(wanted, host.backend())))


def test_what_libusb_can_open_is_listed(host: VirtualHost) -> None:
    host.plug(FT232H(serial="FT1"))
    host.plug(MCP2221A())
    host.plug(CH341A())
    assert [(finding.usable, finding.name) for finding in elsewhere("win32", host)] == [
        (True, "ft232h://FT1"),
        (True, "mcp2221://0001"),
        (True, "ch341://?port=1-3"),
    ]


@pytest.mark.parametrize(
    ("platform", "ft232h", "mcp2221"),
    [
        ("win32", "WinUSB with Zadig (https://zadig.akeo.ie); a serial port", "its interface 2 alone"),
        ("darwin", "AppleUSBFTDI has it, and only root", "macOS's HID driver has it"),
        ("freebsd14", "run as root", "run as root"),
    ],
)
def test_what_it_cannot_open_says_what_to_do(host: VirtualHost, platform: str, ft232h: str, mcp2221: str) -> None:
    for chip, words in ((FT232H(), ft232h), (MCP2221A(), mcp2221)):
        host.plug(chip)
        host.port(chip).permitted = False
        finding = elsewhere(platform, host)[-1]
        assert not finding.usable
        assert "it cannot be opened ([Errno 13] Access denied" in finding.text
        assert words in finding.text


def test_without_libusb_there_is_one_line() -> None:
    def missing(wanted: Wanted) -> list[Seen]:
        raise ConfigError("ft232h:// needs libusb: pip install machine-compat[usb]")

    assert list(by_libusb("win32", missing)) == [
        Finding(False, "libusb", "ft232h:// needs libusb: pip install machine-compat[usb]")
    ]


def test_the_command_elsewhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    found = [Finding(True, "ft232h://FT1", "on a Mac")]
    monkeypatch.setattr("machine_compat.commands.doctor.by_libusb", lambda platform: iter(found))
    assert doctor() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Packages"
    assert lines[-2:] == ["USB adapters", "  ok  ft232h://FT1  on a Mac"]
