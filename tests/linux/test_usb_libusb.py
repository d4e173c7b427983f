"""This file shows the simulated USB chips behind the real libusb: with our backends, with pyftdi and with flashrom."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyftdi.ftdi import Ftdi
from pyftdi.gpio import GpioMpsseController
from pyftdi.i2c import I2cController, I2cNackError
from pyftdi.spi import SpiController
from pyftdi.usbtools import UsbTools

from machine_compat.bridge.find import packaged_libusb
from machine_compat.interpreter.direct import open_board
from machine_compat.profile import load
from tests.bench.usb import USB
from tests.same_script_boards import FOLDER, boards, expected, run_directly, wanted, write_wiring

SCRIPTS = [FOLDER / f"{name}.py" for name in ("blink", "bme280", "eeprom", "expander", "flash", "voltmeter")]
"""Not those whose thousands of bits, or moments of a few milliseconds, are too much for an emulated computer."""
BRIDGES = ("ft232h", "mcp2221", "ch341")
RUNS = [(script, board) for board in BRIDGES for script in SCRIPTS if board in boards(script)]
FLASHROM = "/usr/sbin/flashrom"
REGION = 0x1000, 0x103F
"""No more: flashrom gives the CH341A a second for all it asks for at once."""
FT232H = "ftdi://ftdi:232h:FT1/1"


@pytest.fixture(scope="module", autouse=True)
def _libusb() -> None:
    """The libusb that pyusb uses in this process: Debian's hears of new devices from udev, which is not here."""
    assert packaged_libusb() is not None


@pytest.mark.parametrize(("script", "board"), RUNS, ids=[f"{script.stem}-{board}" for script, board in RUNS])
def test_the_same_output(script: Path, board: str, tmp_path: Path) -> None:
    write_wiring(board, tmp_path)
    asked = wanted(script, board)
    with USB(board, *asked.chips, wires=asked.wires) as bridge:
        for pin, volts in asked.volts.items():
            bridge.pin(pin).volts = volts
        assert run_directly(open_board(load(board), script.parent), script, tmp_path) == expected(script)


# ---- pyftdi


@pytest.fixture
def ft232h() -> Iterator[USB]:
    with USB("ft232h") as bridge:
        UsbTools.UsbDevices.clear()
        yield bridge
        UsbTools.release_all_devices()
        UsbTools.UsbDevices.clear()


def test_pyftdi_i2c(ft232h: USB) -> None:
    ft232h.attach("bme280@i2c0:0x76")
    controller = I2cController()
    controller.configure(FT232H)
    try:
        assert controller.get_port(0x76).exchange([0xD0], 1) == b"\x60"
        with pytest.raises(I2cNackError):
            controller.get_port(0x33).write(b"x")
    finally:
        controller.terminate()


def test_pyftdi_spi(ft232h: USB) -> None:
    ft232h.attach("w25q16@spi0:AD3")
    controller = SpiController(cs_count=1)
    controller.configure(FT232H)
    try:
        assert controller.get_port(0, freq=1_000_000, mode=0).exchange([0x9F], 3) == b"\xef\x40\x15"
    finally:
        controller.terminate()


def test_pyftdi_gpio(ft232h: USB) -> None:
    controller = GpioMpsseController()
    controller.configure(FT232H, direction=0x0001, frequency=1_000_000)
    try:
        for level in (1, 0):
            controller.write(level)
            assert controller.read()[0] & 1 == level
            assert ft232h.pin("AD0").level == level
        ft232h.pin("AD4").drive(0)
        assert controller.read()[0] & 0x10 == 0
    finally:
        controller.close()


def test_pyftdi_lists_the_chip_by_its_serial_number(ft232h: USB) -> None:
    [(found, _)] = Ftdi.list_devices("ftdi://ftdi:232h/1")
    assert (found.vid, found.pid, found.sn) == (0x0403, 0x6014, "FT1")


# ---- flashrom


@pytest.mark.parametrize(
    ("board", "place", "programmer"),
    [("ch341", "spi0:D0", "ch341a_spi"), ("ft232h", "spi0:AD3", "ft2232_spi:type=232H")],
)
def test_flashrom_reads_the_flash(board: str, place: str, programmer: str, tmp_path: Path) -> None:
    content = bytes(index * 7 & 0xFF for index in range(REGION[1] + 1 - REGION[0]))
    (tmp_path / "layout").write_text(f"{REGION[0]:08x}:{REGION[1]:08x} part\n", encoding="ascii")
    with USB(board, f"w25q16@{place}") as bridge:
        bridge["w25q16"].program(REGION[0], content)
        command = [FLASHROM, "--programmer", programmer, "--chip", "W25Q16.V", "--layout", "layout"]
        done = run(*command, "--include", "part", "--read", "image", folder=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    image = (tmp_path / "image").read_bytes()
    assert len(image) == 2 << 20
    assert image[REGION[0] : REGION[1] + 1] == content


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
